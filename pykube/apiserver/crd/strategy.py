"""The rules of custom objects.

Source: apiextensions-apiserver, pkg/registry/customresource.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pykube.api import codec, names
from pykube.api.apiextensions_v1 import CustomResourceSubresourceScale
from pykube.api.custom import CustomObject
from pykube.api.field_errors import FieldError
from pykube.api.patch.apply.field_sets import Fields
from pykube.api.scheme import CustomResource
from pykube.api.validation import meta
from pykube.errors import MethodNotAllowed

from .. import statuses
from ..resources.strategy import Strategy
from ..write import Write
from .scaling import CustomScaling
from .schema import CompiledSchema

_BUT_STATUS: Fields = {"f:metadata": {}, "f:spec": {}}


class CustomStrategy(Strategy):
    """One version of a custom kind; `terminating` tells whether its definition is being deleted."""

    generation = True
    unconditional_update = False

    def __init__(
        self,
        resource: CustomResource,
        schema: CompiledSchema,
        scale: CustomResourceSubresourceScale | None,
        terminating: Callable[[], bool],
    ) -> None:
        super().__init__(resource)
        self._schema = schema
        self._terminating = terminating
        self._scale = CustomScaling(scale) if scale is not None else None
        if self._scale is not None:
            self.scaling = self._scale

    def reset_fields(self, subresource: str) -> Fields:
        return _BUT_STATUS if subresource == "status" else super().reset_fields(subresource)

    def prepare_create(self, write: Write) -> None:
        if self._terminating():
            raise MethodNotAllowed(
                "create not allowed while custom resource definition is terminating", statuses.details(self.resource)
            )
        obj: CustomObject = write.object
        if self.has_status:
            obj.content.pop("status", None)
        obj.metadata.generation = 1
        write.warnings.extend(_finalizer_warnings(obj.metadata.finalizers))

    def validate_create(self, write: Write) -> Sequence[FieldError]:
        obj: CustomObject = write.object
        found = list(meta.object_meta(obj.metadata, names.dns_subdomain, namespaced=self.resource.namespaced))
        return [*found, *self._schema.validate(obj, warnings=write.warnings), *self._scale_errors(obj)]

    def prepare_update(self, write: Write) -> None:
        obj: CustomObject = write.object
        old: CustomObject = write.old
        if self.has_status:
            _take_status(obj.content, old.content)
        if obj.content != old.content:
            obj.metadata.generation = old.metadata.generation + 1
        new = [name for name in obj.metadata.finalizers if name not in old.metadata.finalizers]
        write.warnings.extend(_finalizer_warnings(new))

    def validate_update(self, write: Write) -> Sequence[FieldError]:
        obj: CustomObject = write.object
        old: CustomObject = write.old
        found = list(meta.object_meta_update(obj.metadata, old.metadata))
        return [*found, *self._schema.validate(obj, old, write.warnings), *self._scale_errors(obj)]

    def prepare_status(self, write: Write) -> None:
        """Everything but the status stays as it is, metadata included."""
        obj: CustomObject = write.object
        old: CustomObject = write.old
        content = codec.copy(old.content)
        _take_status(content, obj.content)
        managed_fields = obj.metadata.managed_fields
        obj.content, obj.metadata = content, codec.copy(old.metadata)
        obj.metadata.managed_fields = managed_fields

    def validate_status(self, write: Write) -> Sequence[FieldError]:
        obj: CustomObject = write.object
        old: CustomObject = write.old
        found = list(meta.object_meta_update(obj.metadata, old.metadata))
        return [*found, *self._schema.validate_status(obj, old, write.warnings), *self._scale_errors(obj)]

    def wished(self, obj: Any) -> Any:
        return obj.content

    def _scale_errors(self, obj: CustomObject) -> list[FieldError]:
        return self._scale.validate(obj.content) if self._scale is not None else []


_KNOWN_FINALIZERS = frozenset({"orphan", "foregroundDeletion", "kubernetes"})


def _finalizer_warnings(finalizers: Sequence[str]) -> list[str]:
    """New finalizers should say whose they are."""
    return [
        f'metadata.finalizers: "{name}": prefer a domain-qualified finalizer name '
        f"{'including a path (/) ' if '.' in name else ''}to avoid accidental conflicts with other finalizer writers"
        for name in sorted(finalizers)
        if "/" not in name and name not in _KNOWN_FINALIZERS
    ]


def _take_status(content: dict[str, Any], source: dict[str, Any]) -> None:
    """The status of `source`, or none if it has none."""
    if "status" in source:
        content["status"] = source["status"]
    else:
        content.pop("status", None)
