"""How the server's seats are divided: what each level has by configuration, and what it has for now.

Source: KEP-1040, "Dispatching", and the documentation of ``nominalConcurrencyShares``, ``lendablePercent`` and
``borrowingLimitPercent``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .demand import Demand

LEAST_TARGET = 0.001
"""Seats that a level without any demand is taken to want, so that proportions exist."""

MOST_PER_REQUEST = 0.15
"""Part of a level's seats that one request may take at most; upstream's value."""

_ROUNDS = 100
"""Halvings after which an interval of floats has nothing left to halve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What a PriorityLevelConfiguration says about seats. `borrowing_percent` None: no limit."""

    shares: int
    lendable_percent: int = 0
    borrowing_percent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seats of a level: by configuration, at least (all that is lendable is lent), and at most."""

    nominal: int = 0
    least: int = 0
    most: int = 0


def limits(share: Share, *, total: int, all_shares: int) -> Limits:
    """The seats of a level, of `total`; rounded up, so that a level with any share has at least one."""
    nominal = math.ceil(total * share.shares / all_shares) if all_shares else 0
    lendable = round_half_up(nominal * share.lendable_percent / 100)
    if share.borrowing_percent is None:
        borrowing = total
    else:
        borrowing = round_half_up(nominal * share.borrowing_percent / 100)
    return Limits(nominal=nominal, least=nominal - lendable, most=nominal + borrowing)


def widest_request(nominal: int, hand_size: int) -> int:
    """The seats that one request of a level may take; one flow alone must not fill a level."""
    return max(1, min(math.ceil(nominal * MOST_PER_REQUEST), nominal // hand_size))


def round_half_up(value: float) -> int:
    """The nearest whole number, as Go rounds."""
    return math.floor(value + 0.5)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a level should get: `target` seats, but not less than `least` nor more than `most`."""

    target: float
    least: float
    most: float

    def at(self, proportion: float) -> float:
        """Its seats when everybody gets `proportion` of the target."""
        return max(self.least, min(self.most, proportion * max(self.target, LEAST_TARGET)))


def divide(total: float, wishes: Sequence[Wish]) -> Sequence[float]:
    """Give out `total` so that all get the same proportion of their targets, as far as their bounds let them.

    The sum of all parts grows with the proportion, so the proportion is found by halving. Where the bounds leave no
    choice, everybody is at one of them.
    """
    low, high = 0.0, 1.0
    reach = sum(wish.most for wish in wishes)
    if total >= reach:
        return [wish.most for wish in wishes]
    while sum(wish.at(high) for wish in wishes) < total:
        high *= 2
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        if sum(wish.at(middle) for wish in wishes) < total:
            low = middle
        else:
            high = middle
    return [wish.at(high) for wish in wishes]


@dataclass(frozen=True, slots=True)
class Borrower:
    """A level, when it is decided who lends to whom."""

    limits: Limits
    demand: Demand
    exempt: bool = False

    @property
    def needed(self) -> int:
        """Seats that it keeps: what it used at most, up to its own; an exempt level takes all that it uses."""
        used = self.demand.watermark
        return max(self.limits.least, used if self.exempt else min(self.limits.nominal, used))

    @property
    def wish(self) -> Wish:
        """What it should get."""
        return Wish(max(self.needed, self.demand.smoothed), self.needed, self.limits.most)


def current(levels: Sequence[Borrower]) -> Sequence[int]:
    """The seats that each level has until the next adjustment."""
    everything = sum(level.limits.nominal for level in levels)
    limited = [level for level in levels if not level.exempt]
    left = everything - sum(level.needed for level in levels if level.exempt)
    least = sum(level.limits.least for level in limited)
    needed = sum(level.needed for level in limited)
    if left <= least:
        given = [level.limits.least for level in limited]
    elif left <= needed:
        part = (left - least) / (needed - least)
        given = [level.limits.least + round_half_up((level.needed - level.limits.least) * part) for level in limited]
    else:
        given = [round_half_up(seats) for seats in divide(left, [level.wish for level in limited])]
    answers = iter(given)
    return [level.needed if level.exempt else next(answers) for level in levels]
