"""Lists of tolerations put together (pure).

Source: k8s.io/kubernetes, pkg/util/tolerations.
"""

from __future__ import annotations

from collections.abc import Sequence

from pykube.api import core_v1


def merged(first: Sequence[core_v1.Toleration], second: Sequence[core_v1.Toleration]) -> list[core_v1.Toleration]:
    """Both, without those that another one of them makes needless."""
    everything = [*first, *second]
    found: list[core_v1.Toleration] = []
    for number, each in enumerate(everything):
        later = (other for other in everything[number + 1 :] if other != each)
        if not any(covers(other, each) for other in (*found, *later)):
            found.append(each)
    return found


def covers(wide: core_v1.Toleration, narrow: core_v1.Toleration) -> bool:
    """Whether every taint that `narrow` tolerates is tolerated by `wide`, and for as long."""
    if wide == narrow:
        return True
    if wide.key != narrow.key and (wide.key or wide.operator != "Exists"):
        return False
    if wide.effect != narrow.effect and wide.effect:
        return False
    if wide.effect == "NoExecute" and wide.toleration_seconds is not None:
        seconds = narrow.toleration_seconds
        if seconds is None or seconds > wide.toleration_seconds:
            return False
    if wide.operator in ("", "Equal"):
        return narrow.operator == wide.operator and narrow.value == wide.value
    return wide.operator == "Exists"
