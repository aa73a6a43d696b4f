"""Noticing what nobody asked for: containers and sandboxes that end by themselves or by somebody's hand.

The runtime's events say so at once. A listing from time to time finds what an event told while nobody listened; where
the runtime has no events at all, the listing comes every second.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from agent.cri import api_pb2 as pb
from agent.cri.client import CriClient
from agent.cri.errors import CriError, Unimplemented
from agent.cri.events import EventKind
from pykube.aio.clock import Clock
from pykube.aio.tasks import Supervisor

from .container import LIVE
from .inputs import Nudged
from .parts import Part
from .worker import PodWorker

log = logging.getLogger(__name__)

RELIST = 20.0
"""Seconds between listings while events come."""
RELIST_WITHOUT_EVENTS = 1.0
RECONNECT = 0.25
"""Seconds until events are asked for again after the connection broke."""


class Observer:
    """Compares what runs with what the pods' machines believe."""

    def __init__(self, cri: CriClient, clock: Clock, workers: Callable[[], Iterable[PodWorker]]) -> None:
        self._cri = cri
        self._clock = clock
        self._workers = workers
        self._interval = RELIST

    async def run(self) -> None:
        """Observe until cancelled."""
        tasks = Supervisor(self._clock)
        tasks.start("runtime events", self._follow())
        try:
            while True:
                await self._clock.sleep(self._interval)
                await self.relist()
        finally:
            await tasks.close()

    async def _follow(self) -> None:
        while True:
            try:
                async for event in self._cri.events():
                    if event.kind in (EventKind.STOPPED, EventKind.DELETED):
                        self._look_after(event.id)
            except Unimplemented:
                log.info("the runtime has no events; containers are listed every second instead")
                self._interval = RELIST_WITHOUT_EVENTS
                return
            except CriError as error:
                log.info("runtime events broke off: %s", error)
            await self._clock.sleep(RECONNECT)
            if await self.relist():
                for worker in tuple(self._workers()):
                    worker.tell(Nudged())

    def _look_after(self, identity: str) -> None:
        """Have the pod that owns this container or sandbox look for itself."""
        for worker in self._workers():
            worker.check_container(identity)
            worker.check_sandbox(identity)

    async def relist(self) -> bool:
        """Look for containers and sandboxes that should run and do not; returns whether the runtime answered."""
        try:
            containers = await self._cri.list_containers()
            sandboxes = await self._cri.list_pod_sandboxes()
        except CriError as error:
            log.debug("cannot list containers: %s", error)
            return False
        running = {known.id for known in containers if known.state == pb.ContainerState.CONTAINER_RUNNING}
        ready = {known.id for known in sandboxes if known.state == pb.PodSandboxState.SANDBOX_READY}
        for worker in tuple(self._workers()):
            for container in worker.machine.containers.values():
                if container.stage in LIVE and container.container_id not in running:
                    worker.check_container(container.container_id)
            sandbox = worker.machine.sandbox
            if sandbox.stage is Part.READY and sandbox.id not in ready:
                worker.check_sandbox(sandbox.id)
        return True
