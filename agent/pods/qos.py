"""Quality of service: which class a pod is in, and what the kernel is told about its memory."""

from __future__ import annotations

from pykube.api import core_v1
from pykube.api.quantity import Quantity

CLASSED = ("cpu", "memory")
"""The resources that make the class."""
GUARANTEED_OOM = -997
BEST_EFFORT_OOM = 1000


def qos_class(pod: core_v1.Pod) -> core_v1.PodQOSClass:
    """Guaranteed, Burstable or BestEffort, from requests and limits of cpu and memory."""
    containers = [*pod.spec.init_containers, *pod.spec.containers]
    sets = [container.resources for container in containers]
    if pod.spec.resources is not None and (pod.spec.resources.requests or pod.spec.resources.limits):
        sets = [pod.spec.resources]
    if not any(_positive(wanted.requests) or _positive(wanted.limits) for wanted in sets):
        return "BestEffort"
    for wanted in sets:
        limits, requests = wanted.limits, wanted.requests
        for name in CLASSED:
            limit = limits.get(name)
            if limit is None or limit.milli == 0 or requests.get(name, limit).milli != limit.milli:
                return "Burstable"
    return "Guaranteed"


def _positive(amounts: dict[str, Quantity]) -> bool:
    return any(amounts[name].milli > 0 for name in CLASSED if name in amounts)


def oom_score_adj(pod: core_v1.Pod, container: core_v1.Container, memory_capacity: int) -> int:
    """The kernel's oom_score_adj for a container: the more it asked for, the later it is killed.

    `memory_capacity` is the node's memory in bytes. The formula is the kubelet's (qos/policy.go).
    """
    if pod.spec.priority is not None and pod.spec.priority >= 2_000_000_000:
        return GUARANTEED_OOM
    kind = pod.status.qos_class or qos_class(pod)
    if kind == "Guaranteed":
        return GUARANTEED_OOM
    if kind == "BestEffort":
        return BEST_EFFORT_OOM
    request = container.resources.requests.get("memory")
    wanted = 1000 - 1000 * (request.value if request is not None else 0) // max(memory_capacity, 1)
    return min(max(wanted, 1000 + GUARANTEED_OOM), BEST_EFFORT_OOM - 1)
