"""How far the caches have followed the store, and waiting for them to get somewhere.

A write is acknowledged only when the caches have seen it, so whoever reads after it reads it.
"""

from __future__ import annotations

import asyncio
import heapq


class Progress:
    """The revision that all caches have reached, and the oldest that may still be asked for."""

    def __init__(self, revision: int = 0) -> None:
        self.revision = revision
        self.oldest = 0
        """What is older is compacted: a read of it is told so, even if a cache could still answer."""
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._count = 0

    def advance(self, revision: int) -> None:
        """Everything up to `revision` is in the caches now."""
        if revision > self.revision:
            self.revision = revision
        while self._waiting and self._waiting[0][0] <= revision:
            future = heapq.heappop(self._waiting)[2]
            if not future.done():
                future.set_result(None)

    async def reach(self, revision: int) -> None:
        """Return when the caches show `revision` or a later one."""
        if self.revision >= revision:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._waiting, (revision, self._count, future))
        await future
