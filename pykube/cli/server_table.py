"""The server's tables on a terminal: its columns, with what the flags add to and take from them.

Source: meta.k8s.io/v1 Table. A column of a priority above zero is for ``-o wide``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pykube.api.jsonpath import Template

from . import output

ACCEPT = (
    "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json"
)


@dataclass(frozen=True, slots=True)
class Look:
    """What of a table is shown."""

    wide: bool = False
    headers: bool = True
    namespaces: bool = False
    """A first column with the object's namespace."""
    labels: bool = False
    """A last column with all labels."""
    label_columns: tuple[str, ...] = ()
    """A column for each of these labels."""
    prefix: str = ""
    """Put before the names: ``pod/``, where several kinds are shown."""


class ServerTable:
    """The rows of one table, or of a table and the changes that a watch sends after it."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._columns: list[dict[str, Any]] = []
        self._widths = output.Columns()
        self._begun = False

    def lines(self, table: dict[str, Any]) -> list[str]:
        """The lines of `table`; the header only in the first call that has rows."""
        self._columns = table.get("columnDefinitions") or self._columns
        rows = [self._row(row) for row in table.get("rows") or ()]
        if not rows:
            return []
        lines = rows if self._begun or not self._look.headers else [self._header(), *rows]
        self._begun = True
        self._widths.fit(lines)
        return [self._widths.line(line) for line in lines]

    def _shown(self) -> list[int]:
        return [index for index, column in enumerate(self._columns) if self._look.wide or not column.get("priority", 0)]

    def _header(self) -> list[str]:
        look = self._look
        return [
            *(["NAMESPACE"] if look.namespaces else []),
            *(self._columns[index]["name"].upper() for index in self._shown()),
            *(label.rpartition("/")[2].upper() for label in look.label_columns),
            *(["LABELS"] if look.labels else []),
        ]

    def _row(self, row: dict[str, Any]) -> list[str]:
        look, cells = self._look, row["cells"]
        metadata = (row.get("object") or {}).get("metadata") or {}
        labels = metadata.get("labels") or {}
        return [
            *([metadata.get("namespace", "")] if look.namespaces else []),
            *(self._cell(index, cells) for index in self._shown()),
            *(labels.get(label) or "<none>" if label not in labels else labels[label] for label in look.label_columns),
            *([labels_text(labels)] if look.labels else []),
        ]

    def _cell(self, index: int, cells: Sequence[Any]) -> str:
        text = cell_text(cells[index]) if index < len(cells) else ""
        named = self._columns[index].get("format") == "name" or self._columns[index]["name"] == "Name"
        return f"{self._look.prefix}{text}" if named and index == 0 else text


def cell_text(value: Any) -> str:
    """A cell as it is printed."""
    if value is None:
        return "<none>"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(cell_text(item) for item in value)
    return str(value).partition("\n")[0]


def labels_text(labels: dict[str, str]) -> str:
    """``app=web,tier=front``, or ``<none>``."""
    return ",".join(f"{key}={labels[key]}" for key in sorted(labels)) or "<none>"


def sort_rows(rows: list[dict[str, Any]], by: Template) -> list[dict[str, Any]]:
    """Rows ordered by what `by` finds in their objects; those that lack it come first."""
    return sorted(rows, key=lambda row: sort_key(by.values(row.get("object") or {})))


def sort_key(found: list[Any]) -> tuple[int, float, str]:
    """Orders numbers, and texts that are quantities, by value; everything else as text."""
    if not found or found[0] is None:
        return 0, 0.0, ""
    value = found[0]
    if isinstance(value, int | float):
        return 1, float(value), ""
    return 2, 0.0, str(value)
