"""Sets of completion indexes as Jobs write them: ``0,2-4``. Pure."""

from __future__ import annotations

from collections.abc import Iterable


def parse(text: str) -> set[int]:
    """The numbers of ``0,2-4``."""
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first.isascii() and first.isdigit():
            found.update(range(int(first), int(last or first) + 1))
    return found


def write(numbers: Iterable[int]) -> str:
    """``0,2-4`` for 0, 2, 3 and 4."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
