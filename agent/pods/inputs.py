"""What can happen to a pod on its node: the inputs of the machine in `state`.

Every input is a value. Those that speak of a container carry its runtime id, so that late news of a container that
has been replaced in the meantime is recognised and dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from pykube.api import core_v1


class Probe(Enum):
    """The three kinds of probe, by the names that events and the API use."""

    STARTUP = "Startup"
    LIVENESS = "Liveness"
    READINESS = "Readiness"


@dataclass(frozen=True, slots=True)
class Exit:
    """How one run of a container ended. `finished_at` is when the process went, not when we heard of it."""

    code: int
    reason: str = ""
    message: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None
    container_id: str = ""
    signal: int = 0


@dataclass(frozen=True, slots=True)
class PodChanged:
    """The API object is new or has changed; a deletion timestamp in it asks for graceful termination."""

    pod: core_v1.Pod


@dataclass(frozen=True, slots=True)
class PodGone:
    """The API object is gone: whatever still runs is ended now."""


@dataclass(frozen=True, slots=True)
class Evicted:
    """The node cannot keep the pod: it fails with this reason, after at most `grace` seconds."""

    reason: str
    message: str
    grace: int = 0


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed; nothing else."""


@dataclass(frozen=True, slots=True)
class Nudged:
    """Something that an error may have been waiting for is there (a ConfigMap, the runtime): try again now."""


@dataclass(frozen=True, slots=True)
class VolumesMounted:
    """All volumes are there."""


@dataclass(frozen=True, slots=True)
class VolumesFailed:
    """A volume could not be set up; it is tried again later."""

    message: str


@dataclass(frozen=True, slots=True)
class VolumesUnmounted:
    """Nothing of the pod's volumes is mounted any more."""


@dataclass(frozen=True, slots=True)
class UnmountFailed:
    """Unmounting failed; it is tried again later."""

    message: str


@dataclass(frozen=True, slots=True)
class SandboxStarted:
    """The sandbox runs and its network is there. `ips` is empty for pods in the host's network."""

    sandbox_id: str
    ips: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SandboxFailed:
    """The sandbox could not be made; it is tried again later."""

    message: str


@dataclass(frozen=True, slots=True)
class SandboxLost:
    """The sandbox has died or vanished, with everything in it."""

    sandbox_id: str


@dataclass(frozen=True, slots=True)
class SandboxStopped:
    """The sandbox has been stopped and its network torn down."""

    sandbox_id: str


@dataclass(frozen=True, slots=True)
class SandboxStopFailed:
    """The runtime could not stop the sandbox; it is tried again later."""

    sandbox_id: str
    message: str


@dataclass(frozen=True, slots=True)
class ImageReady:
    """The image for a container is on the host; `image_ref` is its digest reference."""

    name: str
    image_ref: str


@dataclass(frozen=True, slots=True)
class ImageFailed:
    """The image cannot be had; `reason` is upstream's word (ErrImagePull, ErrImageNeverPull, InvalidImageName)."""

    name: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class ContainerStarted:
    """The container's process runs."""

    name: str
    container_id: str
    started_at: datetime
    image: str = ""
    image_ref: str = ""


@dataclass(frozen=True, slots=True)
class StartFailed:
    """The container could not be created or started.

    `exit` is set where the runtime keeps a dead container for the attempt (RunContainerError): then the attempt counts
    as a run, as upstream counts it.
    """

    name: str
    reason: str
    message: str
    exit: Exit | None = None


@dataclass(frozen=True, slots=True)
class PostStartDone:
    """The postStart hook has ended; `error` is empty when it succeeded."""

    name: str
    container_id: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class ContainerExited:
    """The container's process has ended, by itself or because it was stopped."""

    name: str
    container_id: str
    exit: Exit


@dataclass(frozen=True, slots=True)
class StopFailed:
    """The runtime could not stop the container; it is tried again later."""

    name: str
    container_id: str
    message: str


@dataclass(frozen=True, slots=True)
class ProbeChanged:
    """A probe has reached its threshold: it counts as succeeded or failed from now on."""

    name: str
    container_id: str
    probe: Probe
    ok: bool
    message: str = ""


@dataclass(frozen=True, slots=True)
class ObservedContainer:
    """A container that the runtime had when the agent started."""

    name: str
    container_id: str
    restart_count: int
    started_at: datetime | None
    exit: Exit | None = None
    image: str = ""
    image_ref: str = ""


@dataclass(frozen=True, slots=True)
class Adopted:
    """What the runtime holds of this pod from before the agent started; the newest container per name comes last."""

    sandbox_id: str = ""
    sandbox_attempt: int = 0
    sandbox_ready: bool = False
    ips: Sequence[str] = ()
    containers: Sequence[ObservedContainer] = field(default_factory=tuple)


Input = (
    PodChanged
    | PodGone
    | Evicted
    | Tick
    | Nudged
    | VolumesMounted
    | VolumesFailed
    | VolumesUnmounted
    | UnmountFailed
    | SandboxStarted
    | SandboxFailed
    | SandboxLost
    | SandboxStopped
    | SandboxStopFailed
    | ImageReady
    | ImageFailed
    | ContainerStarted
    | StartFailed
    | PostStartDone
    | ContainerExited
    | StopFailed
    | ProbeChanged
    | Adopted
)
