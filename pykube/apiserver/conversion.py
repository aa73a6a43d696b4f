"""Kinds that are served in two versions and lie in the store in one.

Events lie as core/v1 and are served as events.k8s.io/v1 too; HorizontalPodAutoscalers lie as autoscaling/v2 and are
served as autoscaling/v1 too. Everything else is stored as it is served.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from pykube.api import autoscaling_v2, codec, core_v1
from pykube.api.scheme import Resource


@dataclass(frozen=True, slots=True)
class Conversion:
    """Between the version served and the version stored, both encoded as JSON without resourceVersion."""

    load: Callable[[bytes], bytes]
    store: Callable[[bytes], bytes]


_EVENT_FIELDS: Mapping[str, str] = {
    "involvedObject": "regarding",
    "message": "note",
    "reportingComponent": "reportingController",
    "source": "deprecatedSource",
    "firstTimestamp": "deprecatedFirstTimestamp",
    "lastTimestamp": "deprecatedLastTimestamp",
    "count": "deprecatedCount",
}
"""Names of an event's fields in core/v1, and in events.k8s.io/v1."""

_CORE_FIELDS: Mapping[str, str] = {new: old for old, new in _EVENT_FIELDS.items()}


def _renamed(data: bytes, names: Mapping[str, str], api_version: str) -> dict[str, Any]:
    found = {names.get(key, key): value for key, value in msgspec.json.decode(data).items()}
    found["apiVersion"] = api_version
    return found


def _load_event(value: bytes) -> bytes:
    return msgspec.json.encode(_renamed(value, _EVENT_FIELDS, "events.k8s.io/v1"))


def _store_event(value: bytes) -> bytes:
    return codec.encode(codec.from_dict(core_v1.Event, _renamed(value, _CORE_FIELDS, "v1")))


def _cpu_metric(percent: int, *, status: bool = False) -> dict[str, Any]:
    """The v2 form of v1's one metric: average CPU use in percent of the request."""
    target = {"averageUtilization": percent} if status else {"type": "Utilization", "averageUtilization": percent}
    return {"type": "Resource", "resource": {"name": "cpu", ("current" if status else "target"): target}}


def _cpu_percent(metrics: list[dict[str, Any]], part: str) -> int | None:
    """The average CPU use among v2 metrics, or None when there is no such metric."""
    for metric in metrics:
        resource = metric.get("resource") or {}
        if metric.get("type") == "Resource" and resource.get("name") == "cpu":
            found = resource.get(part, {}).get("averageUtilization")
            return found if isinstance(found, int) else None
    return None


def _load_autoscaler(value: bytes) -> bytes:
    doc = msgspec.json.decode(value)
    doc["apiVersion"] = "autoscaling/v1"
    spec, status = doc.get("spec", {}), doc.get("status", {})
    percent = _cpu_percent(spec.pop("metrics", None) or [], "target")
    spec.pop("behavior", None)
    if percent is not None:
        spec["targetCPUUtilizationPercentage"] = percent
    current = _cpu_percent(status.pop("currentMetrics", None) or [], "current")
    status.pop("conditions", None)
    if current is not None:
        status["currentCPUUtilizationPercentage"] = current
    return msgspec.json.encode(doc)


def _store_autoscaler(value: bytes) -> bytes:
    doc = msgspec.json.decode(value)
    doc["apiVersion"] = "autoscaling/v2"
    spec, status = doc.get("spec", {}), doc.get("status", {})
    percent = spec.pop("targetCPUUtilizationPercentage", None)
    spec["metrics"] = [_cpu_metric(percent if percent is not None else 80)]
    current = status.pop("currentCPUUtilizationPercentage", None)
    if current is not None:
        status["currentMetrics"] = [_cpu_metric(current, status=True)]
    return codec.encode(codec.from_dict(autoscaling_v2.HorizontalPodAutoscaler, doc))


_CONVERSIONS: Mapping[tuple[str, str, str], Conversion] = {
    ("events.k8s.io", "v1", "events"): Conversion(_load_event, _store_event),
    ("autoscaling", "v1", "horizontalpodautoscalers"): Conversion(_load_autoscaler, _store_autoscaler),
}


def conversion(resource: Resource) -> Conversion | None:
    """How a resource is converted; None when it is stored as it is served."""
    return _CONVERSIONS.get((resource.group, resource.version, resource.plural))
