"""DefaultStorageClass: a claim that names no class gets the default one, the newest where there are several."""

from __future__ import annotations

from datetime import UTC, datetime

from pykube.api import core_v1, storage_v1

from ..write import Operation, Write

ANNOTATIONS = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")
_CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class"
_LONG_AGO = datetime.fromtimestamp(0, UTC)


async def default_storage_class(write: Write) -> None:
    """Set the claim's class; a claim that says "" wants none."""
    if not write.is_for("persistentvolumeclaims") or write.operation is not Operation.CREATE:
        return
    claim: core_v1.PersistentVolumeClaim = write.object
    if claim.spec.storage_class_name is not None or _CLASS_ANNOTATION in claim.metadata.annotations:
        return
    defaults = [
        found
        for found in write.registry.list(storage_v1.StorageClass)
        if any(found.metadata.annotations.get(name) == "true" for name in ANNOTATIONS)
    ]
    if defaults:
        newest = min(defaults, key=lambda found: (-_born(found).timestamp(), found.metadata.name))
        claim.spec.storage_class_name = newest.metadata.name


def _born(found: storage_v1.StorageClass) -> datetime:
    return found.metadata.creation_timestamp or _LONG_AGO
