"""The fan-out of committed events to watches, from memory.

One `Feed` belongs to one store and lives in its event loop. A watch that starts in the past first reads what it has
missed from the engine, in slices, while the events of the present wait in its queue: no gap, no repetition.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from pykube import errors

from .base import Event

MAX_BACKLOG = 100_000
"""Events that may wait for one watch; beyond that the watch ends with `Expired`, its owner lists and watches again."""

REPLAY_SLICE = 500
"""Events of history read at a time."""

Replay = Callable[[str, int, int, int], Awaitable[Sequence[Event]]]
"""(prefix, after, upto, limit) -> the first `limit` events under prefix with after < revision <= upto.

Raises `errors.Expired` where `after` is compacted.
"""


def expired(revision: int, compacted: int) -> errors.Expired:
    """The error of asking for history that is gone; upstream's words."""
    return errors.Expired(f"too old resource version: {revision} ({compacted})")


class FeedWatch:
    """One watch; implements `base.Watch`."""

    def __init__(self, feed: Feed, prefix: str, revision: int, replay: Replay) -> None:
        self.prefix = prefix
        self._feed = feed
        self._replay = replay
        self._replayed = revision
        self._replay_until = feed.revision
        self._after = revision
        self._batches: deque[Sequence[Event]] = deque()
        self._backlog = 0
        self._overflowed = False
        self._ended = False
        self._wake: asyncio.Future[None] | None = None

    def push(self, events: Sequence[Event]) -> None:
        """Queue live events; those that the watch did not ask for are left out."""
        if self._after >= events[0].entry.revision:
            events = [event for event in events if event.entry.revision > self._after]
        wanted = [event for event in events if event.entry.key.startswith(self.prefix)]
        if not wanted or self._overflowed:
            return
        self._backlog += len(wanted)
        if self._backlog > MAX_BACKLOG:
            self._overflowed = True
            self._batches.clear()
        else:
            self._batches.append(wanted)
        self._notify()

    def end(self) -> None:
        """No more events will come; what is queued is still handed out."""
        self._ended = True
        self._notify()

    def _notify(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    def __aiter__(self) -> FeedWatch:
        return self

    async def __anext__(self) -> Sequence[Event]:
        while self._replayed < self._replay_until and not self._ended:
            if events := await self._next_slice():
                return events
        while not self._batches:
            if self._overflowed:
                raise errors.Expired("the watch fell too far behind; list again and watch from there")
            if self._ended:
                raise StopAsyncIteration
            self._wake = asyncio.get_running_loop().create_future()
            await self._wake
        batch = self._batches.popleft()
        self._backlog -= len(batch)
        return batch

    async def _next_slice(self) -> Sequence[Event]:
        events = await self._replay(self.prefix, self._replayed, self._replay_until, REPLAY_SLICE)
        self._replayed = events[-1].entry.revision if len(events) == REPLAY_SLICE else self._replay_until
        return events

    async def aclose(self) -> None:
        self._batches.clear()
        self._feed.drop(self)
        self.end()


class Feed:
    """The watches of one store, and the newest revision they have been given."""

    def __init__(self, revision: int = 0) -> None:
        self.revision = revision
        self._watches: set[FeedWatch] = set()
        self._closed = False

    def watch(self, prefix: str, revision: int, replay: Replay) -> FeedWatch:
        """A watch for events above `revision`."""
        watch = FeedWatch(self, prefix, revision, replay)
        if self._closed:
            watch.end()
        else:
            self._watches.add(watch)
        return watch

    def publish(self, events: Sequence[Event]) -> None:
        """Hand events that are durable now, in the order of their revisions, to every watch."""
        self.revision = events[-1].entry.revision
        for watch in self._watches:
            watch.push(events)

    def drop(self, watch: FeedWatch) -> None:
        """Forget a watch."""
        self._watches.discard(watch)

    def close(self) -> None:
        """End every watch."""
        self._closed = True
        for watch in self._watches:
            watch.end()
        self._watches.clear()
