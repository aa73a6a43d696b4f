"""What a table of one kind looks like: its columns, and how an object becomes a row of cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Object = dict[str, Any]
"""An object as decoded JSON."""
Cells = Callable[[Object, datetime], list[Any]]
"""The cells of one object's row; the second argument is the present, for ages."""
Conditions = Callable[[Object], list[dict[str, str]]]
"""What a client should know about a row as a whole, such as that the pod has ended."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `priority` above zero means that it is shown only by ``-o wide``."""

    name: str
    type: str = "string"
    format: str = ""
    priority: int = 0
    description: str = ""

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "type": self.type,
            "format": self.format,
            "description": self.description,
            "priority": self.priority,
        }


@dataclass(frozen=True, slots=True)
class Printer:
    """Columns and cells of one kind."""

    columns: tuple[Column, ...]
    cells: Cells
    conditions: Conditions | None = None


NAME = Column("Name", format="name")
AGE = Column("Age")


def columns(*names: str, wide: Sequence[str] = (), **types: str) -> tuple[Column, ...]:
    """Columns by name, after ``Name``; those in `wide` come last and only with ``-o wide``.

    `types` gives the types that are not string, by the column's name in lower case with underscores.
    """
    found = [NAME]
    for priority, group in enumerate((names, wide)):
        for name in group:
            key = name.lower().replace(" ", "_").replace("-", "_")
            found.append(Column(name, types.get(key, "string"), priority=priority))
    return tuple(found)
