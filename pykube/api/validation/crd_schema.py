"""Structural schemas: each level says its type, so that unknown fields can be pruned and defaults set.

Source: the Kubernetes documentation on structural schemas, and the apiextensions API server.
"""

from __future__ import annotations

from ..apiextensions_v1 import JSONSchemaProps
from ..field_errors import Errors, Path, forbidden, invalid_value, not_supported, required
from ..regexp import compiled

_TYPES = ("array", "boolean", "integer", "number", "object", "string")
_LIST_TYPES = ("atomic", "map", "set")
_MAP_TYPES = ("atomic", "granular")
_OUTSIDE_LOGIC = (
    ("type", "type", "empty"),
    ("additional_properties", "additionalProperties", "undefined"),
    ("default", "default", "undefined"),
    ("title", "title", "empty"),
    ("description", "description", "empty"),
    ("nullable", "nullable", "false"),
    ("x_kubernetes_preserve_unknown_fields", "x-kubernetes-preserve-unknown-fields", "false"),
    ("x_kubernetes_embedded_resource", "x-kubernetes-embedded-resource", "false"),
    ("x_kubernetes_int_or_string", "x-kubernetes-int-or-string", "false"),
    ("x_kubernetes_list_map_keys", "x-kubernetes-list-map-keys", "empty"),
    ("x_kubernetes_list_type", "x-kubernetes-list-type", "undefined"),
    ("x_kubernetes_map_type", "x-kubernetes-map-type", "undefined"),
    ("x_kubernetes_validations", "x-kubernetes-validations", "empty"),
)
"""Attribute, JSON name, and what it must be below allOf, anyOf, oneOf and not."""


def structural(schema: JSONSchemaProps, path: Path) -> Errors:
    """The root of a version's schema."""
    if schema.type != "object":
        if not schema.type:
            yield required(path.child("type"), "must not be empty at the root")
        else:
            yield invalid_value(path.child("type"), schema.type, "must be object at the root")
    if schema.x_kubernetes_embedded_resource:
        yield forbidden(path.child("x-kubernetes-embedded-resource"), "must not be used at the root")
    if schema.additional_properties is not None:
        yield forbidden(path.child("additionalProperties"), "must not be used at the root")
    yield from _level(schema, path)


def _level(schema: JSONSchemaProps, path: Path) -> Errors:
    if schema.type and schema.type not in _TYPES:
        yield not_supported(path.child("type"), schema.type, _TYPES)
    if schema.unique_items:
        message = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
        yield forbidden(path.child("uniqueItems"), message)
    for field, value in (
        ("$ref", schema.ref),
        ("definitions", schema.definitions),
        ("dependencies", schema.dependencies),
        ("patternProperties", schema.pattern_properties),
        ("additionalItems", schema.additional_items),
        ("id", schema.id),
        ("$schema", schema.schema_),
    ):
        if value:
            yield forbidden(path.child(field), f"{field.removeprefix('$')} is not supported")
    yield from _preserving(schema, path)
    yield from _properties(schema, path)
    yield from _items(schema, path)
    yield from _lists_and_maps(schema, path)
    if schema.pattern:
        try:
            compiled(schema.pattern)
        except ValueError as error:
            yield invalid_value(
                path.child("pattern"), schema.pattern, f"must be a valid regular expression, but isn't: {error}"
            )
    for field, schemas in (("allOf", schema.all_of), ("anyOf", schema.any_of), ("oneOf", schema.one_of)):
        for index, one in enumerate(schemas):
            yield from _logic(one, path.child(field).index(index), int_or_string=schema.x_kubernetes_int_or_string)
    if schema.not_ is not None:
        yield from _logic(schema.not_, path.child("not"), int_or_string=False)


