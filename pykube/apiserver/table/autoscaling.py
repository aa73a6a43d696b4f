"""Rows of the autoscaling group."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from .cells import NONE, UNSET, age, name, part
from .duration import UNKNOWN
from .printer import Object, Printer, columns

SHOWN_METRICS = 2
FIELDS = {
    "External": "external",
    "Pods": "pods",
    "Object": "object",
    "Resource": "resource",
    "ContainerResource": "containerResource",
}


def autoscaler(item: Object, now: datetime) -> list[Any]:
    spec, status = part(item, "spec"), part(item, "status")
    target = part(spec, "scaleTargetRef")
    least = spec.get("minReplicas")
    return [
        name(item),
        f"{target.get('kind', '')}/{target.get('name', '')}",
        metrics(spec, status),
        UNSET if least is None else str(least),
        spec.get("maxReplicas", 0),
        status.get("currentReplicas", 0),
        age(item, now),
    ]


def metrics(spec: dict[str, Any], status: dict[str, Any]) -> str:
    """``cpu: 20%/80%, memory: <unknown>/1Gi + 1 more...``; version 1 knows processor time only."""
    if (cpu := spec.get("targetCPUUtilizationPercentage")) is not None:
        current = status.get("currentCPUUtilizationPercentage")
        return f"cpu: {UNKNOWN if current is None else f'{current}%'}/{cpu}%"
    found = list(_metrics(spec.get("metrics") or (), status.get("currentMetrics") or ()))
    if not found:
        return NONE
    text = ", ".join(found[:SHOWN_METRICS])
    return f"{text} + {len(found) - SHOWN_METRICS} more..." if len(found) > SHOWN_METRICS else text


def _metrics(specs: Any, statuses: Any) -> Iterator[str]:
    for position, spec in enumerate(specs):
        kind = FIELDS.get(spec.get("type", ""))
        if kind is None:
            yield "<unknown type>"
            continue
        status = statuses[position] if position < len(statuses) else {}
        yield _metric(kind, part(spec, kind), part(status, kind, "current"))


def _metric(kind: str, spec: dict[str, Any], current: dict[str, Any]) -> str:
    target = part(spec, "target")
    prefix = f"{spec.get('name', '')}: " if kind in ("resource", "containerResource") else ""
    if average := target.get("averageValue"):
        suffix = " (avg)" if kind in ("external", "object") else ""
        return f"{prefix}{current.get('averageValue', UNKNOWN)}/{average}{suffix}"
    if prefix:
        used, wanted = current.get("averageUtilization"), target.get("averageUtilization")
        return f"{prefix}{UNKNOWN if used is None else f'{used}%'}/{'<auto>' if wanted is None else f'{wanted}%'}"
    return f"{current.get('value', UNKNOWN)}/{target.get('value', '0')}"


def scale(item: Object, now: datetime) -> list[Any]:
    return [name(item), part(item, "spec").get("replicas", 0), part(item, "status").get("replicas", 0), age(item, now)]


PRINTERS = {
    ("autoscaling", "HorizontalPodAutoscaler"): Printer(
        columns("Reference", "Targets", "MinPods", "MaxPods", "Replicas", "Age"), autoscaler
    ),
    ("autoscaling", "Scale"): Printer(
        columns("Desired", "Available", "Age", desired="integer", available="integer"), scale
    ),
}
