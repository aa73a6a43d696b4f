"""Requests and limits in the kernel's units: shares, quotas in microseconds, bytes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from agent.cri import api_pb2 as pb
from pykube.api import core_v1

from .qos import oom_score_adj, qos_class

CPU_PERIOD = 100_000
"""Microseconds over which a quota counts."""
LEAST_QUOTA = 1_000
LEAST_SHARES = 2
MOST_SHARES = 262_144


@dataclass(frozen=True, slots=True)
class PodLimits:
    """A pod as a whole; 0 stands for no limit."""

    cpu_shares: int = LEAST_SHARES
    cpu_quota: int = 0
    memory: int = 0


def shares_of(milli: int) -> int:
    """cgroup v1's cpu.shares for thousandths of a processor."""
    return min(max(milli * 1024 // 1000, LEAST_SHARES), MOST_SHARES)


def quota_of(milli: int) -> int:
    """Microseconds per `CPU_PERIOD` for thousandths of a processor; 0 for no limit."""
    return max(milli * CPU_PERIOD // 1000, LEAST_QUOTA) if milli else 0


def _amount(container: core_v1.Container, kind: str, name: str) -> int:
    """A request (falling back to the limit) or limit in thousandths (cpu) or bytes; 0 where none is set."""
    resources = container.resources
    quantity = resources.limits.get(name)
    if kind == "requests":
        quantity = resources.requests.get(name, quantity)
    if quantity is None:
        return 0
    return quantity.milli if name == "cpu" else quantity.value


def pod_request(pod: core_v1.Pod, name: str) -> int:
    """What the pod asks for in all: containers and sidecars together, or the hungriest init container if more."""
    own = pod.spec.resources
    if own is not None and name in own.requests:
        return own.requests[name].milli if name == "cpu" else own.requests[name].value
    return _overall(pod, "requests", name)


def _overall(pod: core_v1.Pod, kind: str, name: str) -> int:
    regular = sum(_amount(container, kind, name) for container in pod.spec.containers)
    sidecars = 0
    peak = 0
    for container in pod.spec.init_containers:
        amount = _amount(container, kind, name)
        if container.restart_policy == "Always":
            sidecars += amount
            peak = max(peak, sidecars)
        else:
            peak = max(peak, sidecars + amount)
    overhead = pod.spec.overhead.get(name)
    extra = 0 if overhead is None else overhead.milli if name == "cpu" else overhead.value
    return max(regular + sidecars, peak) + extra


def _all_limited(containers: Iterable[core_v1.Container], name: str) -> bool:
    return all(name in container.resources.limits for container in containers)


def pod_limits(pod: core_v1.Pod) -> PodLimits:
    """The limits of the pod's cgroup: only a pod whose containers are all limited is limited as a whole."""
    kind = pod.status.qos_class or qos_class(pod)
    if kind == "BestEffort":
        return PodLimits()
    everyone = [*pod.spec.init_containers, *pod.spec.containers]
    own = pod.spec.resources.limits if pod.spec.resources is not None else {}
    cpu = _overall(pod, "limits", "cpu") if _all_limited(everyone, "cpu") else 0
    memory = _overall(pod, "limits", "memory") if _all_limited(everyone, "memory") else 0
    if "cpu" in own:
        cpu = own["cpu"].milli
    if "memory" in own:
        memory = own["memory"].value
    return PodLimits(shares_of(pod_request(pod, "cpu")), quota_of(cpu), memory)


def container_resources(
    pod: core_v1.Pod, container: core_v1.Container, memory_capacity: int
) -> pb.LinuxContainerResources:
    """What the runtime is told of one container."""
    limits = dict(pod.spec.resources.limits) if pod.spec.resources is not None else {}
    limits |= container.resources.limits
    cpu = limits["cpu"].milli if "cpu" in limits else 0
    memory = limits["memory"].value if "memory" in limits else 0
    return pb.LinuxContainerResources(
        cpu_period=CPU_PERIOD,
        cpu_quota=quota_of(cpu),
        cpu_shares=shares_of(_amount(container, "requests", "cpu")),
        memory_limit_in_bytes=memory,
        oom_score_adj=oom_score_adj(pod, container, memory_capacity),
    )
