"""A custom kind as server-side apply sees it: which parts of its objects have owners of their own.

Source: k8s.io/kube-openapi, pkg/schemaconv.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import msgspec

from pykube.api import codec
from pykube.api.apiextensions_v1 import CustomResourceDefinition, JSONSchemaProps
from pykube.api.custom import CustomObject
from pykube.api.meta_v1 import ObjectMeta
from pykube.api.patch.apply.nodes import ANY, LEAF, Kind, Node, of_custom, of_struct

from ..versions import ConversionNeeded
from .conversion import Converter
from .pruning import META_FIELDS

_KEPT = 64
"""Converted objects that are kept for a while; one write needs a few for each version that has owners."""


class ServedVersions:
    """All served versions of a kind; without a converter, only apiVersion differs between them."""

    def __init__(self, definition: CustomResourceDefinition, converter: Converter | None = None) -> None:
        self._converter = converter
        self._converted: OrderedDict[tuple[bytes, str], Any] = OrderedDict()
        self._nodes: Mapping[str, Node] = {
            f"{definition.spec.group}/{version.name}": node_of_version(
                version.schema.open_apiv3_schema if version.schema is not None else None
            )
            for version in definition.spec.versions
            if version.served
        }

    def node(self, version: str) -> Node | None:
        """The type in a version; None when it is not served."""
        return self._nodes.get(version)

    def convert(self, doc: Any, version: str) -> Any:
        """An object in another version.

        Raises:
            ConversionNeeded: a webhook has to be asked first.
        """
        if self._converter is None or doc.get("apiVersion") == version:
            return {**doc, "apiVersion": version}
        key = (codec.encode(codec.from_dict(CustomObject, doc)), version)
        found = self._converted.get(key)
        if found is None:
            raise ConversionNeeded(lambda: self._supply(key))
        return codec.copy(found)

    async def _supply(self, key: tuple[bytes, str]) -> None:
        """Convert an object and keep it for those who will ask again right away."""
        value, version = key
        assert self._converter is not None
        [converted] = await self._converter.convert([value], version)
        self._converted[key] = msgspec.json.decode(converted)
        if len(self._converted) > _KEPT:
            self._converted.popitem(last=False)


def node_of_version(schema: JSONSchemaProps | None) -> Node:
    """The node of whole objects."""
    if schema is None or schema.x_kubernetes_preserve_unknown_fields:
        known = schema.properties if schema is not None else {}
        whole = of_custom({name: node_of(one) for name, one in known.items() if name not in META_FIELDS})
        whole.element = ANY
        return whole
    return of_custom({name: node_of(one) for name, one in schema.properties.items() if name not in META_FIELDS})


def node_of(schema: JSONSchemaProps) -> Node:
    """The node of one place in a schema."""
    if schema.type == "array":
        return _list(schema)
    if schema.type == "object" or (not schema.type and schema.properties):
        return _map(schema)
    return ANY if schema.x_kubernetes_preserve_unknown_fields and not schema.type else LEAF


def _map(schema: JSONSchemaProps) -> Node:
    if schema.x_kubernetes_map_type == "atomic":
        return LEAF
    fields = {name: node_of(one) for name, one in schema.properties.items()}
    if schema.x_kubernetes_embedded_resource:
        fields.update(apiVersion=LEAF, kind=LEAF, metadata=of_struct(ObjectMeta))
    extra = schema.additional_properties
    element = node_of(extra) if isinstance(extra, JSONSchemaProps) else None
    if element is None and (extra or schema.x_kubernetes_preserve_unknown_fields):
        element = ANY
    return Node(Kind.MAP, make_fields=lambda: fields, element=element)


def _list(schema: JSONSchemaProps) -> Node:
    items = schema.items if isinstance(schema.items, JSONSchemaProps) else None
    if schema.x_kubernetes_list_type == "set":
        return Node(Kind.SET, element=LEAF)
    if schema.x_kubernetes_list_type != "map" or items is None:
        return LEAF
    defaults = {name: one.default for name, one in items.properties.items()}
    return Node(
        Kind.LIST,
        element=node_of(items),
        keys={name: defaults.get(name) for name in schema.x_kubernetes_list_map_keys},
    )
