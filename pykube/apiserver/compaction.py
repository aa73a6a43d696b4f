"""Forgets the store's history: every five minutes what is older than five minutes, as upstream does."""

from __future__ import annotations

import logging

from pykube import errors
from pykube.aio.clock import Clock
from pykube.store.base import Store

from .progress import Progress

log = logging.getLogger(__name__)

INTERVAL = 300.0
"""Seconds between compactions, and how long history stays readable at least."""


async def run(store: Store, progress: Progress, clock: Clock) -> None:
    """Compact for ever; `progress` is told the oldest revision that is left."""
    before = await store.revision()
    while True:
        await clock.sleep(INTERVAL)
        try:
            now = await store.revision()
            if before and now != before:
                await store.compact(before)
                progress.oldest = before
            before = now
        except errors.ApiError as error:
            log.warning("compaction failed and is tried again later: %s", error)
