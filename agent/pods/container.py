"""The machine of one container of a pod: pure, and driven by the pod's machine in `state`.

`TRANSITIONS` says which input moves a container out of which stage. An input that has no entry there for the present
stage is late news (the pull that ends after the pod was deleted, the exit of a run that was replaced) and is dropped.
The pod's machine decides *whether* a container may start or must stop; how that goes on is decided here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from pykube.api import core_v1

from . import actions as act
from . import inputs as inp
from .backoff import CrashBackoff, pretty

CONFIG_RETRY = timedelta(seconds=10)
"""How long after an error in a container's configuration the next try comes, unless what it waits for changes."""
RELABEL = timedelta(seconds=2)
"""How long ErrImagePull stands before it reads ImagePullBackOff."""


class Kind(Enum):
    """Which list of the pod's spec the container stands in; restartable init containers are sidecars."""

    INIT = "init"
    SIDECAR = "sidecar"
    REGULAR = "regular"
    EPHEMERAL = "ephemeral"


class Stage(Enum):
    """Where a container is in its life."""

    WAITING = "waiting"
    """Not yet its turn."""
    PULLING = "pulling"
    """The image is being fetched or looked up."""
    PULLED = "pulled"
    """The image is there; the sandbox, the volumes or a hook of another container may not be."""
    STARTING = "starting"
    """The runtime has been told to create and start it."""
    POST_START = "postStart"
    """It runs, and its postStart hook has not ended."""
    RUNNING = "running"
    """It runs."""
    STOPPING = "stopping"
    """It runs and has been told to stop."""
    EXITED = "exited"
    """It has ended."""
    BACKOFF = "backoff"
    """It is tried again at `retry_at`."""


LIVE = frozenset({Stage.POST_START, Stage.RUNNING, Stage.STOPPING})
"""A process of the container exists."""
BUSY = LIVE | {Stage.STARTING}
"""A process of the container exists or may exist soon."""


