"""What is left of deleted pods, removed while the node has nothing better to do.

A pod that is gone from the API runs no more and holds neither address nor mount: what remains are its stopped sandbox,
containers and logs. Removing those costs the runtime as much as half the start of a pod, so it waits until no pod is
being started, as the kubelet's garbage collection does. Nothing is written down: what an agent leaves undone is found
by the next one among its orphans.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from agent.cri.errors import CriError
from pykube.aio.clock import Clock

log = logging.getLogger(__name__)

REST = 2.0
"""Seconds for which what is left of a pod lies at least, and between looks at whether the node is busy."""
PATIENCE = 30.0
"""Seconds after which it is removed even though the node is busy."""
RETRY = 10.0
"""Seconds until the next try, where the runtime refused."""


@dataclass(slots=True)
class _Leftover:
    label: str
    remove: Callable[[], Awaitable[None]]
    since: float


class Removal:
    """Removes what was left behind, one pod after the other."""

    def __init__(self, clock: Clock, busy: Callable[[], bool]) -> None:
        """`busy` says whether pods are being started."""
        self._clock = clock
        self._busy = busy
        self._waiting: deque[_Leftover] = deque()
        self._arrived = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def add(self, label: str, remove: Callable[[], Awaitable[None]]) -> None:
        """Have `remove` called later, again if it raises CriError; `label` names the pod in the log."""
        self._waiting.append(_Leftover(label, remove, self._clock.monotonic()))
        self._idle.clear()
        self._arrived.set()

    async def wait_idle(self) -> None:
        """Return when nothing is left to be removed."""
        await self._idle.wait()

    async def run(self) -> None:
        """Remove until cancelled."""
        while True:
            if not self._waiting:
                self._idle.set()
                self._arrived.clear()
                await self._arrived.wait()
            await self._clock.sleep(self._rest())
            if not self._rest():
                await self._remove(self._waiting.popleft())

    def _rest(self) -> float:
        """Seconds for which nothing is to be done; 0: the oldest is due."""
        age = self._clock.monotonic() - self._waiting[0].since
        if age < REST:
            return REST - age
        return REST if age < PATIENCE and self._busy() else 0.0

    async def _remove(self, leftover: _Leftover) -> None:
        try:
            await leftover.remove()
        except CriError as error:
            log.warning("cannot remove the sandboxes of %s: %s", leftover.label, error)
            self._waiting.append(_Leftover(leftover.label, leftover.remove, self._clock.monotonic() + RETRY - REST))
