"""Controllers on a fake API: started, given time, asked what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from pykube.api import core_v1, scheme
from pykube.client.informer import InformerSet
from pykube.config import ServerConfig
from pykube.controllers.base import Controller
from pykube.controllers.context import Context
from pykube.controllers.kinds import Kinds
from tests.fakes.api import FakeApi, condition
from tests.fakes.clock import FakeClock

_PODS = scheme.resource_of(core_v1.Pod)


class FakeRecorder:
    """Keeps what was told as ``reason: message``."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def event(self, obj: Any, type_: str, reason: str, message: str) -> None:
        self.events.append(f"{reason}: {message}")


class Scene:
    """A fake API with controllers at work on it."""

    def __init__(self, config: ServerConfig | None = None) -> None:
        self.clock = FakeClock()
        self.api = FakeApi(self.clock)
        self.recorder = FakeRecorder()
        self.informers = InformerSet(self.api, self.clock)
        self.context = Context(
            client=self.api,  # type: ignore[arg-type]
            informers=self.informers,
            kinds=Kinds(self.api, self.informers, self.clock),  # type: ignore[arg-type]
            recorder=lambda component: self.recorder,
            config=config or ServerConfig(),
            clock=self.clock,
        )

    @asynccontextmanager
    async def running(self, *kinds: Callable[[Context], Controller]) -> AsyncIterator[Scene]:
        """With controllers of these kinds at work."""
        controllers = [kind(self.context) for kind in kinds]
        tasks = [asyncio.create_task(self.informers.run())]
        tasks += [asyncio.create_task(controller.run()) for controller in controllers]
        await self.settle()
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def settle(self, seconds: float = 0.2) -> None:
        """Let everything happen that wants to, retries after short backoffs included."""
        await self.clock.advance(seconds / 2)
        for _ in range(10):
            await self.clock.settle()
        await self.clock.advance(seconds / 2)
        for _ in range(10):
            await self.clock.settle()

    def run_pods(self, *, ready: bool = True) -> None:
        """Be the agents: pods that wait run now, pods that are to end are gone."""
        for pod in self.api.all(core_v1.Pod):
            if pod.metadata.deletion_timestamp is not None:
                self.finish(pod)
            elif pod.status.phase in ("", "Pending"):
                pod.spec.node_name = pod.spec.node_name or "node-1"
                self.api._store(_PODS, pod)
                now = self.clock.now()
                self.api.put_status(
                    pod, phase="Running", conditions=[condition("Ready", str(ready), now)], start_time=now
                )

    def finish(self, pod: core_v1.Pod) -> None:
        """The pod's containers have ended and its agent lets go of it."""
        self.api._remove(_PODS, pod)
