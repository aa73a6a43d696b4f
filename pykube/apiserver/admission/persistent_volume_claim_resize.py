"""PersistentVolumeClaimResize: a claim grows only where its class says that its volumes can."""

from __future__ import annotations

from pykube.api import core_v1, storage_v1
from pykube.api.quantity import Quantity

from .. import statuses
from ..write import Operation, Write

_CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class"
_ZERO = Quantity.of(0)


async def persistent_volume_claim_resize(write: Write) -> None:
    """Look at a claim that asks for more than before.

    Raises:
        Forbidden: it is not bound yet, or its volume cannot grow.
    """
    if write.operation is not Operation.UPDATE or not write.is_for("persistentvolumeclaims"):
        return
    new: core_v1.PersistentVolumeClaim = write.object
    old: core_v1.PersistentVolumeClaim = write.old
    if _size(new) <= _size(old):
        return
    if old.status.phase != "Bound":
        why = "Only bound persistent volume claims can be expanded"
        raise statuses.forbidden(write.resource, write.name, why)
    name = _class_of(new)
    found = write.registry.find(storage_v1.StorageClass, name) if name and name == _class_of(old) else None
    if found is None or not found.allow_volume_expansion:
        why = (
            "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must "
            "support resize"
        )
        raise statuses.forbidden(write.resource, write.name, why)


def _size(claim: core_v1.PersistentVolumeClaim) -> Quantity:
    return claim.spec.resources.requests.get("storage", _ZERO)


def _class_of(claim: core_v1.PersistentVolumeClaim) -> str:
    return claim.metadata.annotations.get(_CLASS_ANNOTATION) or claim.spec.storage_class_name or ""
