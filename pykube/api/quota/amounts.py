"""Quantities by name, as ``spec.hard`` and ``status.used`` hold them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ..quantity import Quantity

Amounts = Mapping[str, Quantity]

ZERO = Quantity.of(0)
ONE = Quantity.of(1)


def add(together: dict[str, Quantity], more: Amounts) -> None:
    """Add `more` to `together`."""
    for name, amount in more.items():
        together[name] = together[name] + amount if name in together else amount


def raise_to(peak: dict[str, Quantity], other: Amounts) -> None:
    """Make each of `peak` no less than it is in `other`."""
    for name, amount in other.items():
        if name not in peak or amount > peak[name]:
            peak[name] = amount


def largest(*several: Amounts) -> dict[str, Quantity]:
    """The largest amount of each name."""
    found: dict[str, Quantity] = {}
    for each in several:
        raise_to(found, each)
    return found


def growth(new: Amounts, old: Amounts) -> dict[str, Quantity]:
    """By how much `new` is more than `old`; names that did not grow are left out."""
    return {name: grown for name, amount in new.items() if (grown := amount - old.get(name, ZERO)) > ZERO}


def only(amounts: Amounts, names: Collection[str]) -> dict[str, Quantity]:
    """Those of `names`."""
    return {name: amount for name, amount in amounts.items() if name in names}


def exceeding(used: Amounts, hard: Amounts) -> list[str]:
    """The names of which more is used than allowed, sorted."""
    return sorted(name for name, amount in used.items() if name in hard and amount > hard[name])


def negative(amounts: Amounts) -> list[str]:
    """The names with less than nothing, sorted."""
    return sorted(name for name, amount in amounts.items() if amount < ZERO)


def text(amounts: Amounts) -> str:
    """For messages: ``cpu=1,memory=1Gi``, sorted by name."""
    return ",".join(f"{name}={amounts[name]}" for name in sorted(amounts))
