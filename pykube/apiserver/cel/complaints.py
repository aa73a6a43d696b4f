"""Where in the text of an expression something is wrong, printed as cel-go prints it.

ERROR: <input>:1:5: undefined field 'foo'
 | self.foo == 1
 | ....^
"""

from __future__ import annotations

from typing import Final

from .syntax import Offsets

_MOST: Final = 100


class Complaints:
    """What is wrong with one expression."""

    def __init__(self, text: str, offsets: Offsets) -> None:
        self._text = text
        self._offsets = offsets
        self._found: list[tuple[int, int, str]] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, node: int, message: str) -> None:
        """Blame the node with this id."""
        before = self._text[: self._offsets.of(node)]
        self._found.append((before.count("\n") + 1, len(before) - (before.rfind("\n") + 1), message))

    def __str__(self) -> str:
        lines = self._text.split("\n")
        found = sorted(self._found, key=lambda one: one[:2])
        shown = [_display(lines, *one) for one in found[:_MOST]]
        if len(found) > _MOST:
            shown.append(f"{len(found) - _MOST} more errors were truncated")
        return "\n".join(shown)


def _display(lines: list[str], line: int, column: int, message: str) -> str:
    snippet = lines[line - 1].replace("\t", " ") if line <= len(lines) else ""
    dots = "".join("．" if ord(character) > 127 else "." for character in snippet[:column])
    mark = "＾" if snippet[column : column + 1] > "\x7f" else "^"
    return f"ERROR: <input>:{line}:{column + 1}: {message}\n | {snippet}\n | {dots}{mark}"
