"""What every store promises, whichever engine is behind it.

The shape is etcd's: a flat, sorted key space, one global revision that each write raises by one, compare-and-swap on
the revision of a key, watching from a revision, and compaction of history. A ``resourceVersion`` is that revision.
`tests/contract/test_store.py` holds every engine to what is written here.
"""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Entry:
    """One key's value as of one write."""

    key: str
    value: bytes
    revision: int
    """The revision of the write that put this value (etcd's mod_revision)."""
    create_revision: int
    """The revision at which the key came into being; kept by updates."""
    lease: int = 0
    """The lease that the key dies with; 0: none."""


class EventType(enum.Enum):
    """What a write did to its key."""

    PUT = "PUT"
    DELETE = "DELETE"


@dataclass(frozen=True, slots=True)
class Event:
    """One write, as watchers see it."""

    type: EventType
    entry: Entry
    """The entry after the write; of a deletion: an empty value and the deletion's own revision."""
    previous: Entry | None
    """The entry before the write; None where the write created the key."""


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a listing, sorted by key."""

    entries: Sequence[Entry]
    revision: int
    """The revision that the listing shows: the one asked for, else the store's newest at reading."""
    more: bool
    """Whether entries follow the last one here."""
    remaining: int
    """How many follow."""


class KeyExists(Exception):
    """`create` found the key taken; `current` is what holds it."""

    def __init__(self, current: Entry) -> None:
        super().__init__(f"key {current.key} exists at revision {current.revision}")
        self.current = current


class RevisionMismatch(Exception):
    """The key is not at the revision that the writer expected; `current` is None where there is no such key."""

    def __init__(self, key: str, current: Entry | None) -> None:
        found = f"is at revision {current.revision}" if current else "does not exist"
        super().__init__(f"key {key} {found}")
        self.key = key
        self.current = current


class Watch(Protocol):
    """A running watch: iterate it for batches of events; `aclose` ends it. It also ends when the store closes."""

    def __aiter__(self) -> AsyncIterator[Sequence[Event]]: ...

    async def __anext__(self) -> Sequence[Event]: ...

    async def aclose(self) -> None:
        """Stop watching; the iteration ends."""
        ...


class Store(Protocol):
    """A durable map with history.

    Any method may raise `errors.InternalError` where the engine fails (a full disk, say): the write then has not
    happened, and later calls work again as soon as the cause is gone.
    """

    async def get(self, key: str, *, revision: int = 0) -> tuple[Entry | None, int]:
        """The entry of `key` and the store's revision at reading.

        With `revision`: the entry as it was then.

        Raises:
            errors.Expired: `revision` is compacted.
        """
        ...

    async def list(self, prefix: str, *, revision: int = 0, start_after: str = "", limit: int = 0) -> Page:
        """Entries whose keys begin with `prefix` and come after `start_after`; `limit` 0: all of them.

        Raises:
            errors.Expired: `revision` is compacted.
        """
        ...

    async def create(self, key: str, value: bytes) -> Entry:
        """Put a key that is not there yet; returns when it is durable.

        Raises:
            KeyExists: it is there.
        """
        ...

    async def update(self, key: str, value: bytes, *, expected: int) -> Entry:
        """Replace the value of a key that is at revision `expected`; returns when it is durable.

        Raises:
            RevisionMismatch: it is at another one, or not there.
        """
        ...

    async def delete(self, key: str, *, expected: int | None = None) -> Entry:
        """Remove a key, if `expected` is given only at that revision; returns when that is durable.

        The answer holds the last value, with the revision of the deletion.

        Raises:
            RevisionMismatch: it is at another revision, or not there.
        """
        ...

    def watch(self, prefix: str, *, revision: int) -> Watch:
        """Every event under `prefix` with a revision above the one given, in order, in batches, without end.

        The watch begins with this call, not with the first iteration. Iterating raises `errors.Expired` where
        `revision` is compacted, or where the consumer fell so far behind that its backlog was dropped.
        """
        ...

    async def events(self, prefix: str, *, after: int, upto: int, limit: int) -> Sequence[Event]:
        """The first `limit` events under `prefix` with after < revision <= upto, in order.

        Raises:
            errors.Expired: `after` is compacted.
        """
        ...

    async def compact(self, revision: int) -> None:
        """Forget history before `revision`: the present, and what was true at `revision`, stay readable."""
        ...

    async def revision(self) -> int:
        """The revision of the newest write that is durable and published; 0 in an empty store."""
        ...

    async def compacted(self) -> int:
        """The oldest revision that can still be read; 0 where nothing is compacted."""
        ...

    async def close(self) -> None:
        """End all watches, finish the writes under way, release the engine."""
        ...
