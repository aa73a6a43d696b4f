"""Which of many alike events are told anew, counted up, summed up or dropped. Pure.

Figures and order: client-go's tools/record. When one thing goes wrong in ten different words within ten minutes, the
words are left out; an event that repeats raises a count instead of making an object; and one source may tell of one
object 25 events at once and then one every five minutes. What is held back counts all the same.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

MEMORY = 4096
"""Keys remembered, the least recently used forgotten first."""

SIMILAR_LIMIT = 10
"""The different words that are one too many."""
SIMILAR_WINDOW = 600.0
"""Seconds in which similar events are counted."""

BURST = 25.0
REFILL = 1 / 300
"""Events a second."""

SUMMARY = "(combined from similar events): "

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something to tell of one object."""

    object: tuple[str, str, str, str, str]
    """(kind, namespace, name, uid, field path)"""
    type: str
    reason: str
    message: str


@dataclass(slots=True)
class Told:
    """What was told of an occurrence: the name of its Event object."""

    name: str
    namespace: str


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


@dataclass(slots=True)
class _Similar:
    messages: set[str] = field(default_factory=set)
    at: float = 0.0


class _Recent(Generic[K, V]):
    """A dict that forgets the least recently used."""

    def __init__(self) -> None:
        self._items: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        if key in self._items:
            self._items.move_to_end(key)
        return self._items.get(key)

    def put(self, key: K, value: V) -> V:
        self._items[key] = value
        self._items.move_to_end(key)
        if len(self._items) > MEMORY:
            self._items.popitem(last=False)
        return value

    def drop(self, key: K) -> None:
        self._items.pop(key, None)


class Correlator:
    """The memory of one recorder; `now` is monotonic, in seconds."""

    def __init__(self) -> None:
        self._told: _Recent[Occurrence, Told] = _Recent()
        self._counts: _Recent[Occurrence, int] = _Recent()
        self._similar: _Recent[Occurrence, _Similar] = _Recent()
        self._buckets: _Recent[tuple[str, ...], _Bucket] = _Recent()

    def admit(self, occurrence: Occurrence, now: float) -> Occurrence | None:
        """The occurrence as it is to be told, perhaps in other words; None: not at all."""
        found = self._summed_up(occurrence, now)
        identity = _identity(found)
        self._counts.put(identity, self.count(found) + 1)
        return found if self._has_room(occurrence.object, now) else None

    def count(self, occurrence: Occurrence) -> int:
        """How often it happened, told or not."""
        return self._counts.get(_identity(occurrence)) or 0

    def _summed_up(self, occurrence: Occurrence, now: float) -> Occurrence:
        key = replace(occurrence, message="")
        similar = self._similar.get(key) or self._similar.put(key, _Similar())
        if now - similar.at > SIMILAR_WINDOW:
            similar.messages.clear()
        similar.at = now
        similar.messages.add(occurrence.message)
        if len(similar.messages) < SIMILAR_LIMIT:
            return occurrence
        similar.messages.pop()
        return replace(occurrence, message=SUMMARY + occurrence.message)

    def _has_room(self, about: tuple[str, ...], now: float) -> bool:
        bucket = self._buckets.get(about) or self._buckets.put(about, _Bucket(BURST, now))
        bucket.tokens = min(BURST, bucket.tokens + (now - bucket.at) * REFILL)
        bucket.at = now
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True

    def told(self, occurrence: Occurrence) -> Told | None:
        """The Event that already tells of it."""
        return self._told.get(_identity(occurrence))

    def remember(self, occurrence: Occurrence, told: Told) -> None:
        """An Event object now tells of it."""
        self._told.put(_identity(occurrence), told)

    def forget(self, occurrence: Occurrence) -> None:
        """Its Event object is gone."""
        self._told.drop(_identity(occurrence))


def _identity(occurrence: Occurrence) -> Occurrence:
    """A summary is one event, whatever its latest words."""
    return replace(occurrence, message=SUMMARY) if occurrence.message.startswith(SUMMARY) else occurrence
