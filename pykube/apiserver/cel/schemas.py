"""The types of custom objects, from their structural schemas.

Sizes are what upstream assumes: without a limit in the schema, as much as fits into a request of 3 MiB.

Source: k8s.io/apiserver, pkg/cel/common/schemas.go, and pkg/cel/limits.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from pykube.api.apiextensions_v1 import JSONSchemaProps

from . import types
from .escaping import escape
from .types import Type
from .views import view_of

REQUEST_BYTES: Final = 3 * 1024 * 1024
"""The largest request there can be."""
_STRING: Final = REQUEST_BYTES - 2
_SPECIAL: Final[Mapping[str, tuple[Type, int, int]]] = {
    "duration": (types.DURATION, 32, 3),
    "date": (types.TIMESTAMP, 12, 12),
    "date-time": (types.TIMESTAMP, 32, 21),
}
"""Formats of strings that have a type of their own: that, the longest text and the fewest bytes."""
_META: Final = JSONSchemaProps(
    type="object",
    properties={"name": JSONSchemaProps(type="string"), "generateName": JSONSchemaProps(type="string")},
)
_KEY: Final = replace(types.STRING, size=0)
"""Keys of maps: how long they are plays no part in estimates."""
ROOT_PROPERTIES: Final[Mapping[str, JSONSchemaProps]] = {
    "apiVersion": JSONSchemaProps(type="string"),
    "kind": JSONSchemaProps(type="string"),
    "metadata": _META,
}
"""What rules see of every whole object, whatever its schema says."""


def of_schema(schema: JSONSchemaProps, *, root: bool = False, name: str = "selfType") -> Type | None:
    """The type of values of a schema; None if rules cannot see them, since the schema does not say what they are.

    `root` tells that they are whole objects, and `name` is what the type of an object is called.
    """
    found = _type(with_meta(schema) if root else schema, name)
    return replace(found, view=view_of(with_meta(schema) if root else schema)) if found is not None else None


def with_meta(schema: JSONSchemaProps) -> JSONSchemaProps:
    """The schema of whole objects with what they all have, unless it says that itself."""
    if all(_says(schema, name, one) for name, one in ROOT_PROPERTIES.items()):
        return schema
    return JSONSchemaProps(
        type="object",
        properties={**schema.properties, **ROOT_PROPERTIES},
        required=schema.required,
        x_kubernetes_embedded_resource=schema.x_kubernetes_embedded_resource,
        x_kubernetes_preserve_unknown_fields=schema.x_kubernetes_preserve_unknown_fields,
    )


def _says(schema: JSONSchemaProps, name: str, wanted: JSONSchemaProps) -> bool:
    found = schema.properties.get(name)
    if found is None or found.type != wanted.type:
        return False
    return all(_says(found, inner, one) for inner, one in wanted.properties.items())


def _type(schema: JSONSchemaProps, name: str) -> Type | None:
    if schema.x_kubernetes_int_or_string:
        return replace(types.DYN, size=_length(schema, 4))
    if schema.x_kubernetes_embedded_resource:
        schema = with_meta(schema)
    match schema.type:
        case "array":
            return _list(schema, name)
        case "object":
            return _object(schema, name)
        case "string":
            return _string(schema)
        case "boolean":
            return types.BOOL
        case "number":
            return types.DOUBLE
        case "integer":
            return types.INT
    return None


def _length(schema: JSONSchemaProps, width: int) -> int:
    """The longest text in units of which a character takes up to `width`."""
    return max(schema.max_length, 0) * width if schema.max_length is not None else _STRING


def _list(schema: JSONSchemaProps, name: str) -> Type | None:
    item = _type(schema.items, f"{name}.@idx") if isinstance(schema.items, JSONSchemaProps) else None
    if item is None:
        return None
    most = max(schema.max_items, 0) if schema.max_items is not None else _STRING // (item.min_bytes + 1)
    return types.list_of(item, most)


def _object(schema: JSONSchemaProps, name: str) -> Type | None:
    extra = schema.additional_properties
    if isinstance(extra, JSONSchemaProps):
        value = _type(extra, f"{name}.@elem")
        if value is None:
            return None
        limit = schema.max_properties
        most = max(limit, 0) if limit is not None else _STRING // (value.min_bytes + 6)
        return types.map_of(_KEY, value, most)
    fields: dict[str, Type] = {}
    least = 2
    for key, one in schema.properties.items():
        escaped = escape(key)
        found = _type(one, f"{name}.{escaped or key}")
        if found is None:
            continue
        if escaped is not None:
            fields[escaped] = found
        if key in schema.required and one.default is None:
            least += len(key) + found.min_bytes + 4
    return replace(types.object_of(name, fields), min_bytes=least)


def _string(schema: JSONSchemaProps) -> Type:
    if schema.format == "byte":
        return replace(types.BYTES, size=_length(schema, 1))
    if schema.format in _SPECIAL:
        kind, longest, least = _SPECIAL[schema.format]
        return replace(kind, size=longest, min_bytes=least)
    if schema.max_length is None and schema.enum:
        longest = max((len(one.encode()) for one in schema.enum if isinstance(one, str)), default=0)
        return replace(types.STRING, size=longest)
    return replace(types.STRING, size=_length(schema, 4))
