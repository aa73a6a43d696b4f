"""The types of whole objects, as the type checker of policies sees them: from Python types, and from custom schemas.

Source: k8s.io/apiserver, pkg/cel/common/schemas.go, over the OpenAPI schemas of the kinds.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from pykube.api import schema
from pykube.api.apiextensions_v1 import JSONSchemaProps
from pykube.api.meta_v1 import ObjectMeta
from pykube.api.microtime import MicroTime
from pykube.api.quantity import Quantity
from pykube.api.schema import FieldInfo, Struct

from ...cel.escaping import escape
from ...cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    Type,
    list_of,
    map_of,
    object_of,
)

_SCALARS: Final[Mapping[Any, Type]] = {
    str: STRING,
    int: INT,
    bool: BOOL,
    float: DOUBLE,
    bytes: BYTES,
    datetime: TIMESTAMP,
    MicroTime: TIMESTAMP,
    Quantity: STRING,
}
_FORMATS: Final[Mapping[str, Type]] = {
    "byte": BYTES,
    "duration": DURATION,
    "date": TIMESTAMP,
    "date-time": TIMESTAMP,
}


@functools.cache
def of_struct(cls: type[Struct], name: str) -> Type:
    """The type of a Struct, called `name`; those of its fields are made when they are looked at."""

    @functools.cache
    def fields() -> Mapping[str, Type]:
        found: dict[str, Type] = {}
        for key, info in schema.fields_of(cls).items():
            _declare(found, key, _of_field(info, f"{name}.{key}"))
        return found

    return object_of(name, _finder(fields))


def _finder(fields: Callable[[], Mapping[str, Type]]) -> Callable[[str], Type | None]:
    return lambda name: fields().get(name)


def _of_field(info: FieldInfo, name: str) -> Type:
    if info.is_list:
        return list_of(_of_value(info.item, f"{name}.@idx"))
    if info.is_map:
        return map_of(STRING, _of_value(info.item, f"{name}.@elem"))
    return _of_value(info.type, name)


def _of_value(found: Any, name: str) -> Type:
    """Numbers that may be names, and values of any form, are taken as they come."""
    if isinstance(found, type) and issubclass(found, Struct):
        return of_struct(found, name)
    return _SCALARS.get(found, DYN)


def of_custom(root: JSONSchemaProps, name: str) -> Type:
    """The type of a custom kind whose schema is `root`."""
    found = dict(_properties(root, name))
    found.update(kind=STRING, apiVersion=STRING, metadata=of_struct(ObjectMeta, f"{name}.metadata"))
    return object_of(name, found)


def _properties(found: JSONSchemaProps, name: str) -> Mapping[str, Type]:
    fields: dict[str, Type] = {}
    for key, below in found.properties.items():
        if (kind := _of_schema(below, f"{name}.{key}")) is not None:
            _declare(fields, key, kind)
    return fields


def _of_schema(found: JSONSchemaProps, name: str) -> Type | None:
    """The type of a place in a schema; None for what expressions cannot see."""
    if found.x_kubernetes_int_or_string:
        return DYN
    if found.x_kubernetes_embedded_resource:
        return of_custom(found, name)
    if found.type == "array":
        item = _of_schema(found.items, f"{name}.@idx") if isinstance(found.items, JSONSchemaProps) else None
        return list_of(item) if item is not None else None
    if found.type == "object":
        if isinstance(found.additional_properties, JSONSchemaProps):
            value = _of_schema(found.additional_properties, f"{name}.@elem")
            return map_of(STRING, value) if value is not None else None
        return object_of(name, _properties(found, name))
    if found.type == "string":
        return _FORMATS.get(found.format, STRING)
    return {"boolean": BOOL, "number": DOUBLE, "integer": INT}.get(found.type)


def _declare(fields: dict[str, Type], name: str, kind: Type) -> None:
    """Put a field under the name that it has in expressions; some have none."""
    if (identifier := escape(name)) is not None:
        fields[identifier] = kind
