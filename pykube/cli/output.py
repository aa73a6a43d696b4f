"""Tables as kubectl prints them: columns three blanks apart, no lines."""

from __future__ import annotations

from collections.abc import Sequence

import click

GAP = 3
"""Blanks between columns."""


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under a header, each column as wide as its widest cell."""
    columns = Columns()
    lines = [header, *rows]
    columns.fit(lines)
    for line in lines:
        click.echo(columns.line(line))


class Columns:
    """The widths of a table's columns; they only grow, so that rows that come later stand below the others."""

    def __init__(self) -> None:
        self._widths: list[int] = []

    def fit(self, lines: Sequence[Sequence[str]]) -> None:
        """Make room for `lines`."""
        for line in lines:
            self._widths += [0] * (len(line) - len(self._widths))
            for column, cell in enumerate(line):
                self._widths[column] = max(self._widths[column], len(cell))

    def line(self, cells: Sequence[str]) -> str:
        """One row; no blanks at its end."""
        padded = (cell.ljust(width + GAP) for cell, width in zip(cells, self._widths, strict=False))
        return "".join(padded).rstrip()
