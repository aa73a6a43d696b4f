"""From our types to OpenAPI schemas, in the dialect of version 2 or 3.

Source: what ``/openapi/v2`` and ``/openapi/v3`` of upstream say about the same types.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec

from pykube.api.microtime import MicroTime
from pykube.api.quantity import Quantity
from pykube.api.schema import (
    Enum,
    FieldInfo,
    Format,
    ListAtomic,
    ListMap,
    ListSet,
    MapAtomic,
    PatchMerge,
    PatchReplace,
    Retain,
    Struct,
    fields_of,
    is_atomic,
    strip,
)

from . import names
from .descriptions import Descriptions

Schema = dict[str, Any]

SCALARS: Mapping[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number", "format": "double"},
    bytes: {"type": "string", "format": "byte"},
}
LEAVES: Mapping[Any, str] = {datetime: names.TIME, MicroTime: names.MICRO_TIME, Quantity: names.QUANTITY}
"""Types that have a definition of their own though they are no structs."""

LEAF_SCHEMAS: Mapping[str, tuple[Schema, Schema]] = {
    names.TIME: ({"type": "string", "format": "date-time"},) * 2,
    names.MICRO_TIME: ({"type": "string", "format": "date-time"},) * 2,
    names.QUANTITY: ({"type": "string"}, {"oneOf": [{"type": "string"}, {"type": "number"}]}),
    names.INT_OR_STRING: (
        {"type": "string", "format": "int-or-string"},
        {"oneOf": [{"type": "integer"}, {"type": "string"}], "format": "int-or-string"},
    ),
    names.RAW_EXTENSION: ({"type": "object"},) * 2,
    names.FIELDS: ({"type": "object"},) * 2,
    names.PATCH: ({"type": "object"},) * 2,
    names.ANY_JSON: ({}, {}),
    **dict.fromkeys(names.SCHEMA_UNIONS.values(), ({}, {})),
}
"""The definitions of such types in version 2 and in version 3."""

NAMED_DEFAULTS: Mapping[tuple[str, str], Any] = {
    ("ContainerPort", "protocol"): "TCP",
    ("ServicePort", "protocol"): "TCP",
    ("DeviceToleration", "operator"): "Equal",
}
"""Defaults that the merging of lists depends on, as they are part of an item's key."""

OPEN_KINDS = ("DeleteOptions", "WatchEvent")
"""Kinds of meta.k8s.io that belong to every group version."""


class Dialect:
    """Version 2 or 3 of OpenAPI."""

    def __init__(self, version: int) -> None:
        self.version = version
        self.prefix = "#/definitions/" if version == 2 else "#/components/schemas/"

    def reference(self, name: str) -> Schema:
        """A bare reference."""
        return {"$ref": self.prefix + name}

    def wrapped(self, name: str, extra: Schema) -> Schema:
        """A reference with more keys beside it, which version 3 allows only around an ``allOf``."""
        if self.version == 2 or not extra:
            return {**self.reference(name), **extra}
        return {"allOf": [self.reference(name)], **extra}

    def leaf(self, name: str) -> Schema:
        """The definition of a type that is no struct."""
        return LEAF_SCHEMAS[name][self.version - 2]


V2, V3 = Dialect(2), Dialect(3)


def definition(
    cls: type[Struct],
    dialect: Dialect,
    descriptions: Descriptions,
    group_versions: Iterable[tuple[str, str]] = (),
) -> Schema:
    """The schema of a struct; `group_versions` are those that are served, for kinds which belong to all."""
    fields = fields_of(cls)
    found: Schema = {"type": "object"}
    if description := descriptions.of_type(cls):
        found["description"] = description
    if fields:
        found["properties"] = _properties(cls, dialect, descriptions.of_fields(cls))
    if required := [name for name, field in fields.items() if field.required]:
        found["required"] = required
    if is_atomic(cls):
        found["x-kubernetes-map-type"] = "atomic"
    if kinds := group_version_kinds(cls, group_versions):
        found["x-kubernetes-group-version-kind"] = kinds
    return found


def _properties(cls: type[Struct], dialect: Dialect, texts: Mapping[str, str]) -> Schema:
    fields = fields_of(cls)
    declared = {found.encode_name: found for found in msgspec.structs.fields(cls)}
    return {
        name: _property(cls, fields[name], declared[name], dialect, texts.get(fields[name].attribute, ""))
        for name in sorted(fields)
    }


