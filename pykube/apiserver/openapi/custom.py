"""Definitions of custom kinds: their schema, completed by what all objects have.

Source: apiextensions-apiserver, pkg/controller/openapi.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pykube.api import codec, meta_v1
from pykube.api.apiextensions_v1 import CustomResourceDefinitionVersion, JSONSchemaProps
from pykube.api.scheme import CustomResource

from . import names
from .schemas import Dialect, Schema

Schemas = Callable[[CustomResource], CustomResourceDefinitionVersion | None]
"""Gives a version of a custom kind, its schema in it, as its definition has it now."""

_LOGIC = ("allOf", "anyOf", "oneOf", "not")
_TEXTS = {
    "apiVersion": "APIVersion defines which group and version the object is written in.",
    "kind": "Which kind of object this is.",
    "metadata": "Standard object's metadata: name, labels and what else all objects have.",
}
"""Upstream's tests look for the first words of these in what kubectl explains."""


def no_schemas(resource: CustomResource) -> CustomResourceDefinitionVersion | None:
    """For servers without custom kinds."""
    return None


def definitions(resource: CustomResource, schemas: Schemas, dialect: Dialect) -> Iterator[tuple[str, Schema]]:
    """The definitions of a kind and of its lists, by name."""
    version = schemas(resource)
    source = version.schema.open_apiv3_schema if version is not None and version.schema is not None else None
    name = names.of_resource(resource)
    found = {**_object(source, dialect), "x-kubernetes-group-version-kind": [_kind(resource, resource.kind)]}
    if version is not None and version.selectable_fields:
        fields = [{"fieldPath": field.json_path.removeprefix(".")} for field in version.selectable_fields]
        found["x-kubernetes-selectable-fields"] = fields
    yield name, found
    yield (
        names.of_list(resource),
        {
            "description": f"{resource.kind} objects, or one page of them.",
            "type": "object",
            "required": ["items"],
            "properties": {
                **_type_meta(),
                "items": {"type": "array", "description": "The objects.", "items": dialect.reference(name)},
                "metadata": dialect.wrapped(names.definition_name(meta_v1.ListMeta), {"description": "Of the list."}),
            },
            "x-kubernetes-group-version-kind": [_kind(resource, resource.list_kind)],
        },
    )


def _kind(resource: CustomResource, kind: str) -> dict[str, str]:
    return {"group": resource.group, "version": resource.version, "kind": kind}


def _type_meta() -> Schema:
    return {name: {"type": "string", "description": _TEXTS[name]} for name in ("apiVersion", "kind")}


def _object(source: JSONSchemaProps | None, dialect: Dialect) -> Schema:
    """The schema of whole objects; without one, clients must not take any field for unknown."""
    if source is None or (dialect.version == 2 and source.x_kubernetes_preserve_unknown_fields):
        return {"type": "object"}
    found: Schema = codec.to_dict(source)
    _complete(found, dialect)
    found.setdefault("properties", {}).update(_meta(dialect))
    return found


def _meta(dialect: Dialect) -> Schema:
    metadata = dialect.wrapped(names.definition_name(meta_v1.ObjectMeta), {"description": _TEXTS["metadata"]})
    return {**_type_meta(), "metadata": metadata}


def _complete(schema: Any, dialect: Dialect) -> None:
    """Complete embedded objects; for version 2, take away what its clients cannot read."""
    if not isinstance(schema, dict):
        return
    for below in (*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")):
        _complete(below, dialect)
    if dialect.version == 2:
        _simplify(schema)
    if schema.get("x-kubernetes-embedded-resource") and (dialect.version == 3 or "properties" in schema):
        schema.setdefault("properties", {}).update(_meta(dialect))


def _simplify(schema: Schema) -> None:
    """Version 2 has no junctions and no null, and kubectl takes a schema with fields for one that knows them all."""
    for key in _LOGIC:
        schema.pop(key, None)
    nullable = {name for name, one in schema.get("properties", {}).items() if one.pop("was-nullable", False)}
    if nullable and "required" in schema:
        schema["required"] = [name for name in schema["required"] if name not in nullable]
        if not schema["required"]:
            del schema["required"]
    if schema.pop("nullable", False):
        for key in ("type", "items", "properties"):
            schema.pop(key, None)
        schema["was-nullable"] = True
    if schema.get("x-kubernetes-preserve-unknown-fields"):
        for key in ("items", "properties"):
            schema.pop(key, None)
        if schema.get("type") == "object":
            del schema["type"]
    if schema.get("type") == "array" and "items" not in schema:
        del schema["type"]
    for key in ("items", "additionalProperties"):
        if isinstance(below := schema.get(key), dict):
            below.pop("was-nullable", None)
