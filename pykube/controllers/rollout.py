"""The arithmetic of a Deployment's rollout: how many pods each ReplicaSet should have next. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from pykube.api import apps_v1

DESIRED: Final = "deployment.kubernetes.io/desired-replicas"
MAXIMUM: Final = "deployment.kubernetes.io/max-replicas"
_NEVER = datetime.max.replace(tzinfo=UTC)


def scaled(value: int | str | None, total: int, *, up: bool) -> int:
    """A number, or a percentage of `total`, rounded `up` or down; None counts as 0."""
    if value is None:
        return 0
    if isinstance(value, int):
        return value
    share = int(value.removesuffix("%")) * total / 100
    return math.ceil(share) if up else math.floor(share)


def desired(deployment: apps_v1.Deployment) -> int:
    """``spec.replicas``, by default 1."""
    return 1 if deployment.spec.replicas is None else deployment.spec.replicas


def size(replicaset: apps_v1.ReplicaSet) -> int:
    """``spec.replicas``, by default 1."""
    return 1 if replicaset.spec.replicas is None else replicaset.spec.replicas


def total(replicasets: Iterable[apps_v1.ReplicaSet]) -> int:
    """Pods that the ReplicaSets are asked for."""
    return sum(size(replicaset) for replicaset in replicasets)


def available(replicasets: Iterable[apps_v1.ReplicaSet]) -> int:
    """Pods that are available."""
    return sum(replicaset.status.available_replicas for replicaset in replicasets)


def is_rolling(deployment: apps_v1.Deployment) -> bool:
    return deployment.spec.strategy.type == "RollingUpdate"


def fenceposts(deployment: apps_v1.Deployment) -> tuple[int, int]:
    """(maxSurge, maxUnavailable) in pods. Surge rounds up, unavailability down; both 0 would never move, so 1."""
    rolling = deployment.spec.strategy.rolling_update
    if not is_rolling(deployment) or rolling is None:
        return 0, 0
    count = desired(deployment)
    surge = scaled(rolling.max_surge, count, up=True)
    unavailable = scaled(rolling.max_unavailable, count, up=False)
    if not surge and not unavailable:
        unavailable = 1
    return surge, min(unavailable, count)


def by_age(replicasets: Iterable[apps_v1.ReplicaSet]) -> list[apps_v1.ReplicaSet]:
    """Oldest first; equals by name."""
    return sorted(replicasets, key=lambda each: (each.metadata.creation_timestamp or _NEVER, each.metadata.name))


def active(replicasets: Iterable[apps_v1.ReplicaSet]) -> list[apps_v1.ReplicaSet]:
    """Those that have pods, or should."""
    return [replicaset for replicaset in replicasets if size(replicaset) > 0]


def new_size(deployment: apps_v1.Deployment, everyone: Sequence[apps_v1.ReplicaSet], current: int) -> int:
    """How big the new ReplicaSet, of size `current`, may be next to all there are (itself included)."""
    wanted = desired(deployment)
    if not is_rolling(deployment):
        return wanted
    room = wanted + fenceposts(deployment)[0] - total(everyone)
    return current if room <= 0 else current + min(room, wanted - current)


@dataclass(slots=True)
class Resize:
    """A ReplicaSet and the size it should have."""

    replicaset: apps_v1.ReplicaSet
    to: int


def shrink_old(
    deployment: apps_v1.Deployment, old: Sequence[apps_v1.ReplicaSet], new: apps_v1.ReplicaSet
) -> list[Resize]:
    """The next step down for the old ReplicaSets, such that enough pods stay available.

    Pods that are not available anyway go first: they would block the rollout for nothing. Unavailable pods of the new
    ReplicaSet count against what may be taken away, so that a broken new template stops the rollout.
    """
    old = by_age(active(old))
    least = desired(deployment) - fenceposts(deployment)[1]
    may_go = total(old) + size(new) - least - (size(new) - new.status.available_replicas)
    if not old or may_go <= 0:
        return []
    sizes = [size(each) for each in old]
    for index, each in enumerate(old):
        unhealthy = max(size(each) - each.status.available_replicas, 0)
        step = min(unhealthy, may_go)
        sizes[index] -= step
        may_go -= step
    spare = available(old) + new.status.available_replicas - least
    for index in range(len(old)):
        step = max(min(sizes[index], spare), 0)
        sizes[index] -= step
        spare -= step
    return [Resize(each, to) for each, to in zip(old, sizes, strict=True) if to != size(each)]


def _annotation(replicaset: apps_v1.ReplicaSet, key: str) -> int | None:
    text = replicaset.metadata.annotations.get(key, "")
    return int(text) if text.isascii() and text.isdigit() else None


def desired_before(replicaset: apps_v1.ReplicaSet) -> int | None:
    """The Deployment's size when the ReplicaSet was last resized; differs from the present one when it was scaled."""
    return _annotation(replicaset, DESIRED)


def sizes_to_note(deployment: apps_v1.Deployment) -> dict[str, str]:
    """The annotations that let the next scaling be proportional."""
    count = desired(deployment)
    return {DESIRED: str(count), MAXIMUM: str(count + fenceposts(deployment)[0])}


def is_saturated(deployment: apps_v1.Deployment, new: apps_v1.ReplicaSet | None) -> bool:
    """The new ReplicaSet has all pods, and all are available."""
    wanted = desired(deployment)
    return (
        new is not None
        and size(new) == wanted
        and desired_before(new) == wanted
        and new.status.available_replicas == wanted
    )


def _fraction(deployment: apps_v1.Deployment, replicaset: apps_v1.ReplicaSet) -> int:
    """By how much the ReplicaSet should grow (or shrink) to keep its share."""
    if desired(deployment) == 0:
        return -size(replicaset)
    before = _annotation(replicaset, MAXIMUM) or deployment.status.replicas
    if not before:
        return 0
    now = desired(deployment) + fenceposts(deployment)[0]
    exact = size(replicaset) * now / before
    return math.floor(exact + 0.5) - size(replicaset)


def scale(
    deployment: apps_v1.Deployment, old: Sequence[apps_v1.ReplicaSet], new: apps_v1.ReplicaSet | None
) -> list[Resize]:
    """New sizes after the Deployment itself was scaled, or while it is paused.

    In the middle of a rollout all ReplicaSets grow or shrink in proportion, so that a broken template does not get a
    bigger share than it had.
    """
    everyone = [*old, *([new] if new is not None else [])]
    running = active(everyone)
    if len(running) <= 1:
        only = running[0] if running else (new or (by_age(old)[-1] if old else None))
        return [Resize(only, desired(deployment))] if only is not None else []
    if is_saturated(deployment, new):
        return [Resize(each, 0) for each in active(old)]
    if not is_rolling(deployment):
        return []
    return _proportional(deployment, running)


def _proportional(deployment: apps_v1.Deployment, running: list[apps_v1.ReplicaSet]) -> list[Resize]:
    wanted = desired(deployment)
    allowed = wanted + fenceposts(deployment)[0] if wanted > 0 else 0
    change = allowed - total(running)
    oldest_first = by_age(running)
    ages = {each.metadata.uid: rank for rank, each in enumerate(oldest_first)}
    newer = 1 if change >= 0 else -1
    running = sorted(running, key=lambda each: (-size(each), -newer * ages[each.metadata.uid]))
    found = [Resize(each, size(each)) for each in running]
    done = 0
    for resize in found:
        if change and done != change:
            share, left = _fraction(deployment, resize.replicaset), change - done
            step = min(share, left) if change > 0 else max(share, left)
            resize.to += step
            done += step
    found[0].to = max(found[0].to + change - done, 0)
    return found
