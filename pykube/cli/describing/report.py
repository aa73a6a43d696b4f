"""Text in which labels stand in one column and values in the next, with sections below each other. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

NONE = "<none>"
STEP = 2
"""Blanks per level."""
GAP = 3
"""Blanks between the columns of a table."""
LABEL_GAP = 2
"""Blanks between the longest label and the values."""


@dataclass(frozen=True, slots=True)
class _Line:
    level: int
    label: str
    value: str
    block: int
    """Lines of one block have their values below each other; -1: no label and no alignment."""


class Report:
    """Lines, added from top to bottom; `level` says how far a line is indented."""

    def __init__(self) -> None:
        self._lines: list[_Line] = []
        self._blocks: dict[int, int] = {}
        self._next = 0

    def field(self, label: str, value: object, *, level: int = 0) -> None:
        """``Label:  value``; further lines of the value stand below its first."""
        block = self._block(level)
        first, *rest = str(value).split("\n")
        self._lines.append(_Line(level, f"{label}:", first, block))
        self._lines += [_Line(level, "", line, block) for line in rest]

    def optional(self, label: str, value: object, *, level: int = 0) -> None:
        """A field, if there is a value."""
        if value not in (None, "", [], {}):
            self.field(label, value, level=level)

    def heading(self, label: str, *, level: int = 0) -> None:
        """``Label:`` alone; what follows is indented more."""
        self._block(level)
        self._lines.append(_Line(level, f"{label}:", "", -1))

    def text(self, line: str, *, level: int = 0) -> None:
        """A line as it is."""
        self._lines.append(_Line(level, "", line, -1))

    def mapping(self, label: str, values: Mapping[str, str] | None, *, level: int = 0, joint: str = "=") -> None:
        """Labels or annotations, one a line."""
        lines = [f"{key}{joint}{values[key]}" for key in sorted(values)] if values else [NONE]
        self.field(label, "\n".join(shorten(line) for line in lines), level=level)

    def table(self, header: Sequence[str], rows: Iterable[Sequence[str]], *, level: int = 1) -> None:
        """Columns under a ruled header."""
        lines = [list(header), ["-" * len(cell) for cell in header], *(list(row) for row in rows)]
        widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
        for line in lines:
            padded = (cell.ljust(width + GAP) for cell, width in zip(line, widths, strict=True))
            self.text("".join(padded).rstrip(), level=level)

    def lines(self) -> list[tuple[str, str]]:
        """Each line as label part and value part, the label padded."""
        widths: dict[int, int] = {}
        for line in self._lines:
            if line.block >= 0:
                widths[line.block] = max(widths.get(line.block, 0), len(line.label))
        found = []
        for line in self._lines:
            blanks = " " * (STEP * line.level)
            if line.block < 0:
                found.append((f"{blanks}{line.label}", line.value))
            else:
                found.append((f"{blanks}{line.label.ljust(widths[line.block] + LABEL_GAP)}", line.value))
        return found

    def __str__(self) -> str:
        return "\n".join(f"{label}{value}".rstrip() for label, value in self.lines())

    def _block(self, level: int) -> int:
        """The block of a field at `level`: a new one after a line that is indented less."""
        for deeper in [one for one in self._blocks if one > level]:
            del self._blocks[deeper]
        if level not in self._blocks:
            self._blocks[level] = self._next
            self._next += 1
        return self._blocks[level]


def shorten(text: str, limit: int = 140) -> str:
    """The beginning of a text that is longer than a line should be."""
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def joined(values: Iterable[object] | None) -> str:
    """Values with commas, or ``<none>``."""
    return ",".join(str(value) for value in values or ()) or NONE
