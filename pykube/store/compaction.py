"""Compaction by the clock: history is kept for one to two intervals, as upstream's API server does with etcd."""

from __future__ import annotations

import logging

from pykube import errors
from pykube.aio.clock import Clock

from .base import Store

log = logging.getLogger(__name__)

INTERVAL = 300.0
"""Seconds; upstream's --etcd-compaction-interval."""


class Compactor:
    """Every interval, forgets what was history already one interval ago."""

    def __init__(self, store: Store, clock: Clock, interval: float = INTERVAL) -> None:
        self._store = store
        self._clock = clock
        self._interval = interval

    async def run(self) -> None:
        """Compact until cancelled; a failure is logged and made up for next time."""
        target = await self._store.revision()
        while True:
            await self._clock.sleep(self._interval)
            newest = await self._store.revision()
            try:
                await self._store.compact(target)
            except errors.ApiError as error:
                log.warning("compaction to revision %d failed: %s", target, error.message)
            target = newest
