"""What the machine in `state` asks for: its outputs, performed by `worker`.

Each action that can end badly has an input that says so; the machine never assumes that an action succeeded.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MountVolumes:
    """Make the pod's directories and set up all its volumes -> VolumesMounted or VolumesFailed."""


@dataclass(frozen=True, slots=True)
class UnmountVolumes:
    """Take the volumes down and remove the pod's directories and cgroup -> VolumesUnmounted or UnmountFailed."""


@dataclass(frozen=True, slots=True)
class StartSandbox:
    """Run the sandbox; `attempt` counts the sandboxes this pod has had -> SandboxStarted or SandboxFailed."""

    attempt: int


@dataclass(frozen=True, slots=True)
class StopSandbox:
    """Stop the sandbox and tear its network down -> SandboxStopped or SandboxStopFailed."""

    sandbox_id: str


@dataclass(frozen=True, slots=True)
class RemoveSandboxes:
    """Remove the pod's stopped sandboxes, their containers and the logs; nothing waits for it."""


@dataclass(frozen=True, slots=True)
class EnsureImage:
    """Have the container's image on the host, by its pull policy -> ImageReady or ImageFailed."""

    name: str


@dataclass(frozen=True, slots=True)
class StartContainer:
    """Create and start; `attempt` is the restart count it runs under -> ContainerStarted or StartFailed."""

    name: str
    attempt: int
    image_ref: str


@dataclass(frozen=True, slots=True)
class RunPostStart:
    """Run the postStart hook -> PostStartDone."""

    name: str
    container_id: str


@dataclass(frozen=True, slots=True)
class StopContainer:
    """Run the preStop hook, then TERM, then KILL, within `grace` seconds -> ContainerExited or StopFailed.

    A second one for the same container shortens the first: the hook is given up and the runtime told anew.
    """

    name: str
    container_id: str
    grace: int
    message: str
    pre_stop: bool = True


@dataclass(frozen=True, slots=True)
class RemoveContainer:
    """Remove a dead container that a newer one has replaced; nothing waits for it."""

    name: str
    container_id: str


@dataclass(frozen=True, slots=True)
class StartProbes:
    """Begin probing this run of the container -> ProbeChanged, as often as a probe changes its mind."""

    name: str
    container_id: str
    started: bool = False


@dataclass(frozen=True, slots=True)
class StopProbes:
    """Probe this container no more."""

    name: str


@dataclass(frozen=True, slots=True)
class ReportStatus:
    """The pod's status may have changed: write it to the API."""


@dataclass(frozen=True, slots=True)
class Announce:
    """Record an Event about the pod; `container` names the part of it that is meant."""

    type: str
    reason: str
    message: str
    container: str = ""


@dataclass(frozen=True, slots=True)
class DeletePod:
    """Nothing runs any more: delete the API object for good."""


@dataclass(frozen=True, slots=True)
class Forget:
    """The machine has reached its end: drop it."""


Action = (
    MountVolumes
    | UnmountVolumes
    | StartSandbox
    | StopSandbox
    | RemoveSandboxes
    | EnsureImage
    | StartContainer
    | RunPostStart
    | StopContainer
    | RemoveContainer
    | StartProbes
    | StopProbes
    | ReportStatus
    | Announce
    | DeletePod
    | Forget
)
