"""Defaults of autoscaling/v1."""

from __future__ import annotations

from .. import autoscaling_v1


def _autoscaler(found: autoscaling_v1.HorizontalPodAutoscaler) -> None:
    if found.spec.min_replicas is None:
        found.spec.min_replicas = 1


TABLE = {autoscaling_v1.HorizontalPodAutoscaler: _autoscaler}
