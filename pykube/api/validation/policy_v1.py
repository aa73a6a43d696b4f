"""Rules of disruption budgets."""

from __future__ import annotations

from .. import names
from ..field_errors import SPEC, STATUS, Errors, invalid_value
from ..policy_v1 import PodDisruptionBudget
from . import checks, meta
from .rules import Rules

_POLICIES = ("AlwaysAllow", "IfHealthyBudget")


def _create(found: PodDisruptionBudget) -> Errors:
    spec = found.spec
    if spec.min_available is not None and spec.max_unavailable is not None:
        yield invalid_value(SPEC, spec, "minAvailable and maxUnavailable cannot be both set")
    for name, value in (("minAvailable", spec.min_available), ("maxUnavailable", spec.max_unavailable)):
        if isinstance(value, str):
            yield from checks.follows(SPEC.child(name), value, names.percent)
        else:
            yield from checks.not_negative(SPEC.child(name), value)
        yield from checks.not_over_100_percent(SPEC.child(name), value)
    yield from meta.label_selector(spec.selector, SPEC.child("selector"))
    if spec.unhealthy_pod_eviction_policy is not None:
        place = SPEC.child("unhealthyPodEvictionPolicy")
        yield from checks.supported(place, spec.unhealthy_pod_eviction_policy, _POLICIES)


def _status(new: PodDisruptionBudget, old: PodDisruptionBudget) -> Errors:
    status = new.status
    yield from meta.conditions(status.conditions, STATUS.child("conditions"))
    for name, value in (
        ("disruptionsAllowed", status.disruptions_allowed),
        ("currentHealthy", status.current_healthy),
        ("desiredHealthy", status.desired_healthy),
        ("expectedPods", status.expected_pods),
    ):
        yield from checks.not_negative(STATUS.child(name), value)


CATALOG = {PodDisruptionBudget: Rules(create=_create, status=_status)}
