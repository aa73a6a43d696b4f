"""One version of a custom kind, ready to be served: how it is read, kept, written and shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from pykube.api import codec, strict
from pykube.api.apiextensions_v1 import CustomResourceDefinition, CustomResourceDefinitionVersion
from pykube.api.custom import CustomObject
from pykube.api.meta_v1 import ObjectMeta
from pykube.api.patch.apply.operations import Versions
from pykube.api.scheme import CustomResource, Subresource

from ..discovery import version_priority
from ..registry import Registry
from ..storage import Storage
from ..watch_cache import WatchCache
from .columns import printer
from .ownership import ServedVersions
from .pruning import META_FIELDS
from .schema import CompiledSchema, compile_schema
from .selectable_fields import extract
from .strategy import CustomStrategy

_WHOLE = ("get", "patch", "update")


class CustomModel:
    """How objects of one version are read."""

    type: type = CustomObject

    def __init__(self, resource: CustomResource, schema: CompiledSchema) -> None:
        self.api_version = resource.api_version
        self.kind = resource.kind
        self._schema = schema

    def strange(self, body: bytes) -> list[str]:
        """Duplicate and unknown fields; JSON without white space that has the length of its content repeats nothing."""
        doc = msgspec.json.decode(body)
        repeated = len(msgspec.json.encode(doc)) != len(body.rstrip())
        return [*(strict.duplicate_fields(body) if repeated else ()), *self._unknown(doc)]

    def unknown(self, doc: Any) -> list[str]:
        return self._unknown(codec.copy(doc))

    def _unknown(self, doc: Any) -> list[str]:
        """As `unknown`, but may change `doc`."""
        if not isinstance(doc, dict):
            return []
        found = strict.unknown_fields(ObjectMeta, doc.get("metadata"), "metadata")
        dropped: list[str] = []
        self._schema.prune({name: value for name, value in doc.items() if name not in META_FIELDS}, "", dropped)
        return [*found, *(f'unknown field "{path}"' for path in sorted(dropped))]

    def complete(self, obj: Any) -> None:
        self._schema.prune(obj.content, "", [])
        self._schema.complete(obj.content)

    def load(self, value: bytes) -> bytes:
        """An object as stored, in whatever version, as it is served in this one."""
        obj = codec.decode(CustomObject, value)
        obj.api_version = self.api_version
        self.complete(obj)
        return codec.encode(obj)


def storages(
    definition: CustomResourceDefinition, registry: Registry, terminating: Callable[[], bool]
) -> list[Storage]:
    """The ways to the objects of each version served; their caches are still to be filled."""
    stored = next(version.name for version in definition.spec.versions if version.storage)
    api_version = f"{definition.spec.group}/{stored}"
    versions = ServedVersions(definition)
    return [
        _storage(definition, version, registry, terminating, api_version, versions)
        for version in definition.spec.versions
        if version.served
    ]


def _storage(
    definition: CustomResourceDefinition,
    version: CustomResourceDefinitionVersion,
    registry: Registry,
    terminating: Callable[[], bool],
    stored_version: str,
    versions: Versions,
) -> Storage:
    resource = resource_of(definition, version)
    schema = compile_schema(version)
    model = CustomModel(resource, schema)
    cache = WatchCache(
        resource, registry.progress, convert=model.load, extract=extract(resource, version.selectable_fields)
    )
    scale = version.subresources.scale if version.subresources is not None else None
    return Storage(
        cache,
        registry.store,
        CustomStrategy(resource, schema, scale, terminating),
        registry.clock,
        stored=_stored(resource.api_version, stored_version),
        model=model,
        printer=printer(version.additional_printer_columns),
        versions=versions,
    )


def _stored(served: str, stored: str) -> Callable[[bytes], bytes] | None:
    """What puts the version that is stored in the place of the one that is served: the first field of an object."""
    if served == stored:
        return None
    old, new = b'{"apiVersion":"%b"' % served.encode(), b'{"apiVersion":"%b"' % stored.encode()
    return lambda value: new + value.removeprefix(old)


def resource_of(definition: CustomResourceDefinition, version: CustomResourceDefinitionVersion) -> CustomResource:
    """One version as discovery shows it, under the names that were accepted."""
    spec, names = definition.spec, definition.status.accepted_names
    subresources = []
    if version.subresources is not None and version.subresources.status is not None:
        subresources.append(Subresource("status", _WHOLE))
    if version.subresources is not None and version.subresources.scale is not None:
        subresources.append(Subresource("scale", _WHOLE, kind="Scale", group="autoscaling", version="v1"))
    return CustomResource(
        spec.group,
        version.name,
        names.kind,
        names.plural,
        namespaced=spec.scope == "Namespaced",
        short_names=tuple(names.short_names),
        categories=tuple(names.categories),
        subresources=tuple(subresources),
        singular_name=names.singular,
        list_kind=names.list_kind,
        deprecation=_deprecation(definition, version),
    )


def _deprecation(definition: CustomResourceDefinition, version: CustomResourceDefinitionVersion) -> str:
    """What clients of a deprecated version are told: which newer one there is, unless the definition says something."""
    if not version.deprecated:
        return ""
    if version.deprecation_warning is not None:
        return version.deprecation_warning
    group, kind = definition.spec.group, definition.spec.names.kind
    newer = sorted(
        (
            other.name
            for other in definition.spec.versions
            if other.served and not other.deprecated and version_priority(other.name) < version_priority(version.name)
        ),
        key=version_priority,
    )
    text = f"{group}/{version.name} {kind} is deprecated"
    return f"{text}; use {group}/{newer[0]} {kind}" if newer else text
