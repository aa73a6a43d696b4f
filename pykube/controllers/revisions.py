"""A Deployment's history: which ReplicaSet stands for which template, and their revision numbers. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

import msgspec

from pykube.api import apps_v1, codec, core_v1, meta_v1, names, owners

from .rollout import by_age, sizes_to_note

HASH: Final = "pod-template-hash"
REVISION: Final = "deployment.kubernetes.io/revision"
HISTORY: Final = "deployment.kubernetes.io/revision-history"
_HISTORY_CHARACTERS: Final = 2000
_OWN: Final = frozenset(
    {
        "kubectl.kubernetes.io/last-applied-configuration",
        REVISION,
        HISTORY,
        "deployment.kubernetes.io/desired-replicas",
        "deployment.kubernetes.io/max-replicas",
        "deprecated.deployment.rollback.to",
    }
)
"""Annotations that each of the two objects has for itself."""


def _without_hash(labels: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in labels.items() if key != HASH}


def same_template(first: core_v1.PodTemplateSpec, second: core_v1.PodTemplateSpec) -> bool:
    """Whether two templates describe the same pods, the hash label aside."""
    if first.spec != second.spec:
        return False
    one, other = first.metadata, second.metadata
    return _without_hash(one.labels) == _without_hash(other.labels) and msgspec.structs.replace(
        one, labels={}
    ) == msgspec.structs.replace(other, labels={})


def find_new(deployment: apps_v1.Deployment, replicasets: Iterable[apps_v1.ReplicaSet]) -> apps_v1.ReplicaSet | None:
    """The ReplicaSet of the present template; of several the oldest."""
    for replicaset in by_age(replicasets):
        if same_template(replicaset.spec.template, deployment.spec.template):
            return replicaset
    return None


def revision_of(replicaset: apps_v1.ReplicaSet) -> int:
    """Its revision; 0 when it has none."""
    text = replicaset.metadata.annotations.get(REVISION, "")
    return int(text) if text.isascii() and text.isdigit() else 0


def next_revision(old: Iterable[apps_v1.ReplicaSet]) -> int:
    """The number for the newest of all."""
    return max((revision_of(each) for each in old), default=0) + 1


def template_hash(template: core_v1.PodTemplateSpec, collisions: int | None) -> str:
    """A short name for the template; `collisions` gives another one when it is taken."""
    text = codec.encode(template) + (b"" if collisions is None else str(collisions).encode())
    return names.safe_encode(str(int.from_bytes(hashlib.sha256(text).digest()[:4], "big")))


def new_annotations(deployment: apps_v1.Deployment, replicaset: apps_v1.ReplicaSet, revision: int) -> dict[str, str]:
    """The annotations its ReplicaSet should have: the Deployment's, and the revision.

    A ReplicaSet that was rolled back to gets the new number and remembers the former ones.
    """
    found = dict(replicaset.metadata.annotations)
    found.update((key, value) for key, value in deployment.metadata.annotations.items() if key not in _OWN)
    former = revision_of(replicaset)
    if former < revision:
        found[REVISION] = str(revision)
        if former:
            history = [each for each in found.get(HISTORY, "").split(",") if each]
            while history and len(",".join([*history, str(former)])) > _HISTORY_CHARACTERS:
                history.pop(0)
            found[HISTORY] = ",".join([*history, str(former)])
    return found


def make(deployment: apps_v1.Deployment, revision: int) -> apps_v1.ReplicaSet:
    """A ReplicaSet for the present template, of no size yet."""
    mark = template_hash(deployment.spec.template, deployment.status.collision_count)
    labels = {**deployment.spec.template.metadata.labels, HASH: mark}
    template = msgspec.structs.replace(
        deployment.spec.template, metadata=msgspec.structs.replace(deployment.spec.template.metadata, labels=labels)
    )
    selector = deployment.spec.selector or meta_v1.LabelSelector()
    found = apps_v1.ReplicaSet(
        metadata=meta_v1.ObjectMeta(
            name=f"{deployment.metadata.name[: names.SUBDOMAIN_MAX - 1 - len(mark)]}-{mark}",
            namespace=deployment.metadata.namespace,
            labels=labels,
            owner_references=[owners.controller_reference(deployment)],
        ),
        spec=apps_v1.ReplicaSetSpec(
            replicas=0,
            min_ready_seconds=deployment.spec.min_ready_seconds,
            selector=msgspec.structs.replace(selector, match_labels={**selector.match_labels, HASH: mark}),
            template=template,
        ),
    )
    found.metadata.annotations = {**new_annotations(deployment, found, revision), **sizes_to_note(deployment)}
    return found


def to_clean_up(deployment: apps_v1.Deployment, old: Iterable[apps_v1.ReplicaSet]) -> list[apps_v1.ReplicaSet]:
    """Old ReplicaSets beyond ``spec.revisionHistoryLimit`` that are empty and known to be."""
    limit = deployment.spec.revision_history_limit
    if limit is None or limit == 2**31 - 1:
        return []
    alive = [each for each in by_age(old) if each.metadata.deletion_timestamp is None]
    surplus = sorted(alive, key=revision_of)[: max(len(alive) - limit, 0)]
    return [
        each
        for each in surplus
        if not each.status.replicas
        and not each.spec.replicas
        and each.metadata.generation <= each.status.observed_generation
    ]
