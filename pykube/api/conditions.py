"""Conditions in a status: a list in which each `type` stands once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, TypeVar


class Condition(Protocol):
    """What the conditions of all kinds have in common."""

    type: str
    status: str
    reason: str
    message: str


class Timed(Condition, Protocol):
    """A condition that notes when its status last changed."""

    last_transition_time: datetime | None


C = TypeVar("C", bound=Condition)
T = TypeVar("T", bound=Timed)


def find(conditions: Iterable[C], kind: str) -> C | None:
    """The condition of type `kind`."""
    for condition in conditions:
        if condition.type == kind:
            return condition
    return None


def is_true(conditions: Iterable[Condition], kind: str) -> bool:
    """True when the condition is there and its status is ``True``."""
    condition = find(conditions, kind)
    return condition is not None and condition.status == "True"


def put(conditions: list[T], condition: T, now: datetime) -> bool:
    """Put `condition` into the list in the place of the one of its type.

    The time of transition is `now` only when the status differs; otherwise the old one stays.

    Returns:
        True when anything changed.
    """
    old = find(conditions, condition.type)
    if old is None:
        condition.last_transition_time = condition.last_transition_time or now
        conditions.append(condition)
        return True
    condition.last_transition_time = old.last_transition_time if old.status == condition.status else now
    if condition == old:
        return False
    conditions[conditions.index(old)] = condition
    return True


def drop(conditions: list[C], kind: str) -> bool:
    """Remove the condition of type `kind`; True when it was there."""
    before = len(conditions)
    conditions[:] = [condition for condition in conditions if condition.type != kind]
    return len(conditions) != before
