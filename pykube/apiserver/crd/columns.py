"""Tables of custom objects: the columns that their definition asks for.

Source: apiextensions-apiserver, pkg/registry/customresource/tableconvertor.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pykube.api.apiextensions_v1 import CustomResourceColumnDefinition
from pykube.api.jsonpath import JsonPathError, Template, as_text

from ..table.cells import name
from ..table.duration import since
from ..table.printer import NAME, Column, Object, Printer

_AGE = CustomResourceColumnDefinition(
    name="Age",
    type="date",
    description="Time since the object was created, which is not when it was first ready.",
    json_path=".metadata.creationTimestamp",
)
"""The one column of kinds that ask for none."""


def printer(wanted: Sequence[CustomResourceColumnDefinition]) -> Printer:
    """The printer of a version of a custom kind; columns whose path cannot be understood are left out."""
    columns: list[Column] = [NAME]
    templates: list[tuple[Template, str]] = []
    for column in wanted or [_AGE]:
        try:
            template = Template("{" + column.json_path + "}")
        except JsonPathError:
            continue
        templates.append((template, column.type))
        description = (
            column.description or f"Custom resource definition column (in JSONPath format): {column.json_path}"
        )
        columns.append(Column(column.name, column.type, column.format, column.priority, description))

    def cells(item: Object, now: datetime) -> list[Any]:
        return [name(item), *(_cell(template, kind, item, now) for template, kind in templates)]

    return Printer(tuple(columns), cells)


def _cell(template: Template, kind: str, item: Object, now: datetime) -> Any:
    """The first value that the path leads to, if it is of the column's type."""
    try:
        values = template.values(item)
    except JsonPathError:
        return None
    value = values[0] if values else None
    if value is None:
        return None
    if kind == "string":
        return as_text(value)
    if kind == "boolean":
        return value if isinstance(value, bool) else None
    if kind == "date":
        return since(value, now) if isinstance(value, str) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if kind == "integer" else value
