"""What a pod as a whole requests and may use.

Source: KEP-753 (sidecars), KEP-1287 (resize in place), KEP-2837 (resources of a whole pod).
"""

from __future__ import annotations

from collections.abc import Callable

from .. import core_v1
from ..quantity import Quantity
from . import amounts
from .amounts import Amounts

_Share = Callable[[core_v1.Container], Amounts]
"""What one container requests, or may use."""


def requests(pod: core_v1.Pod) -> dict[str, Quantity]:
    """What the pod needs at its hungriest moment, overhead included; while it is resized the larger of both states."""
    return _requests(pod, _requests_in_force(pod), overhead=True)


def limits(pod: core_v1.Pod) -> dict[str, Quantity]:
    """What it may use at most; overhead counts where there is a limit at all."""
    found = _limits(pod, _limits_in_force(pod))
    amounts.add(found, {name: amount for name, amount in pod.spec.overhead.items() if found.get(name)})
    return found


def wanted(pod: core_v1.Pod, *, overhead: bool = True) -> dict[str, Quantity]:
    """What its spec alone asks for."""
    return _requests(pod, lambda container: container.resources.requests, overhead=overhead)


def wanted_limits(pod: core_v1.Pod) -> dict[str, Quantity]:
    """The limits in its spec alone, without overhead."""
    return _limits(pod, lambda container: container.resources.limits)


def are_set(pod: core_v1.Pod) -> bool:
    """Whether the pod as a whole has requests or limits of its own."""
    resources = pod.spec.resources
    return resources is not None and bool(_supported(resources.requests) or _supported(resources.limits))


def _requests(pod: core_v1.Pod, share: _Share, *, overhead: bool) -> dict[str, Quantity]:
    found = _together(pod, share, pod.spec.resources.requests if pod.spec.resources is not None else {})
    if overhead:
        amounts.add(found, pod.spec.overhead)
    return found


def _limits(pod: core_v1.Pod, share: _Share) -> dict[str, Quantity]:
    return _together(pod, share, pod.spec.resources.limits if pod.spec.resources is not None else {})


def _together(pod: core_v1.Pod, share: _Share, whole: Amounts) -> dict[str, Quantity]:
    """All containers; what is said of the pod as a `whole` wins.

    Init containers run one after another, so each needs its own share only, beside the sidecars started before it.
    """
    total: dict[str, Quantity] = {}
    for container in pod.spec.containers:
        amounts.add(total, share(container))
    sidecars: dict[str, Quantity] = {}
    peak: dict[str, Quantity] = {}
    for container in pod.spec.init_containers:
        if container.restart_policy == "Always":
            amounts.add(total, share(container))
            amounts.add(sidecars, share(container))
            amounts.raise_to(peak, sidecars)
        else:
            moment = dict(share(container))
            amounts.add(moment, sidecars)
            amounts.raise_to(peak, moment)
    amounts.raise_to(total, peak)
    return {**total, **_supported(whole)}


def _requests_in_force(pod: core_v1.Pod) -> _Share:
    """While a resize is under way the larger of what is wanted and what there is; what cannot be done is not wanted."""
    statuses, infeasible = _statuses(pod), _is_infeasible(pod)

    def share(container: core_v1.Container) -> Amounts:
        asked, status = container.resources.requests, statuses.get(container.name)
        if status is None or status.resources is None or _runs_once(pod, container):
            return asked
        there = amounts.largest(status.resources.requests, status.allocated_resources)
        return there if infeasible else amounts.largest(asked, there)

    return share


def _limits_in_force(pod: core_v1.Pod) -> _Share:
    statuses, infeasible = _statuses(pod), _is_infeasible(pod)

    def share(container: core_v1.Container) -> Amounts:
        asked, status = container.resources.limits, statuses.get(container.name)
        if status is None or status.resources is None or _runs_once(pod, container):
            return asked
        return status.resources.limits if infeasible else amounts.largest(asked, status.resources.limits)

    return share


def _statuses(pod: core_v1.Pod) -> dict[str, core_v1.ContainerStatus]:
    return {each.name: each for each in (*pod.status.container_statuses, *pod.status.init_container_statuses)}


def _is_infeasible(pod: core_v1.Pod) -> bool:
    return any(each.type == "PodResizePending" and each.reason == "Infeasible" for each in pod.status.conditions)


def _runs_once(pod: core_v1.Pod, container: core_v1.Container) -> bool:
    """Whether it is an init container that ends."""
    return container.restart_policy != "Always" and any(each is container for each in pod.spec.init_containers)


def _supported(found: Amounts) -> Amounts:
    """What can be said of a pod as a whole."""
    return {
        name: amount for name, amount in found.items() if name in ("cpu", "memory") or name.startswith("hugepages-")
    }
