"""Rows of the apps group."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .cells import NONE, age, containers, labels, name, part, selector
from .pods import REPLICAS, WIDE
from .printer import Object, Printer, columns


def deployment(item: Object, now: datetime) -> list[Any]:
    spec, status = part(item, "spec"), part(item, "status")
    return [
        name(item),
        f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 0)}",
        status.get("updatedReplicas", 0),
        status.get("availableReplicas", 0),
        age(item, now),
        *containers(part(spec, "template", "spec")),
        selector(spec.get("selector"), empty=""),
    ]


def replica_set(item: Object, now: datetime) -> list[Any]:
    spec, status = part(item, "spec"), part(item, "status")
    return [
        name(item),
        spec.get("replicas", 0),
        status.get("replicas", 0),
        status.get("readyReplicas", 0),
        age(item, now),
        *containers(part(spec, "template", "spec")),
        selector(spec.get("selector")),
    ]


def stateful_set(item: Object, now: datetime) -> list[Any]:
    spec, status = part(item, "spec"), part(item, "status")
    ready = f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 0)}"
    return [name(item), ready, age(item, now), *containers(part(spec, "template", "spec"))]


def daemon_set(item: Object, now: datetime) -> list[Any]:
    spec, status = part(item, "spec"), part(item, "status")
    pod = part(spec, "template", "spec")
    return [
        name(item),
        status.get("desiredNumberScheduled", 0),
        status.get("currentNumberScheduled", 0),
        status.get("numberReady", 0),
        status.get("updatedNumberScheduled", 0),
        status.get("numberAvailable", 0),
        labels(pod.get("nodeSelector")),
        age(item, now),
        *containers(pod),
        selector(spec.get("selector")),
    ]


def controller_revision(item: Object, now: datetime) -> list[Any]:
    owner = next((one for one in item["metadata"].get("ownerReferences") or () if one.get("controller")), None)
    controller = NONE
    if owner:
        group = owner.get("apiVersion", "").rpartition("/")[0]
        kind = f"{owner.get('kind', '')}.{group}" if group else owner.get("kind", "")
        controller = f"{kind.lower()}/{owner.get('name', '')}"
    return [name(item), controller, item.get("revision", 0), age(item, now)]


PRINTERS = {
    ("apps", "Deployment"): Printer(columns("Ready", "Up-to-date", "Available", "Age", wide=WIDE), deployment),
    ("apps", "ReplicaSet"): Printer(columns("Desired", "Current", "Ready", "Age", wide=WIDE, **REPLICAS), replica_set),
    ("apps", "StatefulSet"): Printer(columns("Ready", "Age", wide=("Containers", "Images")), stateful_set),
    ("apps", "DaemonSet"): Printer(
        columns(
            "Desired",
            "Current",
            "Ready",
            "Up-to-date",
            "Available",
            "Node Selector",
            "Age",
            wide=WIDE,
            up_to_date="integer",
            available="integer",
            **REPLICAS,
        ),
        daemon_set,
    ),
    ("apps", "ControllerRevision"): Printer(columns("Controller", "Revision", "Age"), controller_revision),
}
