"""What must never be in a pod's machine, whatever happens in whatever order."""

from __future__ import annotations

from .container import BUSY, ContainerMachine, Kind, Stage
from .parts import Part, PodStage
from .state import PodMachine


def broken(machine: PodMachine) -> list[str]:
    """The invariants that do not hold; empty in a sound machine."""
    found = []
    regular, init = machine.of(Kind.REGULAR), machine.of(Kind.INIT)
    busy = [container.name for container in machine.containers.values() if container.stage in BUSY]
    if busy and machine.stage in (PodStage.TERMINATED, PodStage.RELEASED, PodStage.FORGOTTEN):
        found.append(f"{busy} run in a pod that is {machine.stage.value}")
    if any(c.stage is Stage.STARTING for c in machine.containers.values()) and machine.sandbox.stage is Part.ABSENT:
        found.append("a container starts without a sandbox")
    if sum(container.stage in BUSY for container in init) > 1:
        found.append("two init containers run at once")
    if any(c.stage in BUSY for c in regular) and any(c.stage in BUSY for c in init):
        found.append("an init container runs beside a regular one")
    found += [f"{c.name} is ready and does not run" for c in machine.containers.values() if c.ready and not c.live]
    found += [f"{c.name} waits for no time" for c in machine.containers.values() if _stuck(c) and not machine.ended]
    if machine.stage is PodStage.RELEASED and machine.volumes.stage is not Part.STOPPED:
        found.append("released with volumes mounted")
    return found


def _stuck(container: ContainerMachine) -> bool:
    return container.stage is Stage.BACKOFF and container.retry_at is None
