"""CustomResourceDefinitions: what they are stored in is noted, and they go only after their objects.

What else becomes of them is the work of pykube.apiserver.crd.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pykube.api import apiextensions_v1, conditions
from pykube.api.field_errors import FieldError

from ..crd import declared
from ..write import Write
from .workload import CountedConditionally

CLEANUP: Final = "customresourcecleanup.apiextensions.k8s.io"
"""The finalizer that stands until all custom objects are gone."""


class DefinitionStrategy(CountedConditionally):
    """CustomResourceDefinitions."""

    def prepare_create(self, write: Write) -> None:
        super().prepare_create(write)
        _note_stored(write.object)

    def prepare_update(self, write: Write) -> None:
        super().prepare_update(write)
        _note_stored(write.object)

    def validate_create(self, write: Write) -> Sequence[FieldError]:
        return super().validate_create(write) or list(declared.check(write.object))

    def validate_update(self, write: Write) -> Sequence[FieldError]:
        found = super().validate_update(write)
        # What was wrong before must not keep finalizers from being removed.
        if found or write.object.spec == write.old.spec:
            return found
        return list(declared.check(write.object))

    def finalizers(self, obj: Any) -> Sequence[str]:
        found = list(obj.metadata.finalizers)
        return found if obj.metadata.deletion_timestamp is not None else [*found, CLEANUP]

    def prepare_deletion(self, obj: Any) -> None:
        if CLEANUP not in obj.metadata.finalizers:
            obj.metadata.finalizers = [*obj.metadata.finalizers, CLEANUP]
        pending = apiextensions_v1.CustomResourceDefinitionCondition(
            type="Terminating",
            status="True",
            reason="InstanceDeletionPending",
            message="CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
        )
        conditions.put(obj.status.conditions, pending, obj.metadata.deletion_timestamp)


def _note_stored(definition: apiextensions_v1.CustomResourceDefinition) -> None:
    """From now on there may be objects in the version that is stored."""
    stored = definition.status.stored_versions
    for version in definition.spec.versions:
        if version.storage and version.name not in stored:
            definition.status.stored_versions = stored = [*stored, version.name]
