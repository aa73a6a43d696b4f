"""Volumes, claims, and their classes."""

from __future__ import annotations

from collections.abc import Iterator

from pykube.api import core_v1, storage_v1
from pykube.api.field_errors import METADATA, SPEC, Path

from .node_labels import DEPRECATED, of_terms
from .volumes import of_claim_spec, of_persistent

_CLASS = "volume.beta.kubernetes.io/storage-class"
_OF_VOLUMES = {
    _CLASS: 'deprecated since v1.8; use "storageClassName" attribute instead',
    "volume.beta.kubernetes.io/mount-options": 'deprecated since v1.31; use "mountOptions" attribute instead',
}
_ANNOTATIONS = METADATA.child("annotations")


def of_volume(new: core_v1.PersistentVolume, old: core_v1.PersistentVolume | None) -> Iterator[str]:
    for key, message in _OF_VOLUMES.items():
        if key in new.metadata.annotations:
            yield f"{_ANNOTATIONS.key(key)}: {message}"
    if new.spec.persistent_volume_reclaim_policy == "Recycle":
        yield (
            "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended "
            "approach is to use dynamic provisioning."
        )
    affinity = new.spec.node_affinity
    if affinity is not None and affinity.required is not None:
        path = SPEC.child("nodeAffinity").child("required").child("nodeSelectorTerms")
        yield from of_terms(path, affinity.required.node_selector_terms)
    yield from of_persistent(SPEC, new.spec)


def of_claim(new: core_v1.PersistentVolumeClaim, old: core_v1.PersistentVolumeClaim | None) -> Iterator[str]:
    if _CLASS in new.metadata.annotations:
        yield f'{_ANNOTATIONS.key(_CLASS)}: deprecated since v1.8; use "storageClassName" attribute instead'
    yield from of_claim_spec(SPEC, new.spec)


def of_class(new: storage_v1.StorageClass, old: storage_v1.StorageClass | None) -> Iterator[str]:
    for index, topology in enumerate(new.allowed_topologies):
        for number, expression in enumerate(topology.match_label_expressions):
            if (message := DEPRECATED.get(expression.key)) is not None:
                place = Path("allowedTopologies").index(index).child("matchLabelExpressions").index(number)
                yield f"{place.child('key')}: {message}"


def of_capacity(new: storage_v1.CSIStorageCapacity, old: storage_v1.CSIStorageCapacity | None) -> Iterator[str]:
    if new.node_topology is None:
        return
    path = Path("nodeTopology")
    for index, expression in enumerate(new.node_topology.match_expressions):
        if (message := DEPRECATED.get(expression.key)) is not None:
            yield f"{path.child('matchExpressions').index(index).child('key')}: {expression.key} is {message}"
    for label in new.node_topology.match_labels:
        if (message := DEPRECATED.get(label)) is not None:
            yield f"{path.child('matchLabels').child(label)}: {message}"


def of_driver(new: storage_v1.CSIDriver, old: storage_v1.CSIDriver | None) -> Iterator[str]:
    requests = new.spec.token_requests
    changed = old is None or requests != old.spec.token_requests
    if requests and changed and new.spec.service_account_token_in_secrets is None:
        yield (
            "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent "
            "possible logging of tokens in volume attributes"
        )
