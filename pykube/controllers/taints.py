"""The taints that a node's condition calls for, and which pods bear them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from pykube.api import conditions, core_v1

NOT_READY: Final = "node.kubernetes.io/not-ready"
UNREACHABLE: Final = "node.kubernetes.io/unreachable"
UNSCHEDULABLE: Final = "node.kubernetes.io/unschedulable"
OUT_OF_SERVICE: Final = "node.kubernetes.io/out-of-service"
NO_SCHEDULE: Final = "NoSchedule"
NO_EXECUTE: Final = "NoExecute"

_BY_CONDITION: Final = {
    ("Ready", "False"): NOT_READY,
    ("Ready", "Unknown"): UNREACHABLE,
    ("MemoryPressure", "True"): "node.kubernetes.io/memory-pressure",
    ("DiskPressure", "True"): "node.kubernetes.io/disk-pressure",
    ("PIDPressure", "True"): "node.kubernetes.io/pid-pressure",
    ("NetworkUnavailable", "True"): "node.kubernetes.io/network-unavailable",
}
_OURS: Final = frozenset({*_BY_CONDITION.values(), UNSCHEDULABLE})


def ready_status(node: core_v1.Node) -> str:
    """``True``, ``False`` or ``Unknown``; a node that never said anything is Unknown."""
    condition = conditions.find(node.status.conditions, "Ready")
    return condition.status if condition is not None else "Unknown"


def wanted(node: core_v1.Node, now: datetime, *, evict: bool) -> list[core_v1.Taint]:
    """The taints that `node` should have; those of others are kept.

    `evict` False leaves out the NoExecute ones: when every node is lost it is us who are cut off, not they.
    """
    keys = [
        key
        for (kind, status), key in _BY_CONDITION.items()
        if (condition := conditions.find(node.status.conditions, kind)) is not None and condition.status == status
    ]
    if conditions.find(node.status.conditions, "Ready") is None:
        keys.append(NOT_READY)
    if node.spec.unschedulable:
        keys.append(UNSCHEDULABLE)
    effects = {(key, NO_SCHEDULE) for key in keys}
    reported = conditions.find(node.status.conditions, "Ready") is not None
    if evict and reported:
        effects |= {(key, NO_EXECUTE) for key in keys if key in (NOT_READY, UNREACHABLE)}
    found = []
    for taint in node.spec.taints:
        ours = taint.key in _OURS and (
            taint.effect == NO_SCHEDULE or (taint.effect == NO_EXECUTE and taint.key in (NOT_READY, UNREACHABLE))
        )
        if not ours or (taint.key, taint.effect) in effects:
            found.append(taint)
            effects.discard((taint.key, taint.effect))
    for key, effect in sorted(effects):
        found.append(core_v1.Taint(key=key, effect=effect, time_added=now.replace(microsecond=0)))
    return found


def tolerates(toleration: core_v1.Toleration, taint: core_v1.Taint) -> bool:
    """Whether one toleration covers one taint."""
    if toleration.effect and toleration.effect != taint.effect:
        return False
    if toleration.key and toleration.key != taint.key:
        return False
    if toleration.operator == "Exists":
        return True
    return bool(toleration.key) and toleration.value == taint.value


def seconds_tolerated(taints: Iterable[core_v1.Taint], tolerations: Sequence[core_v1.Toleration]) -> float | None:
    """How long a pod may stay under NoExecute taints: 0 not at all, None for ever."""
    shortest: float | None = None
    for taint in taints:
        if taint.effect != NO_EXECUTE:
            continue
        covering = [each for each in tolerations if tolerates(each, taint)]
        if not covering:
            return 0.0
        for each in covering:
            if each.toleration_seconds is not None:
                seconds = max(float(each.toleration_seconds), 0.0)
                shortest = seconds if shortest is None else min(shortest, seconds)
    return shortest
