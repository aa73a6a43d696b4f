"""The tasks of one owner, each under a key of which there is one at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)


class KeyedTasks:
    """Starts tasks, logs what they raise, ends them together."""

    def __init__(self, owner: str) -> None:
        """`owner` stands in the names of the tasks, and so in the log."""
        self._owner = owner
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, key: str, coroutine: Coroutine[Any, Any, None], *, replace: bool = False) -> None:
        """Run a task under `key`; one that is under way goes on instead, or with `replace` makes way."""
        present = self._tasks.get(key)
        if present is not None and not present.done():
            if not replace:
                coroutine.close()
                return
            present.cancel()
        task = asyncio.create_task(coroutine, name=f"{self._owner}: {key}")
        self._tasks[key] = task
        task.add_done_callback(lambda done: self._done(key, done))

    def _done(self, key: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("%s failed", task.get_name(), exc_info=error)

    def cancel(self, key: str) -> None:
        """End the task under `key`, if there is one."""
        if (task := self._tasks.get(key)) is not None:
            task.cancel()

    def runs(self, key: str) -> bool:
        """Whether a task is under way under `key`."""
        return (task := self._tasks.get(key)) is not None and not task.done()

    async def wait(self, key: str) -> None:
        """Return when the task under `key` has ended, however it did."""
        if (task := self._tasks.get(key)) is not None:
            await asyncio.wait([task])

    async def close(self) -> None:
        """End them all; the one that calls this is cancelled too, once it waits."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
