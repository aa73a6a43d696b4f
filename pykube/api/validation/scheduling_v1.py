"""Rules of priority classes."""

from __future__ import annotations

from ..field_errors import METADATA, Errors, Path, forbidden
from ..scheduling_v1 import PriorityClass
from . import checks
from .rules import Rules

_USER_MAX = 1_000_000_000
_SYSTEM = {"system-node-critical": 2_000_001_000, "system-cluster-critical": 2_000_000_000}
_POLICIES = ("PreemptLowerPriority", "Never")


def _create(found: PriorityClass) -> Errors:
    name = found.metadata.name
    if name.startswith("system-"):
        if problem := _not_system(found):
            message = f"priority class names with 'system-' prefix are reserved for system use only. error: {problem}"
            yield forbidden(METADATA.child("name"), message)
    elif found.value > _USER_MAX:
        yield forbidden(Path("value"), f"maximum allowed value of a user defined priority is {_USER_MAX}")
    if found.preemption_policy is not None:
        yield from checks.required_supported(Path("preemptionPolicy"), found.preemption_policy, _POLICIES)


def _not_system(found: PriorityClass) -> str:
    name = found.metadata.name
    value = _SYSTEM.get(name)
    if value is None:
        return f"{name} is not a known system priority class"
    if found.value != value:
        return f"value of {name} PriorityClass must be {value}"
    return f"globalDefault of {name} PriorityClass must be false" if found.global_default else ""


def _update(new: PriorityClass, old: PriorityClass) -> Errors:
    if new.value != old.value:
        yield forbidden(Path("value"), "may not be changed in an update.")
    yield from checks.immutable(Path("preemptionPolicy"), new.preemption_policy, old.preemption_policy)


CATALOG = {PriorityClass: Rules(create=_create, update=_update)}
