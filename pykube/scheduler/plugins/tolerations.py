"""Which taints a pod tolerates; shared by the two plugins that ask, and by spreading."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pykube.api import core_v1

NO_SCHEDULE = "NoSchedule"
NO_EXECUTE = "NoExecute"
PREFER_NO_SCHEDULE = "PreferNoSchedule"


def tolerates(toleration: core_v1.Toleration, taint: core_v1.Taint) -> bool:
    """Whether one toleration covers one taint: an empty effect covers all, an empty key with Exists covers all."""
    if toleration.effect and toleration.effect != taint.effect:
        return False
    if toleration.key and toleration.key != taint.key:
        return False
    if toleration.operator == "Exists":
        return True
    if toleration.operator in ("Lt", "Gt"):
        return _compares(toleration, taint)
    return bool(toleration.key) and toleration.value == taint.value


def _compares(toleration: core_v1.Toleration, taint: core_v1.Taint) -> bool:
    """Numeric operators (KEP-5471): the taint's value is compared with the toleration's."""
    try:
        ours, theirs = int(toleration.value), int(taint.value)
    except ValueError:
        return False
    return theirs < ours if toleration.operator == "Lt" else theirs > ours


def untolerated(taints: Iterable[core_v1.Taint], tolerations: Sequence[core_v1.Toleration]) -> core_v1.Taint | None:
    """The first taint that keeps the pod away; None when it may come."""
    for taint in taints:
        if taint.effect in (NO_SCHEDULE, NO_EXECUTE) and not any(tolerates(each, taint) for each in tolerations):
            return taint
    return None
