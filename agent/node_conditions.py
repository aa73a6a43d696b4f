"""The conditions of a Node, with upstream's reasons and messages: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pykube.api import core_v1

from .node_facts import EVICTION_DISK, EVICTION_MEMORY


@dataclass(frozen=True, slots=True)
class Health:
    """How the host is. The two texts are empty when all is well."""

    runtime_problem: str = ""
    network_problem: str = ""
    memory_available: int = EVICTION_MEMORY
    """Bytes."""
    disk_free: float = 1.0
    """The share of the disk that is free."""
    pids_free: float = 1.0
    """The share of process ids that is free."""


def conditions(health: Health, old: Sequence[core_v1.NodeCondition], now: datetime) -> list[core_v1.NodeCondition]:
    """The node's conditions; times of change are kept where the status has not changed."""
    found = [
        _pressure(
            "MemoryPressure",
            health.memory_available < EVICTION_MEMORY,
            ("KubeletHasInsufficientMemory", "kubelet has insufficient memory available"),
            ("KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        ),
        _pressure(
            "DiskPressure",
            health.disk_free < EVICTION_DISK,
            ("KubeletHasDiskPressure", "kubelet has disk pressure"),
            ("KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        ),
        _pressure(
            "PIDPressure",
            health.pids_free < 0.05,
            ("KubeletHasInsufficientPID", "kubelet has insufficient PID available"),
            ("KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ),
        _ready(health),
    ]
    known = {condition.type: condition for condition in old}
    moment = now.replace(microsecond=0)
    for condition in found:
        before = known.get(condition.type)
        condition.last_heartbeat_time = moment
        same = before is not None and before.status == condition.status
        condition.last_transition_time = before.last_transition_time if before is not None and same else moment
    return found


def _pressure(kind: str, high: bool, bad: tuple[str, str], good: tuple[str, str]) -> core_v1.NodeCondition:
    reason, message = bad if high else good
    return core_v1.NodeCondition(type=kind, status="True" if high else "False", reason=reason, message=message)


def _ready(health: Health) -> core_v1.NodeCondition:
    if health.runtime_problem:
        return core_v1.NodeCondition(
            type="Ready", status="False", reason="KubeletNotReady", message=health.runtime_problem
        )
    if health.network_problem:
        message = f"container runtime network not ready: {health.network_problem}"
        return core_v1.NodeCondition(type="Ready", status="False", reason="KubeletNotReady", message=message)
    return core_v1.NodeCondition(
        type="Ready", status="True", reason="KubeletReady", message="kubelet is posting ready status"
    )


def same_but_for_heartbeats(one: Sequence[core_v1.NodeCondition], other: Sequence[core_v1.NodeCondition]) -> bool:
    """Whether two sets of conditions say the same."""

    def said(conditions: Sequence[core_v1.NodeCondition]) -> list[tuple[str, str, str, str]]:
        return [(each.type, each.status, each.reason, each.message) for each in conditions]

    return said(one) == said(other)
