"""Defaults of priority classes."""

from __future__ import annotations

from .. import scheduling_v1


def _class(found: scheduling_v1.PriorityClass) -> None:
    if found.preemption_policy is None:
        found.preemption_policy = "PreemptLowerPriority"


TABLE = {scheduling_v1.PriorityClass: _class}
