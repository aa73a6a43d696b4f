"""Amounts of resources: nothing finer than a thousandth, and requests that follow limits."""

from __future__ import annotations

from .. import core_v1
from ..quantity import Quantity

_MILLI = 10**6
_OVERCOMMITTED = frozenset({"cpu", "memory"})
_HUGE_PAGES = "hugepages-"


def round_up(amounts: dict[str, Quantity]) -> None:
    """Raise each amount to a whole thousandth."""
    for name, amount in amounts.items():
        if amount.nano % _MILLI:
            amounts[name] = Quantity.of_milli(amount.milli, amount.notation)


def requests_from_limits(requirements: core_v1.ResourceRequirements) -> None:
    """A limit without a request is also the request."""
    for name, limit in requirements.limits.items():
        requirements.requests.setdefault(name, limit)


def pod_level(pod: core_v1.Pod) -> None:
    """Requests and huge page limits of a pod as a whole, from its containers and its own limits."""
    own = pod.spec.resources
    if own is None:
        return
    if own.limits or own.requests:
        for name, amount in _sum_of(pod, "limits").items():
            if name.startswith(_HUGE_PAGES) and name not in own.requests:
                own.limits.setdefault(name, amount)
    if own.limits:
        for name, amount in _sum_of(pod, "requests").items():
            if name in _OVERCOMMITTED:
                own.requests.setdefault(name, amount)
        for name, limit in own.limits.items():
            if name in _OVERCOMMITTED or name.startswith(_HUGE_PAGES):
                own.requests.setdefault(name, limit)


def _sum_of(pod: core_v1.Pod, which: str) -> dict[str, Quantity]:
    """What all containers take at once: the sum of those that stay, or the most that starting up takes."""
    total: dict[str, Quantity] = {}
    for container in pod.spec.containers:
        _add(total, getattr(container.resources, which))
    sidecars: dict[str, Quantity] = {}
    peak: dict[str, Quantity] = {}
    for container in pod.spec.init_containers:
        amounts: dict[str, Quantity] = getattr(container.resources, which)
        if container.restart_policy == "Always":
            _add(sidecars, amounts)
            _add(total, amounts)
            now = dict(sidecars)
        else:
            now = dict(sidecars)
            _add(now, amounts)
        for name, amount in now.items():
            peak[name] = max(peak.get(name, amount), amount)
    for name, amount in peak.items():
        total[name] = max(total.get(name, amount), amount)
    return total


def _add(total: dict[str, Quantity], amounts: dict[str, Quantity]) -> None:
    for name, amount in amounts.items():
        total[name] = total[name] + amount if name in total else amount
