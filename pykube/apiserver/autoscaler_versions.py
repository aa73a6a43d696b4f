"""HorizontalPodAutoscalers as autoscaling/v1: one CPU metric in fields, everything else in annotations.

What v1 cannot say travels in annotations as JSON, so that a client of v1 that writes back what it has read loses
nothing. Source: k8s.io/kubernetes, pkg/apis/autoscaling/v1/conversion.go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from pykube.api import autoscaling_v1, autoscaling_v2, codec
from pykube.errors import BadRequest

Doc = dict[str, Any]

_PREFIX = "autoscaling.alpha.kubernetes.io/"
METRICS, CURRENT, CONDITIONS, BEHAVIOR = (
    _PREFIX + name for name in ("metrics", "current-metrics", "conditions", "behavior")
)
_CARRIED = (METRICS, CURRENT, CONDITIONS, BEHAVIOR, _PREFIX + "scale-down-tolerance", _PREFIX + "scale-up-tolerance")
_DEFAULT_PERCENT = 80
_KINDS = ("object", "pods", "resource", "containerResource", "external")


def to_v1(doc: Mapping[str, Any]) -> Doc:
    """An autoscaler of v2 as v1 has it."""
    spec, status = dict(doc.get("spec", {})), dict(doc.get("status", {}))
    metrics: list[Doc] = spec.pop("metrics", None) or []
    current: list[Doc] = status.pop("currentMetrics", None) or []
    conditions, behavior = status.pop("conditions", None), spec.pop("behavior", None)
    carried: dict[str, Any] = {}
    for metric in metrics:
        percent = _percent(metric, "target")
        if percent is None:
            carried.setdefault(METRICS, []).append(_flat(metric, "target"))
        else:
            spec["targetCPUUtilizationPercentage"] = percent
    if current:
        carried[CURRENT] = [_flat(metric, "current") for metric in current]
        percents = [percent for metric in current if (percent := _percent(metric, "current")) is not None]
        if percents:
            status["currentCPUUtilizationPercentage"] = percents[0]
    if behavior:
        carried[BEHAVIOR] = _capitals(behavior)
    if conditions:
        carried[CONDITIONS] = conditions
    return _assembled(doc, "autoscaling/v1", spec, status, carried)


def to_v2(doc: Mapping[str, Any]) -> Doc:
    """An autoscaler of v1 as v2 has it; annotations that cannot be read are dropped, as upstream does."""
    spec, status = dict(doc.get("spec", {})), dict(doc.get("status", {}))
    carried = {name: _read(text) for name, text in _annotations(doc).items() if name in _CARRIED}
    metrics = _metrics(autoscaling_v2.MetricSpec, carried.get(METRICS), "target")
    percent = spec.pop("targetCPUUtilizationPercentage", None)
    if percent is None and not metrics:
        percent = _DEFAULT_PERCENT
    if percent is not None:
        metrics.append(_cpu("target", {"type": "Utilization", "averageUtilization": percent}))
    spec["metrics"] = metrics
    current = _metrics(autoscaling_v2.MetricStatus, carried.get(CURRENT), "current")
    percent = status.pop("currentCPUUtilizationPercentage", None)
    if percent is not None and not current:
        current = [_cpu("current", {"averageUtilization": percent})]
    status["currentMetrics"] = current
    behavior = _checked(autoscaling_v2.HorizontalPodAutoscalerBehavior, _small_letters(carried.get(BEHAVIOR)))
    if behavior:
        spec["behavior"] = behavior
    conditions = [
        _checked(autoscaling_v2.HorizontalPodAutoscalerCondition, one) for one in _list(carried.get(CONDITIONS))
    ]
    if found := [one for one in conditions if one]:
        status["conditions"] = found
    return _assembled(doc, "autoscaling/v2", spec, status, {})


def load(value: bytes) -> bytes:
    """Encoded v2 as encoded v1."""
    return codec.encode(codec.from_dict(autoscaling_v1.HorizontalPodAutoscaler, to_v1(msgspec.json.decode(value))))


def store(value: bytes) -> bytes:
    """Encoded v1 as encoded v2."""
    return codec.encode(codec.from_dict(autoscaling_v2.HorizontalPodAutoscaler, to_v2(msgspec.json.decode(value))))


def _assembled(doc: Mapping[str, Any], version: str, spec: Doc, status: Doc, carried: Mapping[str, Any]) -> Doc:
    """The object in its new version, with the annotations that it needs there and no others of this kind."""
    metadata = dict(doc.get("metadata", {}))
    annotations = {name: text for name, text in _annotations(doc).items() if name not in _CARRIED}
    annotations.update({name: msgspec.json.encode(found).decode() for name, found in carried.items()})
    metadata.pop("annotations", None)
    if annotations:
        metadata["annotations"] = annotations
    return {**doc, "apiVersion": version, "metadata": metadata, "spec": spec, "status": status}


def _annotations(doc: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = doc.get("metadata", {}).get("annotations") or {}
    return found


def _cpu(part: str, figure: Doc) -> Doc:
    return {"type": "Resource", "resource": {"name": "cpu", part: figure}}


def _percent(metric: Mapping[str, Any], part: str) -> int | None:
    """The average use of CPU in percent, when that is what a metric is about."""
    resource = metric.get("resource") or {}
    if metric.get("type") != "Resource" or resource.get("name") != "cpu":
        return None
    found = (resource.get(part) or {}).get("averageUtilization")
    return found if isinstance(found, int) else None


def _flat(metric: Doc, part: str) -> Doc:
    """A metric of v2 in v1's words: names such as ``targetAverageValue`` instead of a target of its own."""
    found: Doc = {"type": metric.get("type", "")}
    for kind in _KINDS:
        if (source := metric.get(kind)) is not None:
            found[kind] = _flat_source(kind, source, part)
    return found