def group_version_kinds(cls: type[Struct], group_versions: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Of which kinds a struct is the type; empty for structs that are only parts of others."""
    fields = fields_of(cls)
    if "kind" not in fields or "apiVersion" not in fields:
        return [_kind(*one, cls.__name__) for one in group_versions] if cls.__name__ in OPEN_KINDS else []
    if cls.__name__ in OPEN_KINDS:
        return [_kind(*one, cls.__name__) for one in group_versions]
    if fields["kind"].required:
        return []
    if cls.__module__.endswith("meta_v1"):
        return [_kind("", "v1", cls.__name__)]
    empty = cls()
    api_version, kind = getattr(empty, "api_version", ""), getattr(empty, "kind", "")
    group, _, version = api_version.rpartition("/")
    return [_kind(group, version, kind)] if version and kind else []


def _kind(group: str, version: str, kind: str) -> dict[str, str]:
    return {"group": group, "kind": kind, "version": version}


def _property(
    cls: type[Struct],
    field: FieldInfo,
    declared: msgspec.structs.FieldInfo,
    dialect: Dialect,
    text: str,
) -> Schema:
    extra = _extensions(field)
    if text:
        extra["description"] = text
    if dialect.version == 3:
        extra |= _default(cls, field, declared)
    return _typed(field.type, field.annotations, dialect, extra, owner=cls, name=field.name)


def _typed(
    kind: Any,
    annotations: Iterable[object],
    dialect: Dialect,
    extra: Schema,
    *,
    owner: type[Struct],
    name: str,
) -> Schema:
    """The schema of a type with `extra` keys beside it."""
    if get_origin(kind) is list:
        item, item_annotations = strip(get_args(kind)[0])
        return {"type": "array", "items": _item(item, item_annotations, dialect, owner, name), **extra}
    if get_origin(kind) is dict:
        value, value_annotations = strip(get_args(kind)[1])
        values = _item(value, value_annotations, dialect, owner, name)
        return {"type": "object", "additionalProperties": values, **extra}
    if (reference := referenced(kind, owner, name)) is not None:
        return dialect.wrapped(reference, extra)
    found = dict(SCALARS[kind])
    for annotation in annotations:
        if isinstance(annotation, Format):
            found["format"] = annotation.name
        elif isinstance(annotation, Enum):
            found["enum"] = sorted(annotation.values)
    return {**found, **extra}


def _item(kind: Any, annotations: Iterable[object], dialect: Dialect, owner: type[Struct], name: str) -> Schema:
    """The schema of a list's items or a map's values."""
    return _typed(kind, annotations, dialect, {}, owner=owner, name=name)


def _zero(kind: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, Struct):
        return {}
    return {str: "", int: 0, bool: False}.get(kind)


def referenced(kind: Any, owner: type[Struct], name: str) -> str | None:
    """The definition that a type refers to; None for scalars, lists and maps."""
    if isinstance(kind, type) and issubclass(kind, Struct):
        return names.definition_name(kind)
    if kind in LEAVES:
        return LEAVES[kind]
    if get_origin(kind) in (Union, UnionType):
        alternatives = set(get_args(kind))
        if alternatives == {int, str}:
            return names.INT_OR_STRING
        (other,) = (one for one in alternatives if not (isinstance(one, type) and issubclass(one, Struct)))
        return names.SCHEMA_UNIONS["bool" if other is bool else "array" if _holds_structs(other) else "strings"]
    if kind is Any:
        if name == "fieldsV1":
            return names.FIELDS
        return names.ANY_JSON if owner.__module__.endswith("apiextensions_v1") else names.RAW_EXTENSION
    return None


def _holds_structs(kind: Any) -> bool:
    """Whether a list's items are structs."""
    item = strip(get_args(kind)[0])[0]
    return isinstance(item, type) and issubclass(item, Struct)


def _extensions(field: FieldInfo) -> Schema:
    """How lists and maps are merged."""
    found: Schema = {}
    for annotation in field.annotations:
        if isinstance(annotation, ListMap):
            found["x-kubernetes-list-map-keys"] = list(annotation.keys)
            found["x-kubernetes-list-type"] = "map"
        elif annotation is ListSet:
            found["x-kubernetes-list-type"] = "set"
        elif annotation is ListAtomic:
            found["x-kubernetes-list-type"] = "atomic"
        elif annotation is MapAtomic:
            found["x-kubernetes-map-type"] = "atomic"
        elif annotation is PatchReplace:
            found["x-kubernetes-patch-strategy"] = "replace"
        elif isinstance(annotation, PatchMerge | Retain):
            found |= _patch(annotation)
    return found


def _patch(annotation: PatchMerge | Retain) -> Schema:
    merges = isinstance(annotation, PatchMerge) or annotation.merge or bool(annotation.key)
    strategies = ["merge"] if merges else []
    if isinstance(annotation, Retain):
        strategies.append("retainKeys")
    found: Schema = {"x-kubernetes-patch-strategy": ",".join(strategies)}
    if annotation.key:
        found["x-kubernetes-patch-merge-key"] = annotation.key
    return found


def _default(cls: type[Struct], field: FieldInfo, declared: msgspec.structs.FieldInfo) -> Schema:
    """The value of an absent field where it is not null: structs held by value, and fields always written."""
    named = NAMED_DEFAULTS.get((cls.__name__, field.name))
    if named is not None:
        return {"default": named}
    if declared.default_factory is msgspec.NODEFAULT or field.is_list or field.is_map:
        return {}
    if isinstance(field.type, type) and issubclass(field.type, Struct):
        return {"default": {}}
    if field.name in ("apiVersion", "kind") and not field.required:
        return {}
    zero = _zero(field.type)
    return {} if zero is None else {"default": zero}


def closure(roots: Iterable[type[Struct]]) -> tuple[list[type[Struct]], set[str]]:
    """The structs that `roots` consist of, and the names of other definitions they refer to."""
    structs: dict[type[Struct], None] = {}
    leaves: set[str] = set()
    waiting = list(roots)
    while waiting:
        cls = waiting.pop()
        if cls in structs:
            continue
        structs[cls] = None
        for field in fields_of(cls).values():
            for kind in _parts(field.type):
                if isinstance(kind, type) and issubclass(kind, Struct):
                    waiting.append(kind)
                elif (reference := referenced(kind, cls, field.name)) is not None:
                    leaves.add(reference)
    return sorted(structs, key=names.definition_name), leaves


def _parts(kind: Any) -> Iterator[Any]:
    """The type itself, or what a list or map of it holds."""
    if get_origin(kind) in (list, dict):
        yield from _parts(strip(get_args(kind)[-1])[0])
    else:
        yield kind
