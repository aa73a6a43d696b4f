"""When a pod counts as active, ready and available."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from pykube.api import conditions, core_v1


def is_active(pod: core_v1.Pod) -> bool:
    """Neither ended nor on its way out."""
    return pod.status.phase not in ("Succeeded", "Failed") and pod.metadata.deletion_timestamp is None


def is_terminating(pod: core_v1.Pod) -> bool:
    """On its way out, and not ended yet."""
    return pod.metadata.deletion_timestamp is not None and pod.status.phase not in ("Succeeded", "Failed")


def is_ready(pod: core_v1.Pod) -> bool:
    """The Ready condition is True."""
    return conditions.is_true(pod.status.conditions, "Ready")


def ready_since(pod: core_v1.Pod) -> datetime | None:
    """When it became ready; None when it is not, or the time is unknown."""
    condition = conditions.find(pod.status.conditions, "Ready")
    return condition.last_transition_time if condition is not None and condition.status == "True" else None


def is_available(pod: core_v1.Pod, min_ready_seconds: int, now: datetime) -> bool:
    """Ready for at least `min_ready_seconds`."""
    if not is_ready(pod):
        return False
    if not min_ready_seconds:
        return True
    since = ready_since(pod)
    return since is not None and since + timedelta(seconds=min_ready_seconds) <= now


def next_available(pods: Iterable[core_v1.Pod], min_ready_seconds: int, now: datetime) -> float | None:
    """Seconds until the next of the ready pods becomes available; None when none will."""
    wait = [
        (since + timedelta(seconds=min_ready_seconds) - now).total_seconds()
        for pod in pods
        if (since := ready_since(pod)) is not None
    ]
    return min((seconds for seconds in wait if seconds > 0), default=None)
