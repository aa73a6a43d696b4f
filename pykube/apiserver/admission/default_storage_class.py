"""DefaultStorageClass: a claim that names no class gets the default one, the newest where there are several."""

from __future__ import annotations

from pykube.api import core_v1, storage_v1

from ..write import Operation, Write
from .default_class import newest_default

ANNOTATIONS = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")
_CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class"


async def default_storage_class(write: Write) -> None:
    """Set the claim's class; a claim that says "" wants none."""
    if not write.is_for("persistentvolumeclaims") or write.operation is not Operation.CREATE:
        return
    claim: core_v1.PersistentVolumeClaim = write.object
    if claim.spec.storage_class_name is not None or _CLASS_ANNOTATION in claim.metadata.annotations:
        return
    found = newest_default(write.registry.list(storage_v1.StorageClass), ANNOTATIONS)
    if found is not None:
        claim.spec.storage_class_name = found
