"""Rows of the policy, scheduling, node, coordination and certificates groups: a kind or two each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .cells import NONE, age, name, part
from .duration import human
from .printer import Object, Printer, columns


def disruption_budget(item: Object, now: datetime) -> list[Any]:
    spec = part(item, "spec")
    return [
        name(item),
        str(spec.get("minAvailable", "N/A")),
        str(spec.get("maxUnavailable", "N/A")),
        part(item, "status").get("disruptionsAllowed", 0),
        age(item, now),
    ]


def priority_class(item: Object, now: datetime) -> list[Any]:
    return [
        name(item),
        item.get("value", 0),
        item.get("globalDefault", False),
        age(item, now),
        item.get("preemptionPolicy") or "",
    ]


def runtime_class(item: Object, now: datetime) -> list[Any]:
    return [name(item), item.get("handler", ""), age(item, now)]


def lease(item: Object, now: datetime) -> list[Any]:
    return [name(item), part(item, "spec").get("holderIdentity") or "", age(item, now)]


def signing_request(item: Object, now: datetime) -> list[Any]:
    spec = part(item, "spec")
    seconds = spec.get("expirationSeconds")
    return [
        name(item),
        age(item, now),
        spec.get("signerName") or NONE,
        spec.get("username", ""),
        NONE if seconds is None else human(seconds),
        signing_state(item),
    ]


def signing_state(item: Object) -> str:
    """``Approved,Issued``: what was decided, whether it failed, whether there is a certificate."""
    status = part(item, "status")
    kinds = {one.get("type") for one in status.get("conditions") or ()}
    found = "Denied" if "Denied" in kinds else "Approved" if "Approved" in kinds else "Pending"
    if "Failed" in kinds:
        found += ",Failed"
    return f"{found},Issued" if status.get("certificate") else found


PRINTERS = {
    ("policy", "PodDisruptionBudget"): Printer(
        columns("Min Available", "Max Unavailable", "Allowed Disruptions", "Age", allowed_disruptions="integer"),
        disruption_budget,
    ),
    ("scheduling.k8s.io", "PriorityClass"): Printer(
        columns("Value", "Global-Default", "Age", "PreemptionPolicy", value="integer", global_default="boolean"),
        priority_class,
    ),
    ("node.k8s.io", "RuntimeClass"): Printer(columns("Handler", "Age"), runtime_class),
    ("coordination.k8s.io", "Lease"): Printer(columns("Holder", "Age"), lease),
    ("certificates.k8s.io", "CertificateSigningRequest"): Printer(
        columns("Age", "SignerName", "Requestor", "RequestedDuration", "Condition"), signing_request
    ),
}
