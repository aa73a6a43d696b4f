"""What one object uses of a quota, and which quotas it counts for (pure).

Source: k8s.io/kubernetes, pkg/quota/v1/evaluator/core; the names are those of ``ResourceQuota.spec.hard``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pykube.api import core_v1
from pykube.api.quantity import Quantity
from pykube.api.scheme import Resource

from ..resources.qos import qos_class

_ONE = Quantity.of(1)
_COUNTED = frozenset(
    {
        "configmaps",
        "persistentvolumeclaims",
        "pods",
        "replicationcontrollers",
        "resourcequotas",
        "secrets",
        "services",
    }
)
_COMPUTE = ("cpu", "memory", "ephemeral-storage")
_DONE = ("Succeeded", "Failed")

Amounts = Mapping[str, Quantity]


def names_of(resource: Resource) -> frozenset[str]:
    """The names in a quota that objects of `resource` can count for."""
    count = f"count/{resource.group_resource}"
    if resource.group or resource.plural not in _COUNTED:
        return frozenset({count})
    names = {count, resource.plural}
    if resource.plural == "pods":
        names.update(_COMPUTE, (f"{part}.{name}" for part in ("requests", "limits") for name in _COMPUTE))
    elif resource.plural == "services":
        names.update(("services.nodeports", "services.loadbalancers"))
    elif resource.plural == "persistentvolumeclaims":
        names.add("requests.storage")
    return frozenset(names)


def usage_of(resource: Resource, obj: Any) -> Amounts:
    """What an object uses."""
    found = {f"count/{resource.group_resource}": _ONE}
    if resource.group or resource.plural not in _COUNTED:
        return found
    if resource.plural == "pods":
        return {**found, **_pod_usage(obj)}
    found[resource.plural] = _ONE
    if resource.plural == "services":
        ports = sum(1 for port in obj.spec.ports if obj.spec.type in ("NodePort", "LoadBalancer"))
        found["services.nodeports"] = Quantity.of(ports)
        found["services.loadbalancers"] = Quantity.of(int(obj.spec.type == "LoadBalancer"))
    elif resource.plural == "persistentvolumeclaims" and "storage" in obj.spec.resources.requests:
        found["requests.storage"] = obj.spec.resources.requests["storage"]
    return found


def _pod_usage(pod: core_v1.Pod) -> dict[str, Quantity]:
    """A pod that has ended uses nothing but its place in the store."""
    if pod.status.phase in _DONE:
        return {}
    found = {"pods": _ONE}
    for part in ("requests", "limits"):
        for name, amount in total(pod, part).items():
            if name in _COMPUTE:
                found[f"{part}.{name}"] = amount
                if part == "requests":
                    found[name] = amount
    return found


def total(pod: core_v1.Pod, part: str) -> Amounts:
    """The whole pod's requests or limits: all containers together, or the largest init container if that is more."""
    together: dict[str, Quantity] = {}
    largest: dict[str, Quantity] = {}
    for container in pod.spec.containers:
        add(together, getattr(container.resources, part))
    for container in pod.spec.init_containers:
        amounts: Amounts = getattr(container.resources, part)
        if container.restart_policy == "Always":
            add(together, amounts)
        else:
            for name, amount in amounts.items():
                largest[name] = max(amount, largest.get(name, amount))
    return {**together, **{name: max(amount, together.get(name, amount)) for name, amount in largest.items()}}


def add(together: dict[str, Quantity], more: Amounts) -> None:
    """Add `more` to `together`."""
    for name, amount in more.items():
        together[name] = together[name] + amount if name in together else amount


def missing(quota: core_v1.ResourceQuota, pod: core_v1.Pod) -> str:
    """Which containers say nothing about something that the quota bounds: ``cpu for: a,b; memory for: a``."""
    found: list[str] = []
    for name in sorted(quota.spec.hard):
        part, _, resource = name.rpartition(".")
        if resource not in ("cpu", "memory") or part not in ("", "requests", "limits"):
            continue
        silent = [
            container.name
            for container in (*pod.spec.containers, *pod.spec.init_containers)
            if resource not in getattr(container.resources, part or "requests")
        ]
        if silent:
            found.append(f"{name} for: {','.join(sorted(silent))}")
    return "; ".join(found)


def in_scope(quota: core_v1.ResourceQuota, resource: Resource, obj: Any) -> bool:
    """Whether an object counts for the quota; quotas with scopes count pods only."""
    scopes: Sequence[str] = quota.spec.scopes
    selector = quota.spec.scope_selector
    terms = selector.match_expressions if selector is not None else []
    if not scopes and not terms:
        return True
    if resource.group or resource.plural != "pods":
        return False
    return all(_has_scope(scope, obj) for scope in scopes) and all(
        _matches(term.scope_name, term.operator, term.values, obj) for term in terms
    )


def _has_scope(scope: str, pod: core_v1.Pod) -> bool:
    if scope in ("BestEffort", "NotBestEffort"):
        return (qos_class(pod) == "BestEffort") is (scope == "BestEffort")
    if scope in ("Terminating", "NotTerminating"):
        return (pod.spec.active_deadline_seconds is not None) is (scope == "Terminating")
    return bool(pod.spec.priority_class_name) if scope == "PriorityClass" else False


def _matches(scope: str, operator: str, values: Sequence[str], pod: core_v1.Pod) -> bool:
    if scope != "PriorityClass":
        return _has_scope(scope, pod)
    name = pod.spec.priority_class_name
    if operator == "In":
        return name in values
    if operator == "NotIn":
        return name not in values
    return bool(name) is (operator == "Exists")
