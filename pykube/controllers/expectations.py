"""What a controller has done and its cache has not shown yet.

A cache lags behind the API. A controller that counts pods in it right after creating some would create them again; so
it writes down what it expects to see and holds still until it has (as upstream's ControllerExpectations).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from pykube.aio.clock import Clock

TIMEOUT: Final = 300.0
"""Seconds after which an unmet expectation is given up: its event was missed, and the cache has long caught up."""


@dataclass(slots=True)
class _Expected:
    since: float
    creations: int = 0
    deletions: set[str] = field(default_factory=set)


class Expectations:
    """By key of the object that is being reconciled."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_key: dict[str, _Expected] = {}

    def expect_creations(self, key: str, count: int) -> None:
        """`count` objects are about to be created."""
        self._by_key[key] = _Expected(self._clock.monotonic(), creations=count)

    def expect_deletions(self, key: str, uids: Iterable[str]) -> None:
        """The objects of these `uids` are about to be deleted."""
        self._by_key[key] = _Expected(self._clock.monotonic(), deletions=set(uids))

    def expect(self, key: str, creations: int, deletions: Iterable[str]) -> None:
        """Both at once."""
        self._by_key[key] = _Expected(self._clock.monotonic(), creations, set(deletions))

    def created(self, key: str) -> None:
        """One creation was seen, or will never happen."""
        expected = self._by_key.get(key)
        if expected is not None:
            expected.creations -= 1

    def deleted(self, key: str, uid: str) -> None:
        """One deletion was seen (its mark counts), or will never happen."""
        expected = self._by_key.get(key)
        if expected is not None:
            expected.deletions.discard(uid)

    def satisfied(self, key: str) -> bool:
        """Whether the cache shows all that was done, or has had long enough to."""
        expected = self._by_key.get(key)
        if expected is None or (expected.creations <= 0 and not expected.deletions):
            return True
        return self._clock.monotonic() - expected.since > TIMEOUT

    def forget(self, key: str) -> None:
        """The object is gone."""
        self._by_key.pop(key, None)