def _flat_source(kind: str, source: Doc, part: str) -> Doc:
    figure, identity = source.get(part) or {}, source.get("metric") or {}
    found: Doc = {name: source[name] for name in ("name", "container") if name in source}
    if kind == "object":
        found["target"] = source.get("describedObject") or {}
    if identity:
        found["metricName"] = identity.get("name", "")
        if "selector" in identity:
            found["metricSelector" if kind == "external" else "selector"] = identity["selector"]
    names = _figures(kind, part)
    found.update({names[name]: figure[name] for name in names if name in figure})
    return found


def _figures(kind: str, part: str) -> Mapping[str, str]:
    """What the parts of a target, or of a current value, are called in v1."""
    return {
        "value": f"{part}Value",
        "averageValue": "averageValue" if kind == "object" else f"{part}AverageValue",
        "averageUtilization": f"{part}AverageUtilization",
    }


def _metrics(cls: type, flat: Any, part: str) -> list[Doc]:
    """Metrics of v2 from what an annotation holds; none when it is not what it should be."""
    found = []
    for metric in _list(flat):
        whole: Doc = {"type": metric.get("type", "")}
        for kind in _KINDS:
            if isinstance(source := metric.get(kind), dict):
                whole[kind] = _whole_source(kind, source, part)
        checked = _checked(cls, whole)
        if checked is None:
            return []
        found.append(checked)
    return found


def _whole_source(kind: str, source: Doc, part: str) -> Doc:
    found: Doc = {name: source[name] for name in ("name", "container") if name in source}
    if kind == "object":
        found["describedObject"] = source.get("target")
    if "metricName" in source:
        selector = source.get("metricSelector" if kind == "external" else "selector")
        found["metric"] = {"name": source["metricName"], **({"selector": selector} if selector is not None else {})}
    figure = {name: source[flat] for name, flat in _figures(kind, part).items() if flat in source}
    if part == "target":
        kinds = {"averageUtilization": "Utilization", "averageValue": "AverageValue", "value": "Value"}
        figure["type"] = next((kinds[name] for name in kinds if name in figure), "Value")
    found[part] = figure
    return found


def _read(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None


def _list(value: Any) -> list[Doc]:
    return value if isinstance(value, list) and all(isinstance(item, dict) for item in value) else []


def _checked(cls: type, doc: Any) -> Doc | None:
    """Plain data of a type; None when it is none."""
    if not isinstance(doc, dict):
        return None
    try:
        found: Doc = codec.to_dict(codec.from_dict(cls, doc))
    except BadRequest:
        return None
    return found


def _capitals(value: Any) -> Any:
    """With the names of Go's fields, which upstream writes here by an oversight it can no longer mend."""
    return _renamed(value, lambda name: name[:1].upper() + name[1:])


def _small_letters(value: Any) -> Any:
    return _renamed(value, lambda name: name[:1].lower() + name[1:])


def _renamed(value: Any, rename: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {rename(name): _renamed(below, rename) for name, below in value.items()}
    return [_renamed(item, rename) for item in value] if isinstance(value, list) else value