def _preserving(schema: JSONSchemaProps, path: Path) -> Errors:
    preserve = schema.x_kubernetes_preserve_unknown_fields
    if preserve is False:
        message = "must be true or undefined"
        yield invalid_value(path.child("x-kubernetes-preserve-unknown-fields"), preserve, message)
    if schema.x_kubernetes_int_or_string:
        for field, value in (
            ("x-kubernetes-preserve-unknown-fields", bool(preserve)),
            ("x-kubernetes-embedded-resource", schema.x_kubernetes_embedded_resource),
        ):
            if value:
                yield invalid_value(path.child(field), value, "must be false if x-kubernetes-int-or-string is true")
    if schema.x_kubernetes_embedded_resource:
        if schema.type != "object":
            message = "must be object if x-kubernetes-embedded-resource is true"
            yield invalid_value(path.child("type"), schema.type, message)
        if not preserve and not schema.properties:
            message = (
                "must not be empty if x-kubernetes-embedded-resource is true"
                " without x-kubernetes-preserve-unknown-fields"
            )
            yield required(path.child("properties"), message)


def _needs_type(schema: JSONSchemaProps) -> bool:
    return not (schema.type or schema.x_kubernetes_int_or_string or schema.x_kubernetes_preserve_unknown_fields)


def _properties(schema: JSONSchemaProps, path: Path) -> Errors:
    for name, one in schema.properties.items():
        place = path.child("properties").key(name)
        if _needs_type(one):
            yield required(place.child("type"), "must not be empty for specified object fields")
        yield from _level(one, place)
    extra = schema.additional_properties
    place = path.child("additionalProperties")
    if extra is None:
        return
    if schema.properties and extra is not False:
        yield forbidden(place, "additionalProperties and properties are mutual exclusive")
    if extra is False:
        yield forbidden(place, "additionalProperties cannot be set to false")
    elif isinstance(extra, JSONSchemaProps):
        if _needs_type(extra):
            yield required(place.child("type"), "must not be empty for specified object fields")
        yield from _level(extra, place)


def _items(schema: JSONSchemaProps, path: Path) -> Errors:
    place = path.child("items")
    if isinstance(schema.items, list):
        yield forbidden(place, "items must be a schema object and not an array")
    elif schema.items is None:
        if schema.type == "array":
            yield required(place, "must be specified")
    else:
        if _needs_type(schema.items):
            yield required(place.child("type"), "must not be empty for specified array items")
        yield from _level(schema.items, place)


def _lists_and_maps(schema: JSONSchemaProps, path: Path) -> Errors:
    kind, place = schema.x_kubernetes_list_type, path.child("x-kubernetes-list-type")
    keys = path.child("x-kubernetes-list-map-keys")
    if kind is not None:
        if schema.type != "array":
            message = "must be array if x-kubernetes-list-type is specified"
            yield invalid_value(path.child("type"), schema.type, message)
        if kind not in _LIST_TYPES:
            yield not_supported(place, kind, _LIST_TYPES)
    if kind == "map":
        if not schema.x_kubernetes_list_map_keys:
            yield required(keys, "must not be empty if x-kubernetes-list-type is map")
        if isinstance(schema.items, JSONSchemaProps):
            for index, key in enumerate(schema.x_kubernetes_list_map_keys):
                if key not in schema.items.properties:
                    yield invalid_value(keys.index(index), key, "entries must all be names of item properties")
    elif schema.x_kubernetes_list_map_keys:
        message = "must be map if x-kubernetes-list-map-keys is non-empty"
        yield invalid_value(place, kind, message)
    if schema.x_kubernetes_map_type is not None:
        if schema.type != "object":
            message = "must be object if x-kubernetes-map-type is specified"
            yield invalid_value(path.child("type"), schema.type, message)
        if schema.x_kubernetes_map_type not in _MAP_TYPES:
            yield not_supported(path.child("x-kubernetes-map-type"), schema.x_kubernetes_map_type, _MAP_TYPES)


def _logic(schema: JSONSchemaProps, path: Path, *, int_or_string: bool) -> Errors:
    """Below allOf, anyOf, oneOf and not, a schema only narrows what is declared outside of them."""
    for attribute, field, demanded in _OUTSIDE_LOGIC:
        value = getattr(schema, attribute)
        if attribute == "type" and int_or_string and value in ("integer", "string"):
            continue
        if value:
            yield forbidden(path.child(field), f"must be {demanded} to be structural")
    for name, one in schema.properties.items():
        yield from _logic(one, path.child("properties").key(name), int_or_string=False)
    if isinstance(schema.items, JSONSchemaProps):
        yield from _logic(schema.items, path.child("items"), int_or_string=False)
