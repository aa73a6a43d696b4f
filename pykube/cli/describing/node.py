"""A Node."""

from __future__ import annotations

from collections.abc import Iterable

from pykube.api.quantity import Quantity
from pykube.apiserver.table import duration

from .facts import Facts, Object, date, events
from .report import NONE, Report

ROLE = "node-role.kubernetes.io/"
ZERO = Quantity.parse("0")


def describe(facts: Facts) -> Report:
    """Its conditions, what it offers, which pods run there and what they ask for."""
    report, metadata, spec, status = Report(), facts.metadata, facts.spec, facts.status
    report.field("Name", metadata.get("name", ""))
    roles = [label.removeprefix(ROLE) for label in metadata.get("labels") or () if label.startswith(ROLE)]
    report.field("Roles", ",".join(sorted(roles)) or NONE)
    report.mapping("Labels", metadata.get("labels"))
    report.mapping("Annotations", facts.annotations, joint=": ")
    report.field("CreationTimestamp", date(metadata.get("creationTimestamp")))
    report.field("Taints", "\n".join(_taint(one) for one in spec.get("taints") or ()) or NONE)
    report.field("Unschedulable", str(bool(spec.get("unschedulable"))).lower())
    _conditions(report, status.get("conditions") or ())
    report.heading("Addresses")
    for one in status.get("addresses") or ():
        report.field(one["type"], one["address"], level=1)
    for heading, name in (("Capacity", "capacity"), ("Allocatable", "allocatable")):
        report.heading(heading)
        for resource, amount in sorted((status.get(name) or {}).items()):
            report.field(resource, amount, level=1)
    report.heading("System Info")
    for name, value in (status.get("nodeInfo") or {}).items():
        if isinstance(value, str):
            report.field(name[:1].upper() + name[1:], value, level=1)
    report.optional("PodCIDR", spec.get("podCIDR"))
    report.optional("PodCIDRs", ",".join(spec.get("podCIDRs") or ()))
    _pods(report, facts)
    events(report, facts)
    return report


def _taint(one: Object) -> str:
    value = f"={one['value']}" if one.get("value") else ""
    return f"{one['key']}{value}:{one['effect']}"


def _conditions(report: Report, listed: Iterable[Object]) -> None:
    report.heading("Conditions")
    rows = [
        (
            one.get("type", ""),
            one.get("status", ""),
            date(one.get("lastHeartbeatTime")),
            date(one.get("lastTransitionTime")),
            one.get("reason", ""),
            one.get("message", ""),
        )
        for one in listed
    ]
    report.table(("Type", "Status", "LastHeartbeatTime", "LastTransitionTime", "Reason", "Message"), rows)


def _pods(report: Report, facts: Facts) -> None:
    pods = [
        pod
        for pod in facts.related.get("pods", ())
        if (pod.get("status") or {}).get("phase") not in ("Succeeded", "Failed")
    ]
    offered = facts.status.get("allocatable") or {}
    report.field("Non-terminated Pods", f"({len(pods)} in total)")
    rows, totals = [], dict.fromkeys(_AMOUNTS, ZERO)
    for pod in sorted(pods, key=lambda one: (one["metadata"]["namespace"], one["metadata"]["name"])):
        amounts = {amount: sum_of(pod["spec"], *amount) for amount in _AMOUNTS}
        totals = {amount: totals[amount] + amounts[amount] for amount in _AMOUNTS}
        age = duration.since(pod["metadata"].get("creationTimestamp"), facts.now)
        cells = [share(amounts[amount], offered.get(amount[1], "")) for amount in _AMOUNTS]
        rows.append((pod["metadata"]["namespace"], pod["metadata"]["name"], *cells, age))
    if rows:
        report.table(
            ("Namespace", "Name", "CPU Requests", "CPU Limits", "Memory Requests", "Memory Limits", "Age"), rows
        )
    report.heading("Allocated resources")
    report.text("(Total limits may be over 100 percent, i.e., overcommitted.)", level=1)
    report.table(
        ("Resource", "Requests", "Limits"),
        [
            (name, *(share(totals[kind, name], offered.get(name, "")) for kind in ("requests", "limits")))
            for name in ("cpu", "memory")
        ],
    )


_AMOUNTS = tuple((kind, name) for name in ("cpu", "memory") for kind in ("requests", "limits"))


def sum_of(spec: Object, kind: str, name: str) -> Quantity:
    """What a pod's containers ask for together, or its largest init container if that is more."""
    total, largest = ZERO, ZERO
    for container in spec.get("containers") or ():
        total += _amount(container, kind, name)
    for container in spec.get("initContainers") or ():
        amount = _amount(container, kind, name)
        if container.get("restartPolicy") == "Always":
            total += amount
        largest = max(largest, amount)
    return max(total, largest)


def _amount(container: Object, kind: str, name: str) -> Quantity:
    return Quantity.parse(((container.get("resources") or {}).get(kind) or {}).get(name, "0"))


def share(amount: Quantity, offered: str) -> str:
    """``250m (12%)``."""
    whole = Quantity.parse(offered).milli if offered else 0
    return f"{amount} ({100 * amount.milli // whole if whole else 0}%)"
