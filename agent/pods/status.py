"""The status of a pod, derived from its machine: always anew, never edited.

What the machine does not know is taken from the status that the API had before: the times of conditions that have not
changed, conditions that others own, the phase a finished pod was left with. Rules as in the kubelet's
``generateAPIPodStatus``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pykube.api import core_v1

from . import inputs as inp
from .conditions import conditions
from .container import ContainerMachine, Kind, Stage
from .parts import Part, PodStage
from .qos import qos_class
from .state import PodMachine

RUNTIME = "containerd"
"""The scheme of container ids."""


@dataclass(frozen=True, slots=True)
class Host:
    """What a status says of the node: its addresses, the first one being primary."""

    ips: tuple[str, ...] = ()
    runtime: str = RUNTIME


def render(machine: PodMachine, old: core_v1.PodStatus, host: Host, now: datetime) -> core_v1.PodStatus:
    """The pod's status now; `old` is the one reported last, or the API's where none was reported."""
    status = core_v1.PodStatus()
    over = machine.stage in (PodStage.TERMINATED, PodStage.RELEASED, PodStage.FORGOTTEN)
    status.observed_generation = machine.pod.metadata.generation
    status.start_time = _seconds(machine.started_at)
    status.qos_class = old.qos_class or qos_class(machine.pod)
    status.nominated_node_name = machine.pod.status.nominated_node_name
    status.resource_claim_statuses = machine.pod.status.resource_claim_statuses
    status.init_container_statuses = _statuses(machine, (Kind.INIT, Kind.SIDECAR), host, over)
    status.container_statuses = _statuses(machine, (Kind.REGULAR,), host, over)
    status.ephemeral_container_statuses = _statuses(machine, (Kind.EPHEMERAL,), host, over)
    _addresses(status, machine, old, host)
    _phase(status, machine, old, over)
    ready_to_start = machine.sandbox.stage is Part.READY
    status.conditions = conditions(
        machine.pod, status, old, now, sandbox_ready=ready_to_start, initialized=machine.initialized
    )
    return status


def _phase(status: core_v1.PodStatus, machine: PodMachine, old: core_v1.PodStatus, over: bool) -> None:
    status.phase = phase(machine, over=over)
    for known in (old.phase, machine.pod.status.phase):
        if known in ("Succeeded", "Failed"):
            status.phase = known
            status.reason, status.message = old.reason, old.message
    if machine.ending is not None and machine.ending.failed:
        status.phase = "Failed"
        status.reason, status.message = machine.ending.reason, machine.ending.message


def phase(machine: PodMachine, *, over: bool) -> core_v1.PodPhase:
    """Pending, Running, Succeeded or Failed; `over` says that nothing will run any more."""
    pending_init = False
    for container in machine.of(Kind.INIT):
        ended = container.exit
        if ended is not None and ended.code != 0 and not machine.will_restart(container):
            return "Failed"
        if (ended is None and container.last_exit is None) or container.live:
            pending_init = pending_init or not machine.initialized
    for container in machine.of(Kind.SIDECAR):
        if not container.started and not machine.initialized and not container.exit:
            pending_init = True
    regular = machine.of(Kind.REGULAR)
    if over:
        good = all(container.exit is not None and container.exit.code == 0 for container in regular)
        return "Succeeded" if good else "Failed"
    if pending_init or any(not container.live and container.exit is None for container in regular):
        return "Pending"
    if any(container.live for container in (*regular, *machine.of(Kind.SIDECAR))):
        return "Running"
    if any(machine.will_restart(container) for container in regular):
        return "Running"
    if all(container.exit is not None and container.exit.code == 0 for container in regular):
        return "Succeeded"
    return "Failed"


def _statuses(machine: PodMachine, kinds: tuple[Kind, ...], host: Host, over: bool) -> list[core_v1.ContainerStatus]:
    has_init = any(container.kind in (Kind.INIT, Kind.SIDECAR) for container in machine.containers.values())
    creating = "PodInitializing" if has_init else "ContainerCreating"
    # What was not reached stays waiting for good: only what may have run can be lost.
    reached = machine.initialized or not has_init
    return [
        _container(container, creating, host, over and (reached or _has_run(container)))
        for container in machine.of(*kinds)
    ]


def _has_run(container: ContainerMachine) -> bool:
    return bool(container.runs) or container.exit is not None or container.last_exit is not None


def _container(container: ContainerMachine, creating: str, host: Host, over: bool) -> core_v1.ContainerStatus:
    status = core_v1.ContainerStatus(name=container.name, image=container.image or container.spec.image)
    status.restart_count = container.restart_count
    status.image_id = container.image_ref if container.runs else ""
    status.container_id = f"{host.runtime}://{container.container_id}" if container.container_id else ""
    status.volume_mounts = [_mount(mount) for mount in container.spec.volume_mounts]
    status.resources = _resources(container.spec.resources)
    status.allocated_resources = container.spec.resources.requests
    status.last_state = core_v1.ContainerState(terminated=_terminated(container.last_exit, host))
    running = container.live and container.stage is not Stage.POST_START
    if running and not (container.stage is Stage.STOPPING and container.waiting_reason):
        status.state.running = core_v1.ContainerStateRunning(started_at=_seconds(container.started_at))
    elif container.exit is not None and (over or not container.waiting_reason):
        status.state.terminated = _terminated(container.exit, host)
    elif over:
        status.state.terminated = core_v1.ContainerStateTerminated(
            exit_code=137,
            reason="ContainerStatusUnknown",
            message="The container could not be located when the pod was terminated",
        )
    else:
        reason = container.waiting_reason or creating
        waiting = core_v1.ContainerStateWaiting(reason=reason, message=container.waiting_message)
        status.state.waiting = waiting
        status.last_state = core_v1.ContainerState(terminated=_terminated(container.exit or container.last_exit, host))
    status.started = container.started and container.live
    status.ready = _ready(container)
    return status


def _ready(container: ContainerMachine) -> bool:
    """A regular init container is ready when it has succeeded; others while they run and are probed ready."""
    return container.succeeded if container.kind is Kind.INIT else container.ready


def _resources(wanted: core_v1.ResourceRequirements) -> core_v1.ResourceRequirements:
    return core_v1.ResourceRequirements(limits=wanted.limits, requests=wanted.requests)


def _mount(mount: core_v1.VolumeMount) -> core_v1.VolumeMountStatus:
    return core_v1.VolumeMountStatus(
        name=mount.name,
        mount_path=mount.mount_path,
        read_only=mount.read_only,
        recursive_read_only="Disabled" if mount.read_only else None,
    )


def _terminated(ended: inp.Exit | None, host: Host) -> core_v1.ContainerStateTerminated | None:
    if ended is None:
        return None
    return core_v1.ContainerStateTerminated(
        exit_code=ended.code,
        signal=ended.signal,
        reason=ended.reason or ("Completed" if ended.code == 0 else "Error"),
        message=ended.message,
        started_at=_seconds(ended.started_at),
        finished_at=_seconds(ended.finished_at),
        container_id=f"{host.runtime}://{ended.container_id.rpartition('//')[2]}" if ended.container_id else "",
    )


def _addresses(status: core_v1.PodStatus, machine: PodMachine, old: core_v1.PodStatus, host: Host) -> None:
    if host.ips:
        status.host_ip = host.ips[0]
        status.host_ips = [core_v1.HostIP(ip=ip) for ip in host.ips]
    ips: Iterable[str] = _by_family(machine.sandbox.ips, host.ips)
    if machine.pod.spec.host_network and machine.sandbox.stage is not Part.ABSENT:
        ips = host.ips
    status.pod_ips = [core_v1.PodIP(ip=ip) for ip in ips] or old.pod_ips
    status.pod_ip = status.pod_ips[0].ip if status.pod_ips else ""


def _by_family(ips: Sequence[str], host: Sequence[str]) -> list[str]:
    """One address per family, that of the node's primary address first."""
    six = bool(host) and ":" in host[0]
    same = [ip for ip in ips if (":" in ip) == six]
    other = [ip for ip in ips if (":" in ip) != six]
    return same[:1] + other[:1]


def _seconds(moment: datetime | None) -> Any:
    """API times have no fractions."""
    return None if moment is None else moment.replace(microsecond=0)
