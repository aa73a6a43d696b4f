"""Rules of autoscaling/v1, scales included."""

from __future__ import annotations

from ..autoscaling_v1 import HorizontalPodAutoscaler, Scale
from ..field_errors import SPEC, STATUS, Errors, invalid_value
from . import autoscalers, checks
from .rules import Rules


def _create(found: HorizontalPodAutoscaler) -> Errors:
    spec = found.spec
    yield from autoscalers.bounds(spec.min_replicas, spec.max_replicas)
    yield from autoscalers.target(spec.scale_target_ref, SPEC.child("scaleTargetRef"))
    percent = spec.target_cpu_utilization_percentage
    if percent is not None and percent < 1:
        yield invalid_value(SPEC.child("targetCPUUtilizationPercentage"), percent, "must be greater than 0")


def _status(new: HorizontalPodAutoscaler, old: HorizontalPodAutoscaler) -> Errors:
    yield from checks.not_negative(STATUS.child("currentReplicas"), new.status.current_replicas)
    yield from checks.not_negative(STATUS.child("desiredReplicas"), new.status.desired_replicas)


def _scale(found: Scale) -> Errors:
    yield from checks.not_negative(SPEC.child("replicas"), found.spec.replicas)


CATALOG = {HorizontalPodAutoscaler: Rules(create=_create, status=_status), Scale: Rules(create=_scale)}
