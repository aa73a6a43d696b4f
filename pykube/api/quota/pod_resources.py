"""What a pod as a whole requests and may use.

Source: KEP-753 (sidecars), KEP-1287 (resize in place), KEP-2837 (resources of a whole pod).
"""

from __future__ import annotations

from .. import core_v1
from ..quantity import Quantity
from . import amounts
from .amounts import Amounts


def requests(pod: core_v1.Pod) -> dict[str, Quantity]:
    """What the pod needs at its hungriest moment, overhead included."""
    found = of_containers(pod, "requests")
    if pod.spec.resources is not None:
        found.update(_supported(pod.spec.resources.requests))
    amounts.add(found, pod.spec.overhead)
    return found


def limits(pod: core_v1.Pod) -> dict[str, Quantity]:
    """What it may use at most; overhead counts where there is a limit at all."""
    found = of_containers(pod, "limits")
    if pod.spec.resources is not None:
        found.update(_supported(pod.spec.resources.limits))
    amounts.add(found, {name: amount for name, amount in pod.spec.overhead.items() if found.get(name)})
    return found


def are_set(pod: core_v1.Pod) -> bool:
    """Whether the pod as a whole has requests or limits of its own."""
    resources = pod.spec.resources
    return resources is not None and bool(_supported(resources.requests) or _supported(resources.limits))


def of_containers(pod: core_v1.Pod, part: str) -> dict[str, Quantity]:
    """Requests or limits (`part`) of all containers.

    Init containers run one after another, so each needs its own share only, beside the sidecars started before it.
    """
    statuses = {each.name: each for each in (*pod.status.container_statuses, *pod.status.init_container_statuses)}
    infeasible = any(each.type == "PodResizePending" and each.reason == "Infeasible" for each in pod.status.conditions)
    total: dict[str, Quantity] = {}
    for container in pod.spec.containers:
        amounts.add(total, _in_force(container, statuses.get(container.name), part, infeasible=infeasible))
    sidecars: dict[str, Quantity] = {}
    peak: dict[str, Quantity] = {}
    for container in pod.spec.init_containers:
        if container.restart_policy == "Always":
            share = _in_force(container, statuses.get(container.name), part, infeasible=infeasible)
            amounts.add(total, share)
            amounts.add(sidecars, share)
            amounts.raise_to(peak, sidecars)
        else:
            moment = dict(_asked(container, part))
            amounts.add(moment, sidecars)
            amounts.raise_to(peak, moment)
    amounts.raise_to(total, peak)
    return total


def _asked(container: core_v1.Container, part: str) -> Amounts:
    return container.resources.requests if part == "requests" else container.resources.limits


def _in_force(
    container: core_v1.Container, status: core_v1.ContainerStatus | None, part: str, *, infeasible: bool
) -> Amounts:
    """While a resize is under way the larger of what is wanted and what there is; what cannot be done is not wanted."""
    asked = _asked(container, part)
    if status is None or status.resources is None:
        return asked
    if part == "requests":
        there = amounts.largest(status.resources.requests, status.allocated_resources)
    else:
        there = dict(status.resources.limits)
    return there if infeasible else amounts.largest(asked, there)


def _supported(found: Amounts) -> Amounts:
    return {
        name: amount for name, amount in found.items() if name in ("cpu", "memory") or name.startswith("hugepages-")
    }
