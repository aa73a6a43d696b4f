"""Which pods of a set to end first when there are too many: those that matter least.

The order is upstream's: not scheduled, pending, not ready, cheap by annotation, crowded on one node, ready or created
only recently, restarted often. Ages are compared by their binary logarithm, so that of pods of about one age a random
one goes (KEP-2185).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cmp_to_key

from pykube.api import core_v1

from .availability import is_active, is_ready, ready_since

DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
_PHASES = {"Pending": 0, "Unknown": 1, "Running": 2}


def deletion_cost(pod: core_v1.Pod) -> int:
    """The annotation's value; 0 when it is absent or no 32-bit number."""
    text = pod.metadata.annotations.get(DELETION_COST, "")
    try:
        value = int(text)
    except ValueError:
        return 0
    return value if -(2**31) <= value < 2**31 and not text.startswith("+") else 0


def _restarts(pod: core_v1.Pod) -> tuple[int, int]:
    """Most restarts of any container, and of any sidecar."""
    sidecars = {each.name for each in pod.spec.init_containers if each.restart_policy == "Always"}
    return (
        max((each.restart_count for each in pod.status.container_statuses), default=0),
        max((each.restart_count for each in pod.status.init_container_statuses if each.name in sidecars), default=0),
    )


def _age_rank(moment: datetime, now: datetime) -> int:
    nanoseconds = (now - moment).total_seconds() * 1e9
    return int(math.log2(nanoseconds)) if nanoseconds > 0 else -1


def _compare_ages(first: datetime | None, second: datetime | None, uids: tuple[str, str], now: datetime) -> int:
    """Younger first; an unknown time counts as the youngest."""
    if first is None or second is None:
        return (first is not None) - (second is not None)
    difference = _age_rank(first, now) - _age_rank(second, now)
    return difference or (-1 if uids[0] < uids[1] else 1)


def _static(pod: core_v1.Pod) -> tuple[bool, int, bool, int]:
    return bool(pod.spec.node_name), _PHASES.get(pod.status.phase, 0), is_ready(pod), deletion_cost(pod)


def pods_to_delete(
    pods: Sequence[core_v1.Pod], related: Iterable[core_v1.Pod], count: int, now: datetime
) -> list[core_v1.Pod]:
    """The `count` pods to end; `related` are all pods of the same workload, which tell how crowded a node is."""
    if count >= len(pods):
        return list(pods)
    crowd = Counter(pod.spec.node_name for pod in related if is_active(pod))

    def compare(first: core_v1.Pod, second: core_v1.Pod) -> int:
        mine, other = _static(first), _static(second)
        if mine != other:
            return -1 if mine < other else 1
        crowding = crowd[second.spec.node_name] - crowd[first.spec.node_name]
        if crowding:
            return crowding
        uids = first.metadata.uid, second.metadata.uid
        since = ready_since(first), ready_since(second)
        if is_ready(first) and since[0] != since[1]:
            return _compare_ages(*since, uids, now)
        restarts = _restarts(first), _restarts(second)
        if restarts[0] != restarts[1]:
            return -1 if restarts[0] > restarts[1] else 1
        created = first.metadata.creation_timestamp, second.metadata.creation_timestamp
        return _compare_ages(*created, uids, now) if created[0] != created[1] else 0

    return sorted(pods, key=cmp_to_key(compare))[:count]
