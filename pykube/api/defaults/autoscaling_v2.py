"""Defaults of autoscaling/v2: CPU at 80 %, up fast and down by all at once, each looked at over 15 seconds."""

from __future__ import annotations

from .. import autoscaling_v2

_CPU_PERCENT = 80
_PERIOD_SECONDS = 15


def _autoscaler(found: autoscaling_v2.HorizontalPodAutoscaler) -> None:
    spec = found.spec
    if spec.min_replicas is None:
        spec.min_replicas = 1
    if not spec.metrics:
        target = autoscaling_v2.MetricTarget(type="Utilization", average_utilization=_CPU_PERCENT)
        resource = autoscaling_v2.ResourceMetricSource(name="cpu", target=target)
        spec.metrics = [autoscaling_v2.MetricSpec(type="Resource", resource=resource)]
    if spec.behavior is not None:
        spec.behavior.scale_up = _completed(spec.behavior.scale_up, _up())
        spec.behavior.scale_down = _completed(spec.behavior.scale_down, _down())


def _policy(kind: str, value: int) -> autoscaling_v2.HPAScalingPolicy:
    return autoscaling_v2.HPAScalingPolicy(type=kind, value=value, period_seconds=_PERIOD_SECONDS)


def _up() -> autoscaling_v2.HPAScalingRules:
    return autoscaling_v2.HPAScalingRules(
        stabilization_window_seconds=0, select_policy="Max", policies=[_policy("Pods", 4), _policy("Percent", 100)]
    )


def _down() -> autoscaling_v2.HPAScalingRules:
    return autoscaling_v2.HPAScalingRules(select_policy="Max", policies=[_policy("Percent", 100)])


def _completed(
    given: autoscaling_v2.HPAScalingRules | None, rules: autoscaling_v2.HPAScalingRules
) -> autoscaling_v2.HPAScalingRules:
    if given is None:
        return rules
    if given.select_policy is None:
        given.select_policy = rules.select_policy
    if given.stabilization_window_seconds is None:
        given.stabilization_window_seconds = rules.stabilization_window_seconds
    given.policies = given.policies or rules.policies
    return given


TABLE = {autoscaling_v2.HorizontalPodAutoscaler: _autoscaler}
