"""The machine of one pod on its node: pure. Inputs in (`inputs`), actions out (`actions`), time handed in.

Two layers. `TRANSITIONS` notes what has happened: each input moves the sandbox, the volumes or one container (which
has a table of its own in `container`). Then `_converge` looks at the whole and asks for what is missing; it asks for
each thing once, because asking moves the thing to a stage that waits for the answer. What must never happen stands in
`invariants`, which tests evaluate after every step.

    SYNCING      the pod should run: volumes, sandbox, init containers in order, containers, restarts
    TERMINATING  its containers are being stopped: deletion, eviction, deadline, or all work is done
    TERMINATED   nothing runs; sandbox and volumes are being taken down
    RELEASED     nothing of it is left but its API object, its logs and its dead containers
    FORGOTTEN    the API object is gone too
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pykube.api import core_v1

from . import actions as act
from . import inputs as inp
from .container import BUSY, ContainerMachine, Kind, Stage
from .parts import Ending, Part, PodStage, Sandbox, Volumes
from .restart import restarts
from .told import told_by_api

RETRY = timedelta(seconds=5)
"""How long after a failure with volumes or the sandbox the next try comes."""
NUDGEABLE = ("CreateContainerConfigError", "CreateContainerError", "ImageInspectError")
"""Why a container may wait for something that can come at any time: an object in the API, or the runtime itself."""
LEAST_GRACE = 1
"""Seconds that a graceful stop gets at least, even for a grace period of 0."""
LEAST_SIDECAR_GRACE = 2
"""Seconds that a sidecar gets at least, however long the containers before it took."""


@dataclass(slots=True)
class PodMachine:
    """One pod; see the module's text."""

    pod: core_v1.Pod
    started_at: datetime
    """When this node first saw the pod: its status.startTime."""
    stage: PodStage = PodStage.SYNCING
    sandbox: Sandbox = field(default_factory=Sandbox)
    volumes: Volumes = field(default_factory=Volumes)
    containers: dict[str, ContainerMachine] = field(default_factory=dict)
    initialized: bool = False
    """The init containers have done their work in this sandbox."""
    ending: Ending | None = None
    gone: bool = False
    """The API object no longer exists."""
    delete_asked: bool = False

    def __post_init__(self) -> None:
        self._adopt_spec()

    # Reading

    @property
    def label(self) -> str:
        """``name_namespace(uid)``."""
        meta = self.pod.metadata
        return f"{meta.name}_{meta.namespace}({meta.uid})"

    def of(self, *kinds: Kind) -> list[ContainerMachine]:
        """The containers of these kinds, in the order of the spec."""
        return [container for container in self.containers.values() if container.kind in kinds]

    @property
    def grace(self) -> int:
        """The seconds a stop of one container may take."""
        seconds = self.pod.spec.termination_grace_period_seconds
        return 30 if seconds is None else max(seconds, LEAST_GRACE)

    @property
    def ended(self) -> bool:
        """Whether the pod is being ended or has been."""
        return self.stage is not PodStage.SYNCING

    def next_wakeup(self) -> datetime | None:
        """When a `Tick` will have an effect, at the earliest."""
        moments = [self.sandbox.retry_at, self.volumes.retry_at, self._deadline()]
        for container in self.containers.values():
            moments += [container.retry_at, container.relabel_at]
        return min((moment for moment in moments if moment is not None), default=None)

    def _deadline(self) -> datetime | None:
        seconds = self.pod.spec.active_deadline_seconds
        if seconds is None or self.ended:
            return None
        return self.started_at + timedelta(seconds=seconds)

    def will_restart(self, container: ContainerMachine) -> bool:
        """Whether a container that has exited is started again while the pod runs."""
        if container.restart_anyway:
            return True
        if container.kind is Kind.EPHEMERAL or container.exit is None:
            return False
        if container.kind is Kind.SIDECAR:
            return True
        if container.kind is Kind.INIT and container.exit.code == 0:
            return False
        return restarts(container.spec, self.pod.spec, container.exit.code)

    # Taking in

    def handle(self, event: inp.Input, now: datetime) -> list[act.Action]:
        """Take in one input and return what is to be done about it, in this order."""
        if self.stage is PodStage.FORGOTTEN:
            return []
        handler = TRANSITIONS.get(type(event))
        if handler is not None:
            found = handler(self, event, now)
        elif (container := self.containers.get(getattr(event, "name", ""))) is not None:
            found = container.handle(event, now)
        else:
            found = []
        found += self._converge(now)
        return self._closed(event, found)

    def _closed(self, event: inp.Input, found: list[act.Action]) -> list[act.Action]:
        if not self.gone and (found or not isinstance(event, inp.Tick)):
            found.append(act.ReportStatus())
        if self.stage is PodStage.FORGOTTEN:
            found.append(act.Forget())
        return found

    def _adopt_spec(self) -> list[act.Action]:
        """Take containers that are new in the spec, and replace those whose image has changed."""
        found: list[act.Action] = []
        spec = self.pod.spec
        for container in spec.init_containers:
            found += self._adopt(container, Kind.SIDECAR if container.restart_policy == "Always" else Kind.INIT)
        for container in spec.containers:
            found += self._adopt(container, Kind.REGULAR)
        for ephemeral in spec.ephemeral_containers:
            found += self._adopt(ephemeral, Kind.EPHEMERAL)
        return found

    def _adopt(self, spec: Any, kind: Kind) -> list[act.Action]:
        known = self.containers.get(spec.name)
        if known is None:
            self.containers[spec.name] = ContainerMachine(spec, kind, self.label, grace=self.grace)
            return []
        changed = known.spec.image != spec.image
        known.spec, known.grace = spec, self.grace
        if not changed or not known.live or self.ended or known.stage is Stage.STOPPING:
            return []
        known.restart_anyway = True
        return known.stop(self.grace, f"Container {spec.name} definition changed, will be restarted")

    def _pod_changed(self, event: inp.PodChanged, now: datetime) -> list[act.Action]:
        self.pod = event.pod
        found = self._adopt_spec()
        if event.pod.status.phase in ("Succeeded", "Failed") and self.stage is PodStage.SYNCING:
            self.stage = PodStage.TERMINATING
        meta = event.pod.metadata
        if meta.deletion_timestamp is not None:
            asked = meta.deletion_grace_period_seconds
            found += self._end(now, grace=self.grace if asked is None else asked)
        return found

    def _pod_gone(self, event: inp.PodGone, now: datetime) -> list[act.Action]:
        self.gone = True
        return self._end(now, grace=0)

    def _evicted(self, event: inp.Evicted, now: datetime) -> list[act.Action]:
        return self._end(now, grace=event.grace, reason=event.reason, message=event.message, failed=True)

    def _end(
        self, now: datetime, *, grace: int, reason: str = "", message: str = "", failed: bool = False
    ) -> list[act.Action]:
        """Begin to end the pod, or hurry where it ends already and less time is given now."""
        grace = max(grace, LEAST_GRACE)
        if self.ending is None:
            self.ending = Ending(now, grace, reason, message, failed)
            if self.stage is PodStage.SYNCING:
                self.stage = PodStage.TERMINATING
            return []
        left = self.ending.began + timedelta(seconds=self.ending.grace) - now
        if self.stage is not PodStage.TERMINATING or timedelta(seconds=grace) >= left:
            return []
        self.ending.began, self.ending.grace = now, grace
        found: list[act.Action] = []
        for container in self.containers.values():
            if container.stage is Stage.STOPPING:
                found += container.hurry(grace)
        return found

    def _nudged(self, event: inp.Nudged, now: datetime) -> list[act.Action]:
        for part in (self.volumes, self.sandbox):
            if part.stage in (Part.FAILED, Part.LOST) and part.retry_at is not None:
                part.retry_at = now
        for container in self.containers.values():
            if container.stage is Stage.BACKOFF and container.waiting_reason in NUDGEABLE:
                container.retry_at = now
        return []

    def _volumes_mounted(self, event: inp.VolumesMounted, now: datetime) -> list[act.Action]:
        if self.volumes.stage is Part.STARTING:
            self.volumes.stage = Part.READY
        return []

    def _volumes_failed(self, event: inp.VolumesFailed, now: datetime) -> list[act.Action]:
        if self.volumes.stage is not Part.STARTING:
            return []
        self.volumes.stage, self.volumes.retry_at = Part.FAILED, now + RETRY
        return [act.Announce("Warning", "FailedMount", event.message)]

    def _volumes_unmounted(self, event: inp.VolumesUnmounted, now: datetime) -> list[act.Action]:
        if self.volumes.stage is Part.STOPPING:
            self.volumes.stage = Part.STOPPED
        return []

    def _unmount_failed(self, event: inp.UnmountFailed, now: datetime) -> list[act.Action]:
        if self.volumes.stage is not Part.STOPPING:
            return []
        self.volumes.stage, self.volumes.retry_at = Part.LOST, now + RETRY
        return [act.Announce("Warning", "FailedUnMount", event.message)]

    def _sandbox_started(self, event: inp.SandboxStarted, now: datetime) -> list[act.Action]:
        if self.sandbox.stage is Part.STARTING:
            self.sandbox.stage = Part.READY
            self.sandbox.id, self.sandbox.ips = event.sandbox_id, tuple(event.ips)
        return []

    def _sandbox_failed(self, event: inp.SandboxFailed, now: datetime) -> list[act.Action]:
        if self.sandbox.stage is not Part.STARTING:
            return []
        self.sandbox.stage, self.sandbox.retry_at = Part.FAILED, now + RETRY
        message = f"Failed to create pod sandbox: {event.message}"
        return [act.Announce("Warning", "FailedCreatePodSandBox", message)]

    def _sandbox_lost(self, event: inp.SandboxLost, now: datetime) -> list[act.Action]:
        if self.sandbox.stage is not Part.READY or event.sandbox_id != self.sandbox.id or self.ended:
            return []
        self.sandbox.stage = Part.LOST
        found: list[act.Action] = [
            act.Announce("Normal", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.")
        ]
        for container in self.containers.values():
            if container.stage in (Stage.POST_START, Stage.RUNNING):
                found += container.stop(LEAST_GRACE, "", pre_stop=False)
        return found

    def _sandbox_stopped(self, event: inp.SandboxStopped, now: datetime) -> list[act.Action]:
        if self.sandbox.stage is not Part.STOPPING or event.sandbox_id != self.sandbox.id:
            return []
        if self.ended:
            self.sandbox.stage = Part.STOPPED
            return []
        self.sandbox = Sandbox(attempt=self.sandbox.attempt + 1)
        for container in self.containers.values():
            container.forgive(now)
        return []

    def _sandbox_stop_failed(self, event: inp.SandboxStopFailed, now: datetime) -> list[act.Action]:
        if self.sandbox.stage is Part.STOPPING and event.sandbox_id == self.sandbox.id:
            self.sandbox.stage, self.sandbox.retry_at = Part.LOST, now + RETRY
        return []

    def _adopted(self, event: inp.Adopted, now: datetime) -> list[act.Action]:
        """Take over what a former agent left running; healthy containers go on untouched."""
        found: list[act.Action] = []
        if event.sandbox_id:
            stage = Part.READY if event.sandbox_ready else Part.LOST
            self.sandbox = Sandbox(stage, event.sandbox_id, tuple(event.ips), event.sandbox_attempt)
        known = {seen.name for seen in event.containers}
        for seen in (*event.containers, *(told for told in told_by_api(self.pod) if told.name not in known)):
            if (container := self.containers.get(seen.name)) is not None:
                found += container.adopt(seen)
        regular = self.of(Kind.REGULAR)
        self.initialized = event.sandbox_ready and any(container.runs for container in regular)
        return found

    # Asking for what is missing

    def _converge(self, now: datetime) -> list[act.Action]:
        found: list[act.Action] = []
        if self.stage is PodStage.SYNCING:
            found += self._sync(now)
        if self.stage is PodStage.TERMINATING:
            found += self._stop_containers(now)
        if self.stage is PodStage.TERMINATED:
            found += self._release(now)
        if self.stage is PodStage.RELEASED:
            found += self._leave()
        return found

    def _sync(self, now: datetime) -> list[act.Action]:
        deadline = self._deadline()
        if deadline is not None and now >= deadline:
            message = "Pod was active on the node longer than the specified deadline"
            self._end(now, grace=self.grace, reason="DeadlineExceeded", message=message, failed=True)
            return [act.Announce("Normal", "DeadlineExceeded", message)]
        if self._complete():
            self.stage = PodStage.TERMINATING
            return []
        return [*self._parts(now), *self._containers(now)]

    def _complete(self) -> bool:
        """Whether all work is done, well or badly, and nothing will be started again."""

        def over(container: ContainerMachine) -> bool:
            return container.stage is Stage.EXITED and not self.will_restart(container)

        if any(over(container) and not container.succeeded for container in self.of(Kind.INIT)):
            return True
        return all(over(container) for container in self.of(Kind.REGULAR))

    def _parts(self, now: datetime) -> Iterator[act.Action]:
        """Volumes and sandbox, at the same time: neither needs the other."""
        if self.volumes.stage is Part.ABSENT or (self.volumes.stage is Part.FAILED and _due(self.volumes, now)):
            self.volumes.stage, self.volumes.retry_at = Part.STARTING, None
            yield act.MountVolumes()
        sandbox = self.sandbox
        if sandbox.stage is Part.LOST and _due(sandbox, now) and not self._any(BUSY):
            sandbox.stage, sandbox.retry_at = Part.STOPPING, None
            self._start_over()
            yield act.StopSandbox(sandbox.id)
        if sandbox.stage is Part.ABSENT or (sandbox.stage is Part.FAILED and _due(sandbox, now)):
            sandbox.attempt += sandbox.stage is Part.FAILED
            sandbox.stage, sandbox.retry_at = Part.STARTING, None
            yield act.StartSandbox(sandbox.attempt)

    def _start_over(self) -> None:
        """A new sandbox begins with the init containers."""
        self.initialized = False
        for container in self.of(Kind.INIT, Kind.SIDECAR):
            container.rerun()

    def _any(self, stages: frozenset[Stage]) -> bool:
        return any(container.stage in stages for container in self.containers.values())

    def _containers(self, now: datetime) -> Iterator[act.Action]:
        if self.sandbox.stage in (Part.LOST, Part.STOPPING):
            return
        for container in self.of(Kind.EPHEMERAL):
            yield from self._drive(container, now)
        for container in self.of(Kind.INIT, Kind.SIDECAR):
            if container.kind is Kind.SIDECAR:
                yield from self._drive(container, now)
                if not self.initialized and not container.started:
                    return
            elif not self.initialized and not container.succeeded:
                yield from self._drive(container, now)
                return
        self.initialized = True
        for container in self.of(Kind.REGULAR):
            yield from self._drive(container, now)
            if container.stage is Stage.POST_START or (
                container.stage in (Stage.PULLING, Stage.PULLED, Stage.STARTING) and _has_post_start(container)
            ):
                return

    def _drive(self, container: ContainerMachine, now: datetime) -> Iterator[act.Action]:
        """Bring one container on by as many steps as can be taken now."""
        if container.relabel_at is not None and now >= container.relabel_at:
            yield from container.relabel()
        if container.stage is Stage.EXITED and self.will_restart(container):
            exit_ = container.exit
            failed_at = exit_.finished_at if exit_ is not None and exit_.finished_at is not None else now
            until = None if container.restart_anyway else container.crash.until(failed_at, now)
            yield from container.back_off(until) if until is not None else container.begin(now)
        elif container.stage is Stage.WAITING or (
            container.stage is Stage.BACKOFF and container.retry_at is not None and now >= container.retry_at
        ):
            yield from container.begin(now)
        ready = self.sandbox.stage is Part.READY and self.volumes.stage is Part.READY
        if container.stage is Stage.PULLED and ready:
            yield from container.start()

    # Ending

    def _stop_containers(self, now: datetime) -> Iterator[act.Action]:
        """Containers first, all at once; then the sidecars, one by one from the last."""
        ending = self.ending
        grace = ending.grace if ending is not None else self.grace
        first = self.of(Kind.REGULAR, Kind.INIT, Kind.EPHEMERAL)
        for container in first:
            yield from self._stop(container, grace, now)
        if any(container.stage in BUSY for container in first):
            return
        began = ending.began if ending is not None else now
        left = max(grace - int((now - began).total_seconds()), LEAST_SIDECAR_GRACE)
        for container in reversed(self.of(Kind.SIDECAR)):
            yield from self._stop(container, left, now)
            if container.stage in BUSY:
                return
        if self.sandbox.stage is not Part.STARTING and self.volumes.stage is not Part.STARTING:
            self.stage = PodStage.TERMINATED

    def _stop(self, container: ContainerMachine, grace: int, now: datetime) -> list[act.Action]:
        if container.stage in (Stage.POST_START, Stage.RUNNING) and _due(container, now):
            container.retry_at = None
            return container.leave(grace, f"Stopping container {container.name}")
        return []

    def _release(self, now: datetime) -> Iterator[act.Action]:
        self._settle()
        sandbox, volumes = self.sandbox, self.volumes
        if sandbox.stage is Part.READY or (sandbox.stage is Part.LOST and _due(sandbox, now)):
            sandbox.stage, sandbox.retry_at = Part.STOPPING, None
            yield act.StopSandbox(sandbox.id)
        if volumes.stage in (Part.READY, Part.FAILED, Part.ABSENT) or (
            volumes.stage is Part.LOST and _due(volumes, now)
        ):
            volumes.stage, volumes.retry_at = Part.STOPPING, None
            yield act.UnmountVolumes()
        if sandbox.stage in (Part.STOPPED, Part.ABSENT, Part.FAILED) and volumes.stage is Part.STOPPED:
            sandbox.retry_at = None
            self.stage = PodStage.RELEASED

    def _settle(self) -> None:
        """Nothing is tried again in a pod that has ended."""
        for container in self.containers.values():
            container.retry_at = container.relabel_at = None

    def _leave(self) -> Iterator[act.Action]:
        if self.gone:
            self.stage = PodStage.FORGOTTEN
            yield act.RemoveSandboxes()
        elif self.pod.metadata.deletion_timestamp is not None and not self.delete_asked:
            self.delete_asked = True
            yield act.DeletePod()


def _due(thing: Any, now: datetime) -> bool:
    return thing.retry_at is None or now >= thing.retry_at


def _has_post_start(container: ContainerMachine) -> bool:
    return container.spec.lifecycle is not None and container.spec.lifecycle.post_start is not None


Handler = Callable[[PodMachine, Any, datetime], list[act.Action]]

TRANSITIONS: dict[type, Handler] = {
    inp.PodChanged: PodMachine._pod_changed,
    inp.PodGone: PodMachine._pod_gone,
    inp.Evicted: PodMachine._evicted,
    inp.Nudged: PodMachine._nudged,
    inp.VolumesMounted: PodMachine._volumes_mounted,
    inp.VolumesFailed: PodMachine._volumes_failed,
    inp.VolumesUnmounted: PodMachine._volumes_unmounted,
    inp.UnmountFailed: PodMachine._unmount_failed,
    inp.SandboxStarted: PodMachine._sandbox_started,
    inp.SandboxFailed: PodMachine._sandbox_failed,
    inp.SandboxLost: PodMachine._sandbox_lost,
    inp.SandboxStopped: PodMachine._sandbox_stopped,
    inp.SandboxStopFailed: PodMachine._sandbox_stop_failed,
    inp.Adopted: PodMachine._adopted,
}
