"""The conditions of a pod that its node owns, with the reasons and messages that upstream gives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pykube.api import core_v1

OWNED = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")
"""The conditions rendered here; all others are somebody else's and are left alone."""


def conditions(
    pod: core_v1.Pod,
    status: core_v1.PodStatus,
    old: core_v1.PodStatus,
    now: datetime,
    *,
    sandbox_ready: bool,
    initialized: bool,
) -> list[core_v1.PodCondition]:
    """All conditions of the pod; `status` has its phase and its containers already."""
    others = [condition for condition in pod.status.conditions if condition.type not in OWNED]
    containers = _containers_ready(pod, status)
    found = [
        core_v1.PodCondition(type="PodReadyToStartContainers", status=_text(sandbox_ready)),
        _initialized(pod, status, initialized),
        _ready(pod, others, containers),
        containers,
        core_v1.PodCondition(type="PodScheduled", status="True"),
    ]
    for condition in found:
        condition.observed_generation = pod.metadata.generation
        condition.last_transition_time = _since(condition, (old.conditions, pod.status.conditions), now)
    return [*others, *found]


def _since(condition: core_v1.PodCondition, known: Sequence[Sequence[core_v1.PodCondition]], now: datetime) -> datetime:
    """When the condition took its present status."""
    for earlier in known:
        for candidate in earlier:
            if candidate.type == condition.type and candidate.last_transition_time is not None:
                if candidate.status == condition.status:
                    return candidate.last_transition_time
                return now.replace(microsecond=0)
    return now.replace(microsecond=0)


def _text(value: bool) -> str:
    return "True" if value else "False"


def _all_statuses(status: core_v1.PodStatus) -> dict[str, core_v1.ContainerStatus]:
    return {seen.name: seen for seen in (*status.init_container_statuses, *status.container_statuses)}


def _initialized(pod: core_v1.Pod, status: core_v1.PodStatus, initialized: bool) -> core_v1.PodCondition:
    condition = core_v1.PodCondition(type="Initialized", status="True")
    if status.phase == "Succeeded":
        condition.reason = "PodCompleted"
        return condition
    statuses = _all_statuses(status)
    incomplete = []
    for container in pod.spec.init_containers:
        seen = statuses.get(container.name)
        done = seen is not None and (seen.started if container.restart_policy == "Always" else seen.ready)
        if not done:
            incomplete.append(container.name)
    if incomplete and not initialized:
        condition.status = "False"
        condition.reason = "ContainersNotInitialized"
        condition.message = f"containers with incomplete status: [{' '.join(incomplete)}]"
    return condition


def _containers_ready(pod: core_v1.Pod, status: core_v1.PodStatus) -> core_v1.PodCondition:
    condition = core_v1.PodCondition(type="ContainersReady", status="False")
    if status.phase in ("Succeeded", "Failed"):
        condition.reason = "PodCompleted" if status.phase == "Succeeded" else "PodFailed"
        return condition
    statuses = _all_statuses(status)
    needed = [c.name for c in pod.spec.init_containers if c.restart_policy == "Always"]
    needed += [c.name for c in pod.spec.containers]
    unready = [name for name in needed if not (name in statuses and statuses[name].ready)]
    if unready:
        condition.reason = "ContainersNotReady"
        condition.message = f"containers with unready status: [{' '.join(unready)}]"
    else:
        condition.status = "True"
    return condition


def _ready(
    pod: core_v1.Pod, others: Sequence[core_v1.PodCondition], containers: core_v1.PodCondition
) -> core_v1.PodCondition:
    condition = core_v1.PodCondition(
        type="Ready", status=containers.status, reason=containers.reason, message=containers.message
    )
    if containers.status != "True":
        return condition
    held = {other.type: other.status for other in others}
    messages = []
    for gate in pod.spec.readiness_gates:
        if gate.condition_type not in held:
            messages.append(f'corresponding condition of pod readiness gate "{gate.condition_type}" does not exist.')
        elif held[gate.condition_type] != "True":
            messages.append(
                f'the status of pod readiness gate "{gate.condition_type}" is not "True", '
                f"but {held[gate.condition_type]}"
            )
    if messages:
        condition.status, condition.reason = "False", "ReadinessGatesNotReady"
        condition.message = ", ".join(messages)
    return condition
