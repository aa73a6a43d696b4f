"""Events live an hour after their last change, then they go; counted from the server's start for those it finds."""

from __future__ import annotations

from collections import deque

from pykube.aio.clock import Clock
from pykube.store.base import RevisionMismatch, Store

from .watch_cache import CacheEvent, WatchCache

SECONDS = 3600.0
"""How long an Event lives; upstream's default."""


class EventsTtl:
    """Removes Events that nothing has touched for `SECONDS`."""

    def __init__(self, cache: WatchCache, store: Store, clock: Clock) -> None:
        self._cache = cache
        self._store = store
        self._clock = clock
        self._due: deque[tuple[float, str, int]] = deque()

    async def run(self) -> None:
        """Remove what is due, for ever."""
        unsubscribe = self._cache.subscribe(self._changed)
        try:
            while True:
                await self._clock.sleep(self._wait())
                await self._remove_due()
        finally:
            unsubscribe()

    def _changed(self, event: CacheEvent) -> None:
        if event.type != "DELETED":
            self._due.append((self._clock.monotonic() + SECONDS, event.object.key, event.revision))

    def _wait(self) -> float:
        """Seconds until the next removal; a minute at least, so that many go at a time."""
        first = self._due[0][0] - self._clock.monotonic() if self._due else SECONDS
        return max(first, 60.0)

    async def _remove_due(self) -> None:
        now = self._clock.monotonic()
        while self._due and self._due[0][0] <= now:
            _, key, revision = self._due.popleft()
            cached = self._cache.get(key)
            if cached is None or cached.revision != revision:
                continue
            try:
                await self._store.delete(key, expected=revision)
            except RevisionMismatch:
                continue
