"""Rules of autoscaling/v2. Source: pkg/apis/autoscaling/validation."""

from __future__ import annotations

from .. import names
from ..autoscaling_v2 import (
    ContainerResourceMetricSource,
    HorizontalPodAutoscaler,
    HPAScalingRules,
    MetricIdentifier,
    MetricSpec,
    MetricTarget,
    ResourceMetricSource,
)
from ..field_errors import SPEC, STATUS, Errors, Path, forbidden, invalid_value, not_supported, required
from . import autoscalers, checks, resources
from .rules import Rules

_WINDOW_MAX_SECONDS = 3600
_PERIOD_MAX_SECONDS = 1800
_SELECT = ("Disabled", "Max", "Min")
_POLICY_TYPES = ("Percent", "Pods")
_TARGET_TYPES = ("Utilization", "Value", "AverageValue")
_SOURCES = {
    "Object": ("object", "object_"),
    "External": ("external", "external"),
    "Pods": ("pods", "pods"),
    "Resource": ("resource", "resource"),
    "ContainerResource": ("containerResource", "container_resource"),
}


def _create(found: HorizontalPodAutoscaler) -> Errors:
    spec = found.spec
    yield from autoscalers.bounds(spec.min_replicas, spec.max_replicas)
    yield from autoscalers.target(spec.scale_target_ref, SPEC.child("scaleTargetRef"))
    for index, metric in enumerate(spec.metrics):
        yield from _metric(metric, SPEC.child("metrics").index(index))
    if spec.behavior is not None:
        path = SPEC.child("behavior")
        yield from _rules(spec.behavior.scale_up, path.child("scaleUp"))
        yield from _rules(spec.behavior.scale_down, path.child("scaleDown"))


def _rules(found: HPAScalingRules | None, path: Path) -> Errors:
    if found is None:
        return
    seconds, place = found.stabilization_window_seconds, path.child("stabilizationWindowSeconds")
    if seconds is not None and seconds < 0:
        yield invalid_value(place, seconds, "must be greater than or equal to zero")
    if seconds is not None and seconds > _WINDOW_MAX_SECONDS:
        yield invalid_value(place, seconds, f"must be less than or equal to {_WINDOW_MAX_SECONDS}")
    if found.select_policy is not None:
        yield from checks.supported(path.child("selectPolicy"), found.select_policy, _SELECT)
    policies = path.child("policies")
    if not found.policies:
        yield required(policies, "must specify at least one Policy")
    for index, policy in enumerate(found.policies):
        place = policies.index(index)
        yield from checks.supported(place.child("type"), policy.type, _POLICY_TYPES)
        yield from checks.positive(place.child("value"), policy.value)
        yield from checks.positive(place.child("periodSeconds"), policy.period_seconds)
        if policy.period_seconds > _PERIOD_MAX_SECONDS:
            message = f"must be less than or equal to {_PERIOD_MAX_SECONDS}"
            yield invalid_value(place.child("periodSeconds"), policy.period_seconds, message)
    if found.tolerance is not None:
        yield from checks.amount_not_negative(path.child("tolerance"), found.tolerance)


def _metric(metric: MetricSpec, path: Path) -> Errors:
    if not metric.type:
        yield required(path.child("type"), "must specify a metric source type")
    if metric.type not in _SOURCES:
        yield not_supported(path.child("type"), metric.type, sorted(_SOURCES))
    present = [kind for kind, (_, attribute) in _SOURCES.items() if getattr(metric, attribute) is not None]
    if present:
        yield from _source(metric, present[0], path.child(_SOURCES[present[0]][0]))
    if metric.type in _SOURCES and metric.type not in present:
        place = path.child(_SOURCES[metric.type][0])
        yield required(place, "must populate information for the given metric source")
    if len(present) != 1:
        for kind in present:
            if kind != metric.type:
                yield forbidden(path.child(_SOURCES[kind][0]), "must populate the given metric source only")


def _source(metric: MetricSpec, kind: str, path: Path) -> Errors:
    target = path.child("target")
    if kind == "Object" and metric.object_ is not None:
        yield from autoscalers.target(metric.object_.described_object, path.child("describedObject"))
        yield from _identifier(metric.object_.metric, path)
        yield from _target(metric.object_.target, target)
        if metric.object_.target.value is None and metric.object_.target.average_value is None:
            yield required(target.child("averageValue"), "must set either a target value or averageValue")
    elif kind == "External" and metric.external is not None:
        yield from _identifier(metric.external.metric, path)
        yield from _target(metric.external.target, target)
        value, average = metric.external.target.value, metric.external.target.average_value
        if value is None and average is None:
            message = "must set either a target value for metric or a per-pod target"
            yield required(target.child("averageValue"), message)
        if value is not None and average is not None:
            message = "may not set both a target value for metric and a per-pod target"
            yield forbidden(target.child("value"), message)
    elif kind == "Pods" and metric.pods is not None:
        yield from _identifier(metric.pods.metric, path)
        yield from _target(metric.pods.target, target)
        if metric.pods.target.average_value is None:
            yield required(target.child("averageValue"), "must specify a positive target averageValue")
    elif kind == "Resource" and metric.resource is not None:
        yield from _resource(metric.resource, path)
    elif kind == "ContainerResource" and metric.container_resource is not None:
        yield from _resource(metric.container_resource, path)


def _identifier(found: MetricIdentifier, path: Path) -> Errors:
    place = path.child("metric").child("name")
    if not found.name:
        yield required(place, "must specify a metric name")
    else:
        yield from checks.follows(place, found.name, names.path_segment)


def _resource(found: ResourceMetricSource | ContainerResourceMetricSource, path: Path) -> Errors:
    if not found.name:
        yield required(path.child("name"), "must specify a resource name")
    if isinstance(found, ContainerResourceMetricSource):
        if found.name:
            yield from resources.container_resource_name(found.name, path.child("name"))
        if not found.container:
            yield required(path.child("container"), "must specify a container")
        else:
            yield from checks.follows(path.child("container"), found.container, names.dns_label)
    target = path.child("target")
    yield from _target(found.target, target)
    share, average = found.target.average_utilization, found.target.average_value
    if share is None and average is None:
        message = "must set either a target raw value or a target utilization"
        yield required(target.child("averageUtilization"), message)
    if share is not None and average is not None:
        message = "may not set both a target raw value and a target utilization"
        yield forbidden(target.child("averageValue"), message)


def _target(found: MetricTarget, path: Path) -> Errors:
    if not found.type:
        yield required(path.child("type"), "must specify a metric target type")
    if found.type not in _TARGET_TYPES:
        yield invalid_value(path.child("type"), found.type, "must be either Utilization, Value, or AverageValue")
    for name, amount in (("value", found.value), ("averageValue", found.average_value)):
        if amount is not None and amount.sign != 1:
            yield invalid_value(path.child(name), str(amount), "must be positive")
    if found.average_utilization is not None and found.average_utilization < 1:
        yield invalid_value(path.child("averageUtilization"), found.average_utilization, "must be greater than 0")


def _status(new: HorizontalPodAutoscaler, old: HorizontalPodAutoscaler) -> Errors:
    yield from checks.not_negative(STATUS.child("currentReplicas"), new.status.current_replicas)
    yield from checks.not_negative(STATUS.child("desiredReplicas"), new.status.desired_replicas)


CATALOG = {HorizontalPodAutoscaler: Rules(create=_create, status=_status)}
