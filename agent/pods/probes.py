"""Probing of running containers: tries at their times, thresholds, and word of each change of mind.

While a startup probe has not succeeded the other two wait. Liveness is taken to be good and readiness to be bad until
their first verdict, which is where a container's machine starts from too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from pykube.aio.clock import Clock
from pykube.aio.tasks import Supervisor
from pykube.api import core_v1

from .inputs import Probe, ProbeChanged
from .probe_actions import ProbeActions, Target
from .threshold import Threshold

Tell = Callable[[ProbeChanged], None]
Complain = Callable[[Probe, str], None]
"""Told of each failed try, with what the probe said."""


class ContainerProbes:
    """The probes of one run of one container."""

    def __init__(self, actions: ProbeActions, target: Target, clock: Clock, *, tell: Tell, complain: Complain) -> None:
        self._actions = actions
        self._target = target
        self._clock = clock
        self._tell = tell
        self._complain = complain
        self._tasks = Supervisor(clock)

    def start(self, started_at: datetime | None, *, started: bool) -> None:
        """Begin; `started_at` is when the container's process began, from which initial delays count."""
        age = 0.0
        if started_at is not None:
            age = max((self._clock.now() - started_at).total_seconds(), 0.0)
        self._tasks.start(f"probes of {self._target.container.name}", self._run(age, started))

    async def stop(self) -> None:
        """End; a try that is under way is given up."""
        await self._tasks.close()

    async def _run(self, age: float, started: bool) -> None:
        container = self._target.container
        began = self._clock.monotonic()
        if container.startup_probe is not None and not started:
            await self._series(Probe.STARTUP, container.startup_probe, age, until_success=True)
        age += self._clock.monotonic() - began
        async with asyncio.TaskGroup() as group:
            if container.liveness_probe is not None:
                group.create_task(self._series(Probe.LIVENESS, container.liveness_probe, age))
            if container.readiness_probe is not None:
                group.create_task(self._series(Probe.READINESS, container.readiness_probe, age))

    async def _series(self, kind: Probe, probe: core_v1.Probe, age: float, *, until_success: bool = False) -> None:
        first = kind is Probe.LIVENESS or None
        threshold = Threshold(max(probe.success_threshold, 1), max(probe.failure_threshold or 3, 1), verdict=first)
        period = float(probe.period_seconds or 10)
        await self._clock.sleep(max(probe.initial_delay_seconds - age, 0.0))
        while True:
            began = self._clock.monotonic()
            ok, said = await self._actions.probe(probe, self._target)
            if not ok:
                self._complain(kind, said)
            if threshold.note(ok):
                self._tell(ProbeChanged(self._target.container.name, self._target.container_id, kind, ok, said))
                if until_success and ok:
                    return
            await self._clock.sleep(max(period - (self._clock.monotonic() - began), 0.0))
