"""The volumes of one pod over its life: set up, kept up to date, taken down."""

from __future__ import annotations

from typing import Protocol

from agent.volumes.context import VolumeError
from pykube.aio.clock import Clock
from pykube.api import core_v1

from . import inputs as inp
from .keyed_tasks import KeyedTasks
from .runtime import PodRuntime

RETRY = 10.0
"""Seconds until files are brought up to date again after that failed."""


class Owner(Protocol):
    """The pod's worker, as far as volumes concern it."""

    @property
    def pod(self) -> core_v1.Pod: ...

    def tell(self, event: inp.Input) -> None: ...

    def complain_of_volumes(self, message: str) -> None: ...


class VolumeUpkeep:
    """Tokens are renewed in time, and changes of objects are followed, for as long as the volumes are mounted."""

    def __init__(self, runtime: PodRuntime, clock: Clock, tasks: KeyedTasks, owner: Owner) -> None:
        self._runtime = runtime
        self._clock = clock
        self._tasks = tasks
        self._owner = owner
        self._stale = False

    async def mount(self) -> None:
        """Set all up, and tell how that went."""
        try:
            await self._runtime.mount_volumes(self._owner.pod)
        except (VolumeError, OSError) as error:
            self._owner.tell(inp.VolumesFailed(str(error)))
            return
        self._renew_later(self._runtime.volumes.renew_in)
        self._owner.tell(inp.VolumesMounted())

    def refresh(self) -> None:
        """Bring the files that come from the API up to date; once more if that is under way."""
        if self._runtime.volumes.paths:
            self._stale = True
            self._tasks.start("refresh", self._refresh())

    async def _refresh(self) -> None:
        while self._stale:
            self._stale = False
            try:
                await self._runtime.refresh_volumes(self._owner.pod)
            except (VolumeError, OSError) as error:
                self._owner.complain_of_volumes(str(error))
                self._renew_later(RETRY)
                return
        self._renew_later(self._runtime.volumes.renew_in)

    def _renew_later(self, seconds: float | None) -> None:
        if seconds is not None:
            self._tasks.start("renewal", self._renew(seconds), replace=True)

    async def _renew(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self.refresh()

    async def unmount(self) -> None:
        """Take all down, and tell how that went."""
        for key in ("refresh", "renewal"):
            self._tasks.cancel(key)
        try:
            await self._runtime.unmount_volumes(self._owner.pod)
        except (VolumeError, OSError) as error:
            self._owner.tell(inp.UnmountFailed(str(error)))
            return
        self._owner.tell(inp.VolumesUnmounted())
