"""StorageObjectInUseProtection: claims, volumes and classes of volumes stay until nobody uses them any more.

Controllers of the same purpose take the finalizers away.
"""

from __future__ import annotations

from typing import Final

from ..write import Operation, Write

FINALIZERS: Final = {
    "persistentvolumes": "kubernetes.io/pv-protection",
    "persistentvolumeclaims": "kubernetes.io/pvc-protection",
    "volumeattributesclasses.storage.k8s.io": "kubernetes.io/vac-protection",
}
"""By kind, as ``plural.group``."""


async def storage_object_in_use_protection(write: Write) -> None:
    """Add the finalizer of the kind to a new object."""
    if write.operation is not Operation.CREATE or write.subresource:
        return
    finalizer = FINALIZERS.get(write.resource.group_resource)
    if finalizer is not None and finalizer not in write.object.metadata.finalizers:
        write.object.metadata.finalizers = [*write.object.metadata.finalizers, finalizer]
