"""One watch: picks the changes it is for, and holds their frames until the connection takes them.

The cache only appends to a list here, so a connection that takes nothing costs the others nothing; when too much waits,
the watch is cut, and its client lists and watches again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from .selection import Selection
from .watch_cache import Cached, CacheEvent, EventType, WatchCache

MAX_PENDING = 32 << 20
"""Bytes that may wait for one connection."""

Encode = Callable[[EventType, Cached], bytes]
"""Makes the frame of an object in a form of its own (a Table, say)."""


class Watcher:
    """A follower of a cache that yields frames; `encode` None takes the frames that all watchers share.

    `cut` is called when too much waits: whoever writes to the connection is stuck then and has to be freed.
    """

    def __init__(
        self, selection: Selection, encode: Encode | None = None, *, cut: Callable[[], None] = lambda: None
    ) -> None:
        self._selection = None if selection.empty else selection
        self._encode = encode
        self._cut = cut
        self._frames: list[bytes] = []
        self._pending = 0
        self._wake: asyncio.Future[None] | None = None
        self._detach: Callable[[], None] | None = None
        self.cache: WatchCache | None = None
        """What is followed."""
        self.overflowed = False
        self.ended = False
        self.revision = 0
        self.taken = 0
        """How many frames were handed out."""

    def follow(self, cache: WatchCache, namespace: str) -> None:
        """Take every change of `cache` from now on."""
        self.cache = cache
        self._detach = cache.attach(self, namespace=namespace)

    def close(self) -> None:
        """Take no more changes."""
        if self._detach is not None:
            self._detach()
            self._detach = None

    def end(self) -> None:
        """The server stops: hand out what waits, and no more."""
        self.ended = True
        self.close()
        self._notify()

    def __call__(self, event: CacheEvent) -> None:
        """Take one change."""
        self.revision = event.revision
        type_ = self._type(event)
        if type_ is None:
            return
        if self._encode is None:
            self.push(event.frame(type_))
        else:
            self.push(self._encode(type_, event.seen_as(type_)))

    def _type(self, event: CacheEvent) -> EventType | None:
        """What the change is to this watch, None when it is nothing."""
        selection = self._selection
        if selection is None:
            return event.type
        before = event.previous is not None and selection.matches(event.previous)
        if event.type == "DELETED":
            return "DELETED" if before else None
        if selection.matches(event.object):
            return "MODIFIED" if before else "ADDED"
        return "DELETED" if before else None

    @property
    def pending(self) -> int:
        """Bytes that wait for the connection."""
        return self._pending

    @property
    def frames(self) -> Sequence[bytes]:
        """What waits; frames are shared with the other watchers of the change."""
        return self._frames

    def push(self, frame: bytes) -> None:
        """Queue a frame."""
        if self.overflowed:
            return
        self._frames.append(frame)
        self._pending += len(frame)
        if self._pending > MAX_PENDING:
            self.overflowed = True
            self._frames.clear()
            self._pending = 0
            self.close()
            self._cut()
        self._notify()

    def _notify(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    def take(self) -> bytes:
        """All that waits, as one piece; b"" when nothing does."""
        frames, self._frames, self._pending = self._frames, [], 0
        self.taken += len(frames)
        return frames[0] if len(frames) == 1 else b"".join(frames)

    async def ready(self) -> None:
        """Return when something waits, or when the watch is cut or ends."""
        if not self._frames and not self.overflowed and not self.ended:
            self._wake = asyncio.get_running_loop().create_future()
            await self._wake
