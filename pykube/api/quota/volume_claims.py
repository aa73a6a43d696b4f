"""PersistentVolumeClaims: how many and how much storage, altogether and of each class."""

from __future__ import annotations

from collections.abc import Collection

from .. import core_v1
from ..quantity import Quantity
from .amounts import ONE
from .charge import VOLUME_ATTRIBUTES_CLASS, Charge

COUNT = "count/persistentvolumeclaims"
_OF_CLASS = ".storageclass.storage.k8s.io/"
_EACH = ("persistentvolumeclaims", "requests.storage")
_CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class"


def names(hard: Collection[str]) -> set[str]:
    """Those of `hard` that claims use."""
    ends = tuple(_OF_CLASS + name for name in _EACH)
    return {name for name in hard if name == COUNT or name in _EACH or name.endswith(ends)}


def charge(claim: core_v1.PersistentVolumeClaim) -> Charge:
    """What it asks for, or what it was given where that is more."""
    found = {COUNT: ONE, "persistentvolumeclaims": ONE}
    storage = _storage(claim)
    if storage is not None:
        found["requests.storage"] = storage
    if name := _class_of(claim):
        found.update({f"{name}{_OF_CLASS}{each}": found[each] for each in _EACH if each in found})
    attributes = frozenset(_attribute_classes(claim))
    scopes = frozenset((VOLUME_ATTRIBUTES_CLASS,)) if attributes else frozenset[str]()
    return Charge(found, scopes, {VOLUME_ATTRIBUTES_CLASS: attributes})


def _storage(claim: core_v1.PersistentVolumeClaim) -> Quantity | None:
    """In whole bytes."""
    asked = claim.spec.resources.requests.get("storage")
    if asked is None:
        return None
    given = claim.status.allocated_resources.get("storage")
    found = given if given is not None and given > asked else asked
    return found if found.is_integer else Quantity.of(found.value, found.notation)


def _class_of(claim: core_v1.PersistentVolumeClaim) -> str:
    return claim.metadata.annotations.get(_CLASS_ANNOTATION) or claim.spec.storage_class_name or ""


def _attribute_classes(claim: core_v1.PersistentVolumeClaim) -> set[str]:
    """The class that is wanted, the one that is in force and the one that is being set."""
    modify = claim.status.modify_volume_status
    named = (
        claim.spec.volume_attributes_class_name,
        claim.status.current_volume_attributes_class_name,
        modify.target_volume_attributes_class_name if modify is not None else "",
    )
    return {name for name in named if name}
