"""Numbers that are given out one by one: cluster IPs and node ports (pure).

As upstream (KEP-3070, KEP-3668) the lower part of a range is left to those who ask for a certain number; numbers that
nobody asked for are drawn from the upper part first.
"""

from __future__ import annotations

import random
from collections.abc import Container


class TakenError(Exception):
    """The number asked for is in use."""


class OutOfRangeError(Exception):
    """The number asked for is not in the range."""


class FullError(Exception):
    """No number is left."""


class Pool:
    """The whole numbers from `first` to `last`.

    What is in use is the caller's to know (`used`): it is read from the objects themselves, so that nothing leaks and
    nothing needs repair. `reserved` bridges the time between giving a number out and its object being there.
    """

    def __init__(self, first: int, last: int, *, static: int, draw: random.Random | None = None) -> None:
        self.first = first
        self.last = last
        self._dynamic = min(first + static, last)
        self._draw = draw or random.Random()
        self.reserved: set[int] = set()

    def take(self, number: int, used: Container[int]) -> None:
        """Reserve a certain number; raises OutOfRangeError or TakenError."""
        if not self.first <= number <= self.last:
            raise OutOfRangeError
        if number in used or number in self.reserved:
            raise TakenError
        self.reserved.add(number)

    def next(self, used: Container[int]) -> int:
        """Reserve any number; raises FullError."""
        for low, high in ((self._dynamic, self.last), (self.first, self._dynamic - 1)):
            size = high - low + 1
            if size <= 0:
                continue
            start = self._draw.randrange(size)
            for step in range(size):
                number = low + (start + step) % size
                if number not in used and number not in self.reserved:
                    self.reserved.add(number)
                    return number
        raise FullError

    def settle(self, number: int) -> None:
        """The reservation ends: the object is there, or will not come."""
        self.reserved.discard(number)


def static_band(size: int, *, divisor: int, least: int, most: int) -> int:
    """How many numbers at the low end are kept for those who ask for a certain one."""
    return 0 if size <= least else min(max(least, size // divisor), most)
