"""One version of a custom kind, ready to be served: how it is read, kept, written and shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
from ..storage import Storage, ToStored
from ..watch_cache import WatchCache
from ..webhooks.client import WebhookClient
from .columns import printer
from .conversion import Converter, WebhookConverter, renamed
from .converted_cache import ConvertedCache
from .custom_cache import CustomCache
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


@dataclass(frozen=True, slots=True)
class _Kind:
    """What all versions of a kind share."""

    definition: CustomResourceDefinition
    registry: Registry
    terminating: Callable[[], bool]
    versions: Versions
    stored: CustomModel
    converter: Converter | None
    """Who turns one version into another; None where they differ in nothing but their names."""


def storages(
    definition: CustomResourceDefinition,
    registry: Registry,
    terminating: Callable[[], bool],
    webhooks: WebhookClient,
) -> list[Storage]:
    """The ways to the objects of each version served, the stored one first; their caches are still to be filled.

    Raises:
        ValueError: the definition does not say where its conversion webhook is reached.
    """
    stored = next(version for version in definition.spec.versions if version.storage)
    conversion = definition.spec.conversion
    by_webhook = conversion is not None and conversion.strategy == "Webhook" and len(definition.spec.versions) > 1
    converter = WebhookConverter(webhooks, definition) if by_webhook else None
    kind = _Kind(
        definition,
        registry,
        terminating,
        ServedVersions(definition, converter),
        CustomModel(resource_of(definition, stored), compile_schema(stored)),
        converter,
    )
    served = [version for version in definition.spec.versions if version.served]
    return [_storage(kind, version) for version in sorted(served, key=lambda version: not version.storage)]


def _storage(kind: _Kind, version: CustomResourceDefinitionVersion) -> Storage:
    resource = resource_of(kind.definition, version)
    schema = compile_schema(version)
    model = CustomModel(resource, schema)
    scale = version.subresources.scale if version.subresources is not None else None
    return Storage(
        _cache(kind, resource, model, version),
        kind.registry.store,
        CustomStrategy(resource, schema, scale, kind.terminating),
        kind.registry.clock,
        stored=_to_stored(kind, resource.api_version),
        model=model,
        printer=printer(version.additional_printer_columns),
        versions=kind.versions,
    )


def _cache(
    kind: _Kind, resource: CustomResource, model: CustomModel, version: CustomResourceDefinitionVersion
) -> WatchCache:
    registry, fields = kind.registry, extract(resource, version.selectable_fields)
    stored = kind.stored.api_version
    if kind.converter is None:
        return CustomCache(resource, registry.progress, stored, convert=model.load, extract=fields)
    return ConvertedCache(
        resource, registry.progress, stored, kind.converter, registry.clock, complete=model.load, extract=fields
    )


def _to_stored(kind: _Kind, served: str) -> ToStored | None:
    """What puts the version that is stored in the place of the one that is served."""
    stored, converter = kind.stored.api_version, kind.converter
    if served == stored:
        return None

    async def rename(value: bytes) -> bytes:
        return renamed(value, stored)

    async def convert(value: bytes) -> bytes:
        [converted] = await converter.convert([value], stored) if converter is not None else [value]
        return kind.stored.load(converted)

    return rename if converter is None else convert


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
