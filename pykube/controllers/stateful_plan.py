"""The next steps of a StatefulSet: which of its numbered pods to create or delete now. Pure.

Pods have identities: number, name, claims. With OrderedReady one starts only when all lower ones are ready, and ends
only when all higher ones are gone; updates go from the highest number down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec

from pykube.api import apps_v1, codec, core_v1, meta_v1, owners

from .availability import is_available, is_ready
from .history import REVISION_LABEL

POD_NAME_LABEL: Final = "statefulset.kubernetes.io/pod-name"
INDEX_LABEL: Final = "apps.kubernetes.io/pod-index"


@dataclass(slots=True)
class Plan:
    """Numbers to create, with the name of the revision each is of, and pods to delete."""

    create: list[tuple[int, str]] = field(default_factory=list)
    delete: list[core_v1.Pod] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Revisions:
    """Names of the revision that pods have had, and of the one they shall have."""

    current: str
    update: str


def ordinal_of(owner: apps_v1.StatefulSet, pod: core_v1.Pod) -> int:
    """The pod's number; -1 when its name is not one of the set's."""
    prefix, _, number = pod.metadata.name.rpartition("-")
    return int(number) if prefix == owner.metadata.name and number.isascii() and number.isdigit() else -1


def replicas_of(owner: apps_v1.StatefulSet) -> int:
    return 1 if owner.spec.replicas is None else owner.spec.replicas


def start_of(owner: apps_v1.StatefulSet) -> int:
    """The lowest number."""
    return owner.spec.ordinals.start if owner.spec.ordinals is not None else 0


def partition_of(owner: apps_v1.StatefulSet) -> int:
    """Numbers below start plus this keep the current revision."""
    rolling = owner.spec.update_strategy.rolling_update
    return (rolling.partition or 0) if rolling is not None else 0


def revision_of(pod: core_v1.Pod) -> str:
    """The name of the revision the pod was made of."""
    return pod.metadata.labels.get(REVISION_LABEL, "")


def is_healthy(pod: core_v1.Pod) -> bool:
    """Running, ready, and to stay."""
    return pod.status.phase == "Running" and is_ready(pod) and pod.metadata.deletion_timestamp is None


def plan(owner: apps_v1.StatefulSet, pods: Sequence[core_v1.Pod], revisions: Revisions, now: datetime) -> Plan:
    """What to do next. With OrderedReady that is at most one thing."""
    found = Plan()
    start, count = start_of(owner), replicas_of(owner)
    by_number = {ordinal_of(owner, pod): pod for pod in pods}
    ordered = owner.spec.pod_management_policy != "Parallel"
    seconds = owner.spec.min_ready_seconds
    for number in range(start, start + count):
        pod = by_number.get(number)
        if pod is None:
            found.create.append((number, _revision_for(owner, number, revisions)))
        elif pod.status.phase in ("Failed", "Succeeded"):
            if pod.metadata.deletion_timestamp is None:
                found.delete.append(pod)
        elif is_healthy(pod) and is_available(pod, seconds, now):
            continue
        if ordered:
            return found
    condemned = [by_number[number] for number in sorted(by_number, reverse=True) if not start <= number < start + count]
    for pod in condemned:
        if pod.metadata.deletion_timestamp is None and not (ordered and _waits(pod, condemned, seconds, now)):
            found.delete.append(pod)
        if ordered:
            return found
    if not found.create and not found.delete and owner.spec.update_strategy.type == "RollingUpdate":
        found.delete += _outdated(owner, by_number, revisions, now)
    return found


def _waits(pod: core_v1.Pod, condemned: Sequence[core_v1.Pod], seconds: int, now: datetime) -> bool:
    """Whether a pod that is not well has to get well before it goes: only the lowest such one goes as it is."""
    if is_healthy(pod) and is_available(pod, seconds, now):
        return False
    return pod is not next((each for each in reversed(condemned) if not is_healthy(each)), None)


def _revision_for(owner: apps_v1.StatefulSet, number: int, revisions: Revisions) -> str:
    """A pod that is made again keeps its revision as long as the update has not reached its number."""
    start = start_of(owner)
    if owner.spec.update_strategy.type != "RollingUpdate":
        return revisions.current if number < start + owner.status.current_replicas else revisions.update
    rolling = owner.spec.update_strategy.rolling_update
    if rolling is None or not rolling.partition:
        return revisions.current if number < start + owner.status.current_replicas else revisions.update
    return revisions.current if number < start + rolling.partition else revisions.update


def _outdated(
    owner: apps_v1.StatefulSet, by_number: dict[int, core_v1.Pod], revisions: Revisions, now: datetime
) -> list[core_v1.Pod]:
    """The highest pod of an old revision, once all above it are well."""
    start = start_of(owner)
    for number in range(start + replicas_of(owner) - 1, start + partition_of(owner) - 1, -1):
        pod = by_number.get(number)
        if pod is None:
            return []
        if revision_of(pod) != revisions.update:
            return [pod] if pod.metadata.deletion_timestamp is None else []
        if not is_healthy(pod) or not is_available(pod, owner.spec.min_ready_seconds, now):
            return []
    return []


def status(
    owner: apps_v1.StatefulSet, pods: Sequence[core_v1.Pod], revisions: Revisions, now: datetime
) -> apps_v1.StatefulSetStatus:
    """What the status should say; when all pods are of the new revision, it becomes the current one."""
    alive = [pod for pod in pods if pod.metadata.deletion_timestamp is None]
    counted = [pod for pod in alive if pod.status.phase not in ("Failed", "Succeeded")]
    found = msgspec.structs.replace(
        owner.status,
        observed_generation=owner.metadata.generation,
        replicas=len(pods),
        ready_replicas=sum(pod.status.phase == "Running" and is_ready(pod) for pod in pods),
        available_replicas=sum(is_available(pod, owner.spec.min_ready_seconds, now) for pod in pods),
        current_replicas=sum(revision_of(pod) == revisions.current for pod in counted),
        updated_replicas=sum(revision_of(pod) == revisions.update for pod in counted),
        current_revision=revisions.current,
        update_revision=revisions.update,
    )
    complete = (
        owner.spec.update_strategy.type == "RollingUpdate"
        and found.updated_replicas == found.replicas == found.ready_replicas
    )
    if complete:
        found.current_revision = found.update_revision
        found.current_replicas = found.updated_replicas
    return found


def claim_name(template: core_v1.PersistentVolumeClaim, pod_name: str) -> str:
    """The claim of one pod for one claim template."""
    return f"{template.metadata.name}-{pod_name}"


def make_pod(owner: apps_v1.StatefulSet, number: int, revision: apps_v1.ControllerRevision) -> core_v1.Pod:
    """The pod of that number, as the revision describes it."""
    data: dict[str, Any] = dict(revision.data["spec"]["template"])
    data.pop("$patch", None)
    template = codec.from_dict(core_v1.PodTemplateSpec, data)
    name = f"{owner.metadata.name}-{number}"
    claimed = {each.metadata.name for each in owner.spec.volume_claim_templates}
    volumes = [
        core_v1.Volume(
            name=each.metadata.name,
            persistent_volume_claim=core_v1.PersistentVolumeClaimVolumeSource(claim_name=claim_name(each, name)),
        )
        for each in owner.spec.volume_claim_templates
    ]
    spec = msgspec.structs.replace(
        template.spec,
        hostname=name,
        subdomain=owner.spec.service_name,
        volumes=[*volumes, *(each for each in template.spec.volumes if each.name not in claimed)],
    )
    labels = {
        **template.metadata.labels,
        REVISION_LABEL: revision.metadata.name,
        POD_NAME_LABEL: name,
        INDEX_LABEL: str(number),
    }
    return core_v1.Pod(
        metadata=meta_v1.ObjectMeta(
            name=name,
            namespace=owner.metadata.namespace,
            labels=labels,
            annotations=dict(template.metadata.annotations),
            finalizers=list(template.metadata.finalizers),
            owner_references=[owners.controller_reference(owner)],
        ),
        spec=spec,
    )


def make_claim(
    owner: apps_v1.StatefulSet, template: core_v1.PersistentVolumeClaim, pod_name: str
) -> core_v1.PersistentVolumeClaim:
    """A pod's claim; it outlives the pod, and the set unless its retention policy says otherwise."""
    selected = owner.spec.selector.match_labels if owner.spec.selector is not None else {}
    policy = owner.spec.persistent_volume_claim_retention_policy
    return core_v1.PersistentVolumeClaim(
        metadata=meta_v1.ObjectMeta(
            name=claim_name(template, pod_name),
            namespace=owner.metadata.namespace,
            labels={**template.metadata.labels, **selected},
            annotations=dict(template.metadata.annotations),
            owner_references=[owners.reference_to(owner)]
            if policy is not None and policy.when_deleted == "Delete"
            else [],
        ),
        spec=template.spec,
    )
