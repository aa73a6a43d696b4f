"""Owner references: who created an object and whose end is its end too."""

from __future__ import annotations

from typing import Protocol

from . import meta_v1


class Owned(Protocol):
    """An object with metadata."""

    metadata: meta_v1.ObjectMeta


class Owner(Protocol):
    """A top-level object, which knows its kind."""

    api_version: str
    kind: str
    metadata: meta_v1.ObjectMeta


def controller_of(obj: Owned) -> meta_v1.OwnerReference | None:
    """The one reference that says who manages `obj`, if any."""
    for reference in obj.metadata.owner_references:
        if reference.controller:
            return reference
    return None


def is_controlled_by(obj: Owned, owner: Owned) -> bool:
    """True when `owner` manages `obj`; names do not count, since a name can be taken again."""
    reference = controller_of(obj)
    return reference is not None and reference.uid == owner.metadata.uid


def is_owned_by(obj: Owned, owner: Owned) -> bool:
    """True when `owner` is among the owners of `obj`."""
    return any(reference.uid == owner.metadata.uid for reference in obj.metadata.owner_references)


def reference_to(owner: Owner) -> meta_v1.OwnerReference:
    """A reference to `owner` that does not make it the manager."""
    return meta_v1.OwnerReference(
        api_version=owner.api_version, kind=owner.kind, name=owner.metadata.name, uid=owner.metadata.uid
    )


def controller_reference(owner: Owner) -> meta_v1.OwnerReference:
    """A reference that makes `owner` the manager and lets a foreground deletion of it wait."""
    reference = reference_to(owner)
    reference.controller = True
    reference.block_owner_deletion = True
    return reference
