"""The forms of ``-o`` other than tables: yaml, json, name, jsonpath and custom columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from pykube.api.jsonpath import JsonPathError, Template, as_text, relaxed

from . import output, yaml_text
from .failures import CliError

FORMS = "wide, yaml, json, name, jsonpath=TEMPLATE, jsonpath-file=FILE, custom-columns=SPEC, custom-columns-file=FILE"

Print = Callable[[Any], None]
"""Prints a document: an object, or a List of objects."""


def is_table(form: str) -> bool:
    """Whether `form` means the server's own columns."""
    return form in ("", "wide")


def printer(form: str, *, headers: bool = True, managed_fields: bool = False) -> Print:
    """What prints documents in `form`.

    Raises:
        CliError: there is no such form, or its template is malformed.
    """
    name, equals, argument = form.partition("=")
    if name in ("yaml", "json") and not equals:
        dump = _yaml if name == "yaml" else _json
        return lambda document: dump(document if managed_fields else without_managed_fields(document))
    if name == "name":
        return _names
    if not argument and name in ("jsonpath", "custom-columns", "jsonpath-file", "custom-columns-file"):
        raise CliError(f"template format specified but no template given: write -o {name}=...")
    try:
        if name in ("jsonpath", "jsonpath-file"):
            return _jsonpath(_text(argument) if name.endswith("-file") else argument)
        if name in ("custom-columns", "custom-columns-file"):
            columns = _columns_of_file(_text(argument)) if name.endswith("-file") else parse_columns(argument)
            return lambda document: _custom_columns(columns, document, headers=headers)
    except JsonPathError as error:
        raise CliError(f"error parsing {name} {argument}, {error}") from error
    raise CliError(f'unable to match a printer suitable for the output format "{form}", allowed formats are: {FORMS}')


def objects_of(document: Any) -> list[Any]:
    """The objects of a List; a single object as a list of one."""
    if document.get("kind", "").endswith("List") and isinstance(document.get("items"), list):
        return list(document["items"])
    return [document]


def without_managed_fields(document: Any) -> Any:
    """A copy without ``metadata.managedFields``, in the objects of a List too."""
    found = dict(document)
    if isinstance(found.get("metadata"), dict):
        found["metadata"] = {key: value for key, value in found["metadata"].items() if key != "managedFields"}
    if isinstance(found.get("items"), list):
        found["items"] = [without_managed_fields(item) for item in found["items"]]
    return found


def name_of(document: Any) -> str:
    """``deployment.apps/web``."""
    group = document.get("apiVersion", "").rpartition("/")[0]
    kind = document.get("kind", "").lower()
    return f"{kind}.{group}/{_name(document)}" if group else f"{kind}/{_name(document)}"


def _name(document: Any) -> str:
    return str((document.get("metadata") or {}).get("name", ""))


def _yaml(document: Any) -> None:
    click.echo(yaml_text.dump(document), nl=False)


def _json(document: Any) -> None:
    click.echo(json.dumps(document, indent=4, ensure_ascii=False))


def _names(document: Any) -> None:
    for item in objects_of(document):
        click.echo(name_of(item))


def _jsonpath(text: str) -> Print:
    template = Template(text)

    def show(document: Any) -> None:
        try:
            click.echo(template.render(document), nl=False)
        except JsonPathError as error:
            raise CliError(f"error executing jsonpath {text!r}: {error}") from error

    return show


Column = tuple[str, Template]


def parse_columns(spec: str) -> list[Column]:
    """``NAME:.metadata.name,RSRC:.metadata.resourceVersion``.

    Raises:
        CliError: a column has no path.
        JsonPathError: a path is malformed.
    """
    found = []
    for part in _split(spec):
        header, colon, path = part.partition(":")
        if not colon or not header or not path:
            raise CliError(f"unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>")
        found.append((header, Template(relaxed(path))))
    return found


def _split(spec: str) -> list[str]:
    """At commas outside of brackets."""
    parts, depth = [""], 0
    for sign in spec:
        depth += (sign in "[(") - (sign in "])")
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _columns_of_file(text: str) -> list[Column]:
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if len(lines) != 2 or len(lines[0]) != len(lines[1]):
        raise CliError("a custom-columns file has one line of headers and one line with as many paths")
    return [(header, Template(relaxed(path))) for header, path in zip(lines[0], lines[1], strict=True)]


def _custom_columns(columns: Sequence[Column], document: Any, *, headers: bool) -> None:
    rows = [
        [",".join(as_text(value) for value in template.values(item)) or "<none>" for _, template in columns]
        for item in objects_of(document)
    ]
    lines = [[header for header, _ in columns], *rows] if headers else rows
    widths = output.Columns()
    widths.fit(lines)
    for line in lines:
        click.echo(widths.line(line))


def _text(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError as error:
        raise CliError(f"{path}: {error.strerror}") from error