@dataclass(slots=True)
class ContainerMachine:
    """One container. `exit` is how its newest run ended, `last_exit` how the one before that did."""

    spec: core_v1.Container
    kind: Kind
    pod_label: str
    """``name_namespace(uid)`` of the pod, as messages name it."""
    stage: Stage = Stage.WAITING
    container_id: str = ""
    image: str = ""
    image_ref: str = ""
    restart_count: int = 0
    runs: int = 0
    started_at: datetime | None = None
    started: bool = False
    """The startup probe has succeeded, or there is none."""
    ready: bool = False
    waiting_reason: str = ""
    waiting_message: str = ""
    exit: inp.Exit | None = None
    last_exit: inp.Exit | None = None
    retry_at: datetime | None = None
    relabel_at: datetime | None = None
    restart_anyway: bool = False
    """It was stopped to be started anew, whatever the restart policy says."""
    grace: int = 30
    """Seconds a stop may take that is about this container alone: the pod's terminationGracePeriodSeconds."""
    stop_grace: int = 0
    """Seconds given to the stop that is under way."""
    early_exit: inp.ContainerExited | None = None
    """An exit that was heard of before the start was."""
    crash: CrashBackoff = field(default_factory=CrashBackoff)
    pull: CrashBackoff = field(default_factory=CrashBackoff)

    @property
    def name(self) -> str:
        """The container's name, unique in its pod."""
        return self.spec.name

    @property
    def attempt(self) -> int:
        """The restart count under which the next run will stand."""
        return self.restart_count + 1 if self.runs else 0

    @property
    def live(self) -> bool:
        """Whether a process of it exists."""
        return self.stage in LIVE

    @property
    def succeeded(self) -> bool:
        """Whether its newest run has ended well."""
        return self.stage is Stage.EXITED and self.exit is not None and self.exit.code == 0

    def handle(self, event: Any, now: datetime) -> list[act.Action]:
        """Take in what happened; late news changes nothing."""
        handler = TRANSITIONS.get((self.stage, type(event)))
        if handler is None:
            return []
        expected = getattr(event, "container_id", self.container_id)
        if expected != self.container_id and self.stage is not Stage.STARTING:
            return []
        return handler(self, event, now)

    # What the pod's machine asks for

    def begin(self, now: datetime) -> list[act.Action]:
        """Begin a run: the image first."""
        crashed = self.stage is Stage.EXITED or self.waiting_reason == "CrashLoopBackOff"
        if crashed and self.exit is not None:
            self.crash.advance(self.exit.finished_at or now, now)
        self.stage = Stage.PULLING
        self.retry_at = self.relabel_at = None
        return [act.EnsureImage(self.name)]

    def start(self) -> list[act.Action]:
        """Go on to the start itself: sandbox and volumes are there."""
        self.stage = Stage.STARTING
        return [act.StartContainer(self.name, self.attempt, self.image_ref)]

    def back_off(self, until: datetime) -> list[act.Action]:
        """Wait after a crash."""
        self.stage = Stage.BACKOFF
        self.retry_at = until
        self.waiting_reason = "CrashLoopBackOff"
        delay = pretty(self.crash.delay)
        self.waiting_message = f"back-off {delay} restarting failed container={self.name} pod={self.pod_label}"
        message = f"Back-off restarting failed container {self.name} in pod {self.pod_label}"
        return [act.Announce("Warning", "BackOff", message, self.name)]

    def stop(self, grace: int, message: str, *, pre_stop: bool = True) -> list[act.Action]:
        """Stop it to start it anew."""
        self.ready = False
        return [act.StopProbes(self.name), *self._stop(grace, message, pre_stop=pre_stop)]

    def leave(self, grace: int, message: str) -> list[act.Action]:
        """Stop it because its pod ends: until it has ended it serves on, and its readiness goes on being probed."""
        return self._stop(grace, message, pre_stop=True)

    def hurry(self, grace: int) -> list[act.Action]:
        """Less time is left for the stop that is under way."""
        return self._stop(grace, "", pre_stop=False)

    def _stop(self, grace: int, message: str, *, pre_stop: bool) -> list[act.Action]:
        self.stage = Stage.STOPPING
        self.stop_grace = grace
        return [act.StopContainer(self.name, self.container_id, grace, message, pre_stop)]

    def rerun(self) -> None:
        """Forget that it has completed: a new sandbox needs its work anew."""
        self.stage = Stage.WAITING
        self.started = self.ready = False
        if self.exit is not None:
            self.last_exit, self.exit = self.exit, None

    def forgive(self, now: datetime) -> None:
        """Forget its crashes: what failed in a sandbox that was dying is not the container's fault."""
        self.crash = CrashBackoff()
        if self.stage is Stage.BACKOFF and self.relabel_at is None and self.waiting_reason != "ImagePullBackOff":
            self.retry_at = now

    def adopt(self, seen: inp.ObservedContainer) -> list[act.Action]:
        """Take over a container that a former agent started."""
        self._begin_run(seen.container_id, seen.restart_count, seen.started_at)
        self.image, self.image_ref = seen.image, seen.image_ref
        if seen.exit is not None:
            self.stage, self.exit = Stage.EXITED, seen.exit
            return []
        return self._run()

    # What happens to it

    def _image_ready(self, event: inp.ImageReady, now: datetime) -> list[act.Action]:
        self.stage = Stage.PULLED
        self.image_ref = event.image_ref
        self.pull = CrashBackoff()
        if self.waiting_reason in ("ErrImagePull", "ImagePullBackOff"):
            self.waiting_reason = self.waiting_message = ""
        return []

    def _image_failed(self, event: inp.ImageFailed, now: datetime) -> list[act.Action]:
        self.stage = Stage.BACKOFF
        self.waiting_reason = event.reason
        self.waiting_message = event.message
        self.retry_at = now + CONFIG_RETRY
        if event.reason == "ErrImagePull":
            self.pull.advance(now, now)
            self.retry_at = now + self.pull.delay
            self.relabel_at = now + RELABEL
        return []

    def relabel(self) -> list[act.Action]:
        """Turn ErrImagePull into ImagePullBackOff, which is what it is while the wait goes on."""
        self.relabel_at = None
        image = self.spec.image
        self.waiting_message = f'Back-off pulling image "{image}": {self.waiting_reason}: {self.waiting_message}'
        self.waiting_reason = "ImagePullBackOff"
        return [
            act.Announce("Normal", "BackOff", f'Back-off pulling image "{image}"', self.name),
            act.Announce("Warning", "Failed", "Error: ImagePullBackOff", self.name),
        ]

    def _started(self, event: inp.ContainerStarted, now: datetime) -> list[act.Action]:
        replaced = self.container_id
        self._begin_run(event.container_id, self.attempt, event.started_at)
        self.image = event.image or self.image
        self.image_ref = event.image_ref or self.image_ref
        follow: list[act.Action] = []
        if replaced and self.last_exit is not None and self.restart_count > 1:
            follow.append(act.RemoveContainer(self.name, ""))
        early, self.early_exit = self.early_exit, None
        if early is not None and early.container_id == self.container_id:
            return follow + self._exited(early, now)
        if self.spec.lifecycle is not None and self.spec.lifecycle.post_start is not None:
            self.stage = Stage.POST_START
            return [*follow, act.RunPostStart(self.name, self.container_id)]
        return follow + self._run()

    def _begin_run(self, container_id: str, restart_count: int, started_at: datetime | None) -> None:
        self.restart_count = restart_count
        self.runs += 1
        self.container_id = container_id
        self.started_at = started_at
        self.waiting_reason = self.waiting_message = ""
        if self.exit is not None:
            self.last_exit, self.exit = self.exit, None
        self.restart_anyway = False

    def _run(self) -> list[act.Action]:
        """The container counts as running: probes decide the rest."""
        self.stage = Stage.RUNNING
        self.started = self.spec.startup_probe is None
        self.ready = self.started and self.spec.readiness_probe is None
        if self.spec.startup_probe or self.spec.readiness_probe or self.spec.liveness_probe:
            return [act.StartProbes(self.name, self.container_id, self.started)]
        return []

    def _start_failed(self, event: inp.StartFailed, now: datetime) -> list[act.Action]:
        if event.exit is not None:
            self._begin_run(event.exit.container_id, self.attempt, event.exit.started_at)
            self.exit = event.exit
            self.stage = Stage.EXITED
        else:
            self.stage = Stage.BACKOFF
            self.retry_at = now + CONFIG_RETRY
        self.waiting_reason = event.reason
        self.waiting_message = event.message
        return []

    def _post_started(self, event: inp.PostStartDone, now: datetime) -> list[act.Action]:
        if not event.error:
            return self._run()
        self.waiting_reason, self.waiting_message = "PostStartHookError", event.error
        return self.stop(self.grace, "FailedPostStartHook", pre_stop=False)

    def _exited_early(self, event: inp.ContainerExited, now: datetime) -> list[act.Action]:
        self.early_exit = event
        return []

    def _exited(self, event: inp.ContainerExited, now: datetime) -> list[act.Action]:
        self.stage = Stage.EXITED
        self.exit = event.exit
        self.started = self.ready = False
        return [act.StopProbes(self.name)]

    def _stop_failed(self, event: inp.StopFailed, now: datetime) -> list[act.Action]:
        self.stage = Stage.RUNNING
        self.retry_at = now + timedelta(seconds=2)
        return [act.Announce("Warning", "FailedKillPod", f"error killing pod: {event.message}", self.name)]

    def _probed_while_stopping(self, event: inp.ProbeChanged, now: datetime) -> list[act.Action]:
        if event.probe is inp.Probe.READINESS:
            self.ready = event.ok and self.started
        return []

    def _probed(self, event: inp.ProbeChanged, now: datetime) -> list[act.Action]:
        if event.probe is inp.Probe.READINESS:
            self.ready = event.ok and self.started
            return []
        if event.ok:
            if event.probe is inp.Probe.STARTUP:
                self.started = True
                self.ready = self.spec.readiness_probe is None
            return []
        which = "startup" if event.probe is inp.Probe.STARTUP else "liveness"
        probe = self.spec.startup_probe if event.probe is inp.Probe.STARTUP else self.spec.liveness_probe
        grace = self.grace
        if probe is not None and probe.termination_grace_period_seconds is not None:
            grace = probe.termination_grace_period_seconds
        return self.stop(grace, f"Container {self.name} failed {which} probe, will be restarted")


Handler = Callable[[ContainerMachine, Any, datetime], list[act.Action]]

TRANSITIONS: dict[tuple[Stage, type], Handler] = {
    (Stage.PULLING, inp.ImageReady): ContainerMachine._image_ready,
    (Stage.PULLING, inp.ImageFailed): ContainerMachine._image_failed,
    (Stage.STARTING, inp.ContainerStarted): ContainerMachine._started,
    (Stage.STARTING, inp.StartFailed): ContainerMachine._start_failed,
    (Stage.STARTING, inp.ContainerExited): ContainerMachine._exited_early,
    (Stage.POST_START, inp.PostStartDone): ContainerMachine._post_started,
    (Stage.POST_START, inp.ContainerExited): ContainerMachine._exited,
    (Stage.RUNNING, inp.ContainerExited): ContainerMachine._exited,
    (Stage.RUNNING, inp.ProbeChanged): ContainerMachine._probed,
    (Stage.STOPPING, inp.ContainerExited): ContainerMachine._exited,
    (Stage.STOPPING, inp.ProbeChanged): ContainerMachine._probed_while_stopping,
    (Stage.STOPPING, inp.StopFailed): ContainerMachine._stop_failed,
}
