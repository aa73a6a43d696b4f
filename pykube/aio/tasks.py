"""Supervision of background tasks.

A task that nobody awaits loses its exception. A `Supervisor` owns such tasks: it logs what they raise, starts again
those that must not end, and ends them all in `close`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from .backoff import Backoff
from .clock import Clock, SystemClock

log = logging.getLogger(__name__)


class Supervisor:
    """Owner of background tasks; close it to end them."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closing = False

    def start(self, name: str, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run `coroutine` once; an exception is logged under `name`, not raised."""
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def keep(self, name: str, run: Callable[[], Awaitable[None]], backoff: Backoff | None = None) -> asyncio.Task[Any]:
        """Run `run()` again whenever it returns or raises, after a backoff, until `close`."""
        return self.start(name, self._keep(name, run, backoff or Backoff(base=0.2, cap=30.0, jitter=0.2)))

    async def _keep(self, name: str, run: Callable[[], Awaitable[None]], backoff: Backoff) -> None:
        while not self._closing:
            began = self._clock.monotonic()
            try:
                await run()
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("%s failed; it is started again", name)
            if self._clock.monotonic() - began > backoff.cap:
                backoff.reset()
            await self._clock.sleep(backoff.next())

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task %s ended with an error", task.get_name(), exc_info=error)

    async def close(self) -> None:
        """Cancel what still runs and wait until it has ended."""
        self._closing = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
