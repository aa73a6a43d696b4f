"""Pods: how many live, and what they request and may use."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta

from .. import core_v1
from ..quantity import Quantity
from . import pod_resources
from .amounts import ONE, Amounts
from .charge import PRIORITY_CLASS, Charge

COUNT = "count/pods"
_COMPUTE = ("cpu", "memory", "ephemeral-storage")
_NAMES = frozenset(
    {
        COUNT,
        "pods",
        *_COMPUTE,
        *(f"{part}.{name}" for part in ("requests", "limits") for name in _COMPUTE),
    }
)
_DEMANDED = ("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory")
"""Where a quota bounds these, every container has to say what it wants of them."""
_DONE = ("Succeeded", "Failed")
_DEVICE_CLASS = "deviceclass.resource.kubernetes.io/"


def names(hard: Collection[str]) -> set[str]:
    """Those of `hard` that pods use."""
    return {name for name in hard if name in _NAMES or _is_huge(name) or _is_extended_request(name)}


def charge(pod: core_v1.Pod) -> Charge:
    """One that has ended uses nothing but its place in the store, and so does one that should long have ended."""
    priority = frozenset((pod.spec.priority_class_name,)) if pod.spec.priority_class_name else frozenset[str]()
    classes = {PRIORITY_CLASS: priority}
    scopes = frozenset(_scopes(pod))
    leftover = {COUNT: ONE}
    if pod.status.phase in _DONE:
        return Charge(leftover, scopes, classes)
    usage = {COUNT: ONE, **_compute(pod_resources.requests(pod), pod_resources.limits(pod))}
    meta = pod.metadata
    if meta.deletion_timestamp is None or meta.deletion_grace_period_seconds is None:
        return Charge(usage, scopes, classes)
    ends = meta.deletion_timestamp + timedelta(seconds=meta.deletion_grace_period_seconds)
    return Charge(usage, scopes, classes, ends, leftover)


def silent(hard: Collection[str], pod: core_v1.Pod) -> str:
    """Which containers say nothing about something that `hard` bounds: ``cpu for: a,b; memory for: a``.

    A pod that says it for all its containers together need not say it for each.
    """
    if pod_resources.are_set(pod):
        return ""
    found: list[str] = []
    for name in sorted(set(_DEMANDED) & set(hard)):
        part, _, resource = name.rpartition(".")
        quiet = {
            container.name
            for container in (*pod.spec.containers, *pod.spec.init_containers)
            if resource not in getattr(container.resources, part or "requests")
        }
        if quiet:
            found.append(f"{name} for: {','.join(sorted(quiet))}")
    return "; ".join(found)


def is_terminating(pod: core_v1.Pod) -> bool:
    """Whether it is in the scope Terminating: its time to run is bounded."""
    return pod.spec.active_deadline_seconds is not None


def is_extended(name: str) -> bool:
    """Whether a container's resource of this name is a device or the like, which quotas know as ``requests.<name>``."""
    if name.startswith(_DEVICE_CLASS):
        return True
    return "/" in name and "kubernetes.io/" not in name and not name.startswith("requests.")


def _compute(requests: Amounts, limits: Amounts) -> dict[str, Quantity]:
    found = {"pods": ONE}
    for name, amount in requests.items():
        if name in _COMPUTE or name.startswith("hugepages-"):
            found[name] = found[f"requests.{name}"] = amount
        elif is_extended(name):
            found[f"requests.{name}"] = amount
    for name in _COMPUTE:
        if name in limits:
            found[f"limits.{name}"] = limits[name]
    return found


def _is_huge(name: str) -> bool:
    return name.startswith(("hugepages-", "requests.hugepages-"))


def _is_extended_request(name: str) -> bool:
    part, _, resource = name.partition("requests.")
    return not part and is_extended(resource)


def _scopes(pod: core_v1.Pod) -> Iterator[str]:
    yield "Terminating" if is_terminating(pod) else "NotTerminating"
    yield "BestEffort" if _is_best_effort(pod) else "NotBestEffort"
    if pod.spec.priority_class_name:
        yield PRIORITY_CLASS
    if any(term.namespaces or term.namespace_selector is not None for term in _affinity_terms(pod)):
        yield "CrossNamespacePodAffinity"


def _is_best_effort(pod: core_v1.Pod) -> bool:
    """Whether nothing at all is said about CPU and memory; zero says nothing."""
    if pod.spec.resources is not None:
        shares = [pod.spec.resources]
    else:
        shares = [container.resources for container in (*pod.spec.containers, *pod.spec.init_containers)]
    return not any(
        each.get(name) for share in shares for each in (share.requests, share.limits) for name in _COMPUTE[:2]
    )


def _affinity_terms(pod: core_v1.Pod) -> Iterator[core_v1.PodAffinityTerm]:
    if pod.spec.affinity is None:
        return
    for affinity in (pod.spec.affinity.pod_affinity, pod.spec.affinity.pod_anti_affinity):
        if affinity is not None:
            yield from affinity.required_during_scheduling_ignored_during_execution
            for weighted in affinity.preferred_during_scheduling_ignored_during_execution:
                yield weighted.pod_affinity_term
