"""A store that keeps nothing when its process ends: for tests, and for ``--datastore memory://``."""

from __future__ import annotations

import bisect
from collections.abc import Sequence

from pykube import errors

from .base import Entry, Event, EventType, Page, Watch
from .change import Change, ChangeKind, decide, outcome
from .feed import Feed, expired

Events = list[Event]


class MemoryStore:
    """Implements `base.Store` with a dict, a sorted list of its keys and a list of events."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._keys: list[str] = []
        self._history: Events = []
        self._compacted = 0
        self._feed = Feed()
        self._closed = False

    async def get(self, key: str, *, revision: int = 0) -> tuple[Entry | None, int]:
        self._check(revision)
        if not revision:
            return self._entries.get(key), self._feed.revision
        return self._state_at(key, revision).get(key), self._feed.revision

    async def list(self, prefix: str, *, revision: int = 0, start_after: str = "", limit: int = 0) -> Page:
        self._check(revision)
        if revision:
            entries = self._state_at(prefix, revision)
            keys = sorted(entries)
        else:
            entries, keys = self._entries, self._keys
        first = max(bisect.bisect_left(keys, prefix), bisect.bisect_right(keys, start_after))
        last = first
        while last < len(keys) and keys[last].startswith(prefix):
            last += 1
        end = min(first + limit, last) if limit else last
        found = [entries[key] for key in keys[first:end]]
        return Page(found, revision or self._feed.revision, end < last, last - end)

    async def create(self, key: str, value: bytes) -> Entry:
        return self._write(Change(ChangeKind.CREATE, key, value))

    async def update(self, key: str, value: bytes, *, expected: int) -> Entry:
        return self._write(Change(ChangeKind.UPDATE, key, value, expected))

    async def delete(self, key: str, *, expected: int | None = None) -> Entry:
        return self._write(Change(ChangeKind.DELETE, key, expected=expected))

    def watch(self, prefix: str, *, revision: int) -> Watch:
        return self._feed.watch(prefix, revision, self._replay)

    async def events(self, prefix: str, *, after: int, upto: int, limit: int) -> Sequence[Event]:
        return await self._replay(prefix, after, upto, limit)

    async def compact(self, revision: int) -> None:
        self._check()
        self._compacted = max(self._compacted, min(revision, self._feed.revision))
        self._history = self._events_after(self._compacted)

    async def revision(self) -> int:
        return self._feed.revision

    async def compacted(self) -> int:
        return self._compacted

    async def close(self) -> None:
        self._closed = True
        self._feed.close()

    def _check(self, revision: int = 0) -> None:
        if self._closed:
            raise errors.ServiceUnavailable("the store is closed")
        if revision and revision < self._compacted:
            raise expired(revision, self._compacted)

    def _write(self, change: Change) -> Entry:
        self._check()
        event = decide(change, self._entries.get(change.key), self._feed.revision + 1)
        if event.type is EventType.DELETE:
            del self._entries[change.key]
            del self._keys[bisect.bisect_left(self._keys, change.key)]
        else:
            if event.previous is None:
                bisect.insort(self._keys, change.key)
            self._entries[change.key] = event.entry
        self._history.append(event)
        self._feed.publish([event])
        return outcome(event)

    def _events_after(self, revision: int) -> Events:
        at = bisect.bisect_right(self._history, revision, key=lambda event: event.entry.revision)
        return self._history[at:]

    def _state_at(self, prefix: str, revision: int) -> dict[str, Entry]:
        """What was true at `revision`: the present, with every later event taken back."""
        state = {key: entry for key, entry in self._entries.items() if key.startswith(prefix)}
        for event in reversed(self._events_after(revision)):
            if not event.entry.key.startswith(prefix):
                continue
            if event.previous is None:
                state.pop(event.entry.key, None)
            else:
                state[event.entry.key] = event.previous
        return state

    async def _replay(self, prefix: str, after: int, upto: int, limit: int) -> Sequence[Event]:
        self._check()
        if after < self._compacted:
            raise expired(after, self._compacted)
        events = (event for event in self._events_after(after) if event.entry.key.startswith(prefix))
        return [event for event in events if event.entry.revision <= upto][:limit]
