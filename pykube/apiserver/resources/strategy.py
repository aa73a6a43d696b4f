"""What a kind does differently from all others; this is the default, which most kinds keep.

The rules are those of upstream's ``pkg/registry/*/strategy.go``: what a create resets, what an update may not touch,
when the generation rises, how a deletion is delayed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pykube.api import meta_v1, validation
from pykube.api.field_errors import FieldError
from pykube.api.patch.apply.field_sets import Fields
from pykube.api.scheme import Resource

from ..write import Write
from .scaling import Scaling

_NOTHING: Fields = {}
_STATUS: Fields = {"f:status": {}}
_BUT_STATUS: Fields = {
    "f:spec": {},
    "f:metadata": {"f:labels": {}, "f:deletionTimestamp": {}, "f:ownerReferences": {}},
}


class Strategy:
    """The rules of one resource; subclasses change single ones."""

    generation = False
    """Whether ``metadata.generation`` counts the changes of what is wished for."""
    unconditional_update = True
    """Whether an update without resourceVersion wins over whatever is there."""
    create_on_update = False
    """Whether a PUT to a name that is not there creates it."""
    returns_deleted = False
    """Whether a deletion answers the object instead of a Status."""
    orphans_by_default = False
    """Whether a deletion without propagation policy leaves the dependents alive."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.scaling = Scaling()
        self.has_status = resource.subresource("status") is not None

    def reset_fields(self, subresource: str) -> Fields:
        """What a write through `subresource` ("" is the object itself) cannot change: nobody owns it on that way."""
        if subresource == "status":
            return _BUT_STATUS
        return _STATUS if self.has_status and not subresource else _NOTHING

    # Create

    def prepare_create(self, write: Write) -> None:
        """Reset what a client may not set on a new object."""
        obj = write.object
        if self.has_status:
            obj.status = type(obj.status)()
        if self.generation:
            obj.metadata.generation = 1

    def validate_create(self, write: Write) -> Sequence[FieldError]:
        """What is wrong with a new object."""
        return validation.validate_create(write.object)

    # Update

    def prepare_update(self, write: Write) -> None:
        """Put back what an update of the object itself may not touch, and count the generation."""
        obj, old = write.object, write.old
        if self.has_status:
            obj.status = old.status
        if self.generation and self.wished(obj) != self.wished(old):
            obj.metadata.generation = old.metadata.generation + 1

    def validate_update(self, write: Write) -> Sequence[FieldError]:
        """What is wrong with a changed object."""
        return validation.validate_update(write.object, write.old)

    def prepare_status(self, write: Write) -> None:
        """An update of the status subresource changes the status and little else."""
        obj, old = write.object, write.old
        for name in obj.__struct_fields__:
            if name not in ("metadata", "status"):
                setattr(obj, name, getattr(old, name))
        obj.metadata.labels = old.metadata.labels
        obj.metadata.deletion_timestamp = old.metadata.deletion_timestamp
        obj.metadata.owner_references = old.metadata.owner_references

    def validate_status(self, write: Write) -> Sequence[FieldError]:
        """What is wrong with a changed status."""
        return validation.validate_status_update(write.object, write.old)

    def wished(self, obj: Any) -> Any:
        """The part of an object whose change raises the generation."""
        return getattr(obj, "spec", None)

    async def allocate(self, write: Write) -> None:
        """Take what the object needs from a pool, after validation; ``write.release`` gives it back."""

    # Delete

    def grace(self, obj: Any, options: meta_v1.DeleteOptions) -> int | None:
        """How long the deletion is to wait, in seconds; None for kinds that are deleted at once."""
        return None

    def finalizers(self, obj: Any) -> Sequence[str]:
        """What has to be done before the object may go."""
        return list(obj.metadata.finalizers)

    def prepare_deletion(self, obj: Any) -> None:
        """Change an object whose deletion has begun and cannot be finished yet."""

    def deleted(self, obj: Any) -> None:
        """The object is gone: give back what it held."""
