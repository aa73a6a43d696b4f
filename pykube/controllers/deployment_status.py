"""A Deployment's status: counts, and whether its rollout moves, has ended, or is stuck. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from pykube.api import apps_v1, conditions

from .rollout import desired, fenceposts

PROGRESSING: Final = "Progressing"
AVAILABLE: Final = "NewReplicaSetAvailable"
TIMED_OUT: Final = "ProgressDeadlineExceeded"
PAUSED: Final = "DeploymentPaused"
RESUMED: Final = "DeploymentResumed"


def deadline_of(deployment: apps_v1.Deployment) -> int | None:
    """Seconds that may pass without progress; None: no matter how many."""
    seconds = deployment.spec.progress_deadline_seconds
    return None if seconds is None or seconds == 2**31 - 1 else seconds


def put(
    status: apps_v1.DeploymentStatus, kind: str, state: bool | None, reason: str, message: str, now: datetime
) -> None:
    """Set a condition; one of the same status and reason stays as it is. `state` None is Unknown."""
    text = "Unknown" if state is None else str(state)
    old = conditions.find(status.conditions, kind)
    if old is not None and (old.status, old.reason) == (text, reason):
        return
    kept = old is not None and old.status == text
    now = now.replace(microsecond=0)
    conditions.drop(status.conditions, kind)
    status.conditions.append(
        apps_v1.DeploymentCondition(
            type=kind,
            status=text,
            reason=reason,
            message=message,
            last_update_time=now,
            last_transition_time=old.last_transition_time if old is not None and kept else now,
        )
    )


def counts(
    deployment: apps_v1.Deployment,
    everyone: Iterable[apps_v1.ReplicaSet],
    new: apps_v1.ReplicaSet | None,
    now: datetime,
) -> apps_v1.DeploymentStatus:
    """The counts and the Available condition; other conditions are taken over."""
    states = [each.status for each in everyone]
    ready = sum(each.available_replicas for each in states)
    asked = sum(each.spec.replicas or 0 for each in everyone)
    found = apps_v1.DeploymentStatus(
        observed_generation=deployment.metadata.generation,
        replicas=sum(each.replicas for each in states),
        updated_replicas=new.status.replicas if new is not None else 0,
        ready_replicas=sum(each.ready_replicas for each in states),
        available_replicas=ready,
        unavailable_replicas=max(asked - ready, 0),
        collision_count=deployment.status.collision_count,
        conditions=list(deployment.status.conditions),
        terminating_replicas=_terminating(states),
    )
    if ready >= desired(deployment) - fenceposts(deployment)[1]:
        message = "Deployment has minimum availability."
        put(found, "Available", True, "MinimumReplicasAvailable", message, now)
    else:
        message = "Deployment does not have minimum availability."
        put(found, "Available", False, "MinimumReplicasUnavailable", message, now)
    return found


def _terminating(states: Iterable[apps_v1.ReplicaSetStatus]) -> int | None:
    found = 0
    for each in states:
        if each.terminating_replicas is not None:
            found += each.terminating_replicas
        elif each.observed_generation:
            return None
    return found


def is_complete(deployment: apps_v1.Deployment, status: apps_v1.DeploymentStatus) -> bool:
    """All pods are of the present template and available, and no others are left."""
    wanted = desired(deployment)
    return (
        status.updated_replicas == wanted
        and status.replicas == wanted
        and status.available_replicas == wanted
        and status.observed_generation >= deployment.metadata.generation
    )


def _advanced(before: apps_v1.DeploymentStatus, after: apps_v1.DeploymentStatus) -> bool:
    return (
        after.updated_replicas > before.updated_replicas
        or after.replicas - after.updated_replicas < before.replicas - before.updated_replicas
        or after.ready_replicas > before.ready_replicas
        or after.available_replicas > before.available_replicas
    )


def _timed_out(deployment: apps_v1.Deployment, status: apps_v1.DeploymentStatus, now: datetime) -> bool:
    condition = conditions.find(status.conditions, PROGRESSING)
    deadline = deadline_of(deployment)
    if condition is None or deadline is None or condition.reason == AVAILABLE:
        return False
    if condition.reason == TIMED_OUT:
        return True
    since = condition.last_update_time
    return since is not None and since + timedelta(seconds=deadline) < now


def progress(
    deployment: apps_v1.Deployment,
    before: apps_v1.DeploymentStatus,
    status: apps_v1.DeploymentStatus,
    new: apps_v1.ReplicaSet | None,
    now: datetime,
) -> None:
    """Bring the Progressing condition of `status` up to date; `before` is what the last sync had written."""
    if deadline_of(deployment) is None:
        conditions.drop(status.conditions, PROGRESSING)
        return
    current = conditions.find(status.conditions, PROGRESSING)
    if current is not None and current.reason == AVAILABLE and status.replicas == status.updated_replicas:
        return
    what = f'ReplicaSet "{new.metadata.name}"' if new is not None else f'Deployment "{deployment.metadata.name}"'
    if is_complete(deployment, status):
        put(status, PROGRESSING, True, AVAILABLE, f"{what} has successfully progressed.", now)
    elif _advanced(before, status):
        # The time of the last progress must move even where nothing else in the condition does.
        kept = current.last_transition_time if current is not None and current.status == "True" else None
        conditions.drop(status.conditions, PROGRESSING)
        put(status, PROGRESSING, True, "ReplicaSetUpdated", f"{what} is progressing.", now)
        if kept is not None:
            status.conditions[-1].last_transition_time = kept
    elif _timed_out(deployment, status, now):
        put(status, PROGRESSING, False, TIMED_OUT, f"{what} has timed out progressing.", now)


def take_failures(
    status: apps_v1.DeploymentStatus,
    everyone: Sequence[apps_v1.ReplicaSet],
    new: apps_v1.ReplicaSet | None,
) -> None:
    """Show a ReplicaSet's ReplicaFailure as the Deployment's own, the new one's first."""
    for each in [*([new] if new is not None else []), *everyone]:
        failure = conditions.find(each.status.conditions, "ReplicaFailure")
        if failure is not None:
            old = conditions.find(status.conditions, "ReplicaFailure")
            if old is not None and (old.status, old.reason) == (failure.status, failure.reason):
                return
            conditions.drop(status.conditions, "ReplicaFailure")
            status.conditions.append(
                apps_v1.DeploymentCondition(
                    type=failure.type,
                    status=failure.status,
                    reason=failure.reason,
                    message=failure.message,
                    last_update_time=failure.last_transition_time,
                    last_transition_time=failure.last_transition_time,
                )
            )
            return
    conditions.drop(status.conditions, "ReplicaFailure")


def check_again_in(deployment: apps_v1.Deployment, status: apps_v1.DeploymentStatus, now: datetime) -> float | None:
    """Seconds until the rollout would be overdue; None when there is nothing to wait for."""
    condition = conditions.find(status.conditions, PROGRESSING)
    deadline = deadline_of(deployment)
    if condition is None or deadline is None or condition.last_update_time is None:
        return None
    if is_complete(deployment, status) or condition.reason == TIMED_OUT:
        return None
    left = (condition.last_update_time + timedelta(seconds=deadline) - now).total_seconds()
    return max(left, 0.0) + 1
