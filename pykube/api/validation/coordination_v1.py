"""Rules of leases."""

from __future__ import annotations

from .. import names
from ..coordination_v1 import Lease
from ..field_errors import SPEC, Errors, forbidden, invalid_value, not_supported
from . import checks
from .rules import Rules

_STRATEGIES = ("OldestEmulationVersion",)


def _lease(found: Lease) -> Errors:
    spec = found.spec
    if spec.lease_duration_seconds is not None and spec.lease_duration_seconds <= 0:
        place = SPEC.child("leaseDurationSeconds")
        yield invalid_value(place, spec.lease_duration_seconds, "must be greater than 0")
    yield from checks.not_negative(SPEC.child("leaseTransitions"), spec.lease_transitions)
    if spec.strategy is not None:
        place = SPEC.child("strategy").child("strategy")
        if "/" in spec.strategy:
            yield from checks.follows(place, spec.strategy, names.qualified_name)
        elif spec.strategy not in _STRATEGIES:
            yield not_supported(place, spec.strategy, _STRATEGIES)
    if spec.preferred_holder and not spec.strategy:
        yield forbidden(SPEC.child("preferredHolder"), "may only be specified if `strategy` is defined")


CATALOG = {Lease: Rules(create=_lease)}
