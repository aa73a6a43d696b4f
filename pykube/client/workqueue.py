"""A queue of keys to work on: each key once, never by two workers at a time, again later where work failed.

Semantics: client-go's workqueue. A key added while it is being worked on comes back when that work is done.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import deque

from pykube.aio.backoff import Backoff
from pykube.aio.clock import Clock

BASE_DELAY = 0.005
"""Seconds until the first retry of a key; client-go's figure."""

MAX_DELAY = 1000.0
"""Seconds that a key waits at most between retries; client-go's figure."""


class QueueClosed(Exception):
    """`get` on a queue that is closed and empty."""


class WorkQueue:
    """Keys that wait for a worker."""

    def __init__(self, clock: Clock, *, base_delay: float = BASE_DELAY, max_delay: float = MAX_DELAY) -> None:
        self._clock = clock
        self._base_delay, self._max_delay = base_delay, max_delay
        self._ready: deque[str] = deque()
        self._wanted: set[str] = set()
        """Keys to be worked on: in `_ready`, or added while they are in work."""
        self._in_work: set[str] = set()
        self._later: list[tuple[float, str]] = []
        """A heap of (moment, key)."""
        self._due: dict[str, float] = {}
        """The moment that counts for each key in `_later`; others of the same key are out of date."""
        self._failures: dict[str, Backoff] = {}
        self._getters: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.Task[None] | None = None
        self._closed = False

    def __len__(self) -> int:
        """How many keys wait now."""
        return len(self._ready)

    def add(self, key: str) -> None:
        """Have `key` worked on as soon as a worker is free."""
        if self._closed or key in self._wanted:
            return
        self._wanted.add(key)
        if key not in self._in_work:
            self._push(key)

    def add_after(self, key: str, seconds: float) -> None:
        """`add` in that many seconds; of several such calls for one key the earliest counts."""
        if self._closed:
            return
        if seconds <= 0:
            self.add(key)
            return
        moment = self._clock.monotonic() + seconds
        if self._due.get(key, float("inf")) <= moment:
            return
        self._due[key] = moment
        heapq.heappush(self._later, (moment, key))
        if self._later[0] == (moment, key):
            self._restart_timer()

    def add_rate_limited(self, key: str) -> None:
        """`add_after` a delay that doubles with every call, until `forget`."""
        self.add_after(key, self._backoff(key).next())

    def forget(self, key: str) -> None:
        """The work succeeded: the next failure is a first one again."""
        self._failures.pop(key, None)

    def retries(self, key: str) -> int:
        """How often `key` was added rate-limited since it was last forgotten."""
        found = self._failures.get(key)
        return found.failures if found else 0

    async def get(self) -> str:
        """The next key; it must be handed to `done` when its work has ended.

        Raises:
            QueueClosed: there is none and there will be none.
        """
        while not self._ready:
            if self._closed:
                raise QueueClosed
            getter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._getters.append(getter)
            try:
                await getter
            except asyncio.CancelledError:
                if getter.done() and not getter.cancelled():
                    self._wake()  # it was woken for a key that another may take now
                raise
        key = self._ready.popleft()
        self._wanted.discard(key)
        self._in_work.add(key)
        return key

    def done(self, key: str) -> None:
        """The work on `key` has ended, well or not."""
        self._in_work.discard(key)
        if key in self._wanted:
            self._push(key)

    def close(self) -> None:
        """Take no more keys; workers get what waits and then `QueueClosed`."""
        self._closed = True
        self._later.clear()
        self._due.clear()
        if self._timer is not None:
            self._timer.cancel()
        while self._getters:
            self._wake()

    def _push(self, key: str) -> None:
        self._ready.append(key)
        self._wake()

    def _wake(self) -> None:
        while self._getters:
            getter = self._getters.popleft()
            if not getter.done():
                getter.set_result(None)
                return

    def _backoff(self, key: str) -> Backoff:
        return self._failures.setdefault(key, Backoff(base=self._base_delay, cap=self._max_delay))

    def _restart_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().create_task(self._release(), name="workqueue timer")

    async def _release(self) -> None:
        """Move keys whose moment has come, until none is waiting for one."""
        while self._later:
            moment, key = self._later[0]
            wait = moment - self._clock.monotonic()
            if wait > 0:
                await self._clock.sleep(wait)
                continue
            heapq.heappop(self._later)
            if self._due.get(key) == moment:
                del self._due[key]
                self.add(key)
        self._timer = None
