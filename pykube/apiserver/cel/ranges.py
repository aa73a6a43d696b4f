"""Ranges of sizes and costs, whose numbers stop at 64 bits instead of overflowing."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

MOST: Final = 2**64 - 1
"""Any size or cost that large means that nothing is known."""


class CostRange(NamedTuple):
    """The least and the most that something costs, or how large it is."""

    least: int
    most: int

    def plus(self, other: CostRange) -> CostRange:
        """One after the other."""
        return CostRange(_capped(self.least + other.least), _capped(self.most + other.most))

    def times(self, other: CostRange) -> CostRange:
        """One for each of the other."""
        return CostRange(_capped(self.least * other.least), _capped(self.most * other.most))

    def scaled(self, factor: float) -> CostRange:
        """So much for each unit, rounded up."""
        return CostRange(_capped(math.ceil(self.least * factor)), _capped(math.ceil(self.most * factor)))

    def either(self, other: CostRange) -> CostRange:
        """One or the other."""
        return CostRange(min(self.least, other.least), max(self.most, other.most))


def _capped(value: int) -> int:
    return min(value, MOST)


def fixed(value: int) -> CostRange:
    """Exactly so much."""
    return CostRange(value, value)


ZERO: Final = fixed(0)
ONE: Final = fixed(1)
UNKNOWN: Final = CostRange(0, MOST)
NEVER: Final = CostRange(MOST, 0)
"""What every range joined with it replaces."""
