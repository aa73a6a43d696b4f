"""Messages of schema validation are those of upstream."""

from typing import Any

import pytest

from pykube.api import codec
from pykube.api.apiextensions_v1 import JSONSchemaProps
from pykube.api.field_errors import FieldError
from pykube.apiserver.crd.validation import NEW, validator


def errors(schema: dict[str, Any], value: Any, old: Any = NEW) -> list[str]:
    """What is wrong with ``spec.x``."""
    found: list[FieldError] = []
    validator(codec.from_dict(JSONSchemaProps, schema))(value, old, "spec.x", found)
    return [str(error) for error in found]


@pytest.mark.parametrize(
    ("schema", "value", "message"),
    [
        ({"type": "integer"}, "a", 'Invalid value: "string": spec.x in body must be of type integer: "string"'),
        ({"type": "integer"}, 1.5, 'Invalid value: "number": spec.x in body must be of type integer: "number"'),
        ({"type": "integer"}, True, 'Invalid value: "boolean": spec.x in body must be of type integer: "boolean"'),
        ({"type": "string"}, None, 'Invalid value: "null": spec.x in body must be of type string: "null"'),
        ({"type": "object"}, [], 'Invalid value: "array": spec.x in body must be of type object: "array"'),
        (
            {"x-kubernetes-int-or-string": True},
            True,
            'Invalid value: "boolean": spec.x in body must be of type integer,string: "boolean"',
        ),
        ({"type": "integer", "minimum": 1}, 0, "Invalid value: 0: spec.x in body should be greater than or equal to 1"),
        (
            {"type": "number", "maximum": 1.5, "exclusiveMaximum": True},
            1.5,
            "Invalid value: 1.5: spec.x in body should be less than 1.5",
        ),
        ({"type": "integer", "multipleOf": 5}, 12, "Invalid value: 12: spec.x in body should be a multiple of 5"),
        ({"type": "string", "minLength": 2}, "a", 'Invalid value: "a": spec.x in body should be at least 2 chars long'),
        ({"type": "string", "maxLength": 1}, "ab", "Too long: may not be more than 1 byte"),
        ({"type": "string", "pattern": "^a+$"}, "b", "Invalid value: \"b\": spec.x in body should match '^a+$'"),
        (
            {"type": "string", "format": "date-time"},
            "soon",
            'Invalid value: "soon": spec.x in body must be of type date-time: "soon"',
        ),
        ({"type": "string", "enum": ["a", "b"]}, "c", 'Unsupported value: "c": supported values: "a", "b"'),
        ({"type": "array", "minItems": 1}, [], "Invalid value: 0: spec.x in body should have at least 1 items"),
        ({"type": "array", "maxItems": 1}, [1, 2], "Too many: 2: must have at most 1 item"),
        ({"type": "object", "maxProperties": 1}, {"a": 1, "b": 2}, "Too many: 2: must have at most 1 item"),
    ],
)
def test_message(schema: dict[str, Any], value: Any, message: str) -> None:
    assert errors(schema, value) == [f"spec.x: {message}"]


def test_members_and_items_are_named_by_their_path() -> None:
    schema = {"type": "object", "required": ["a"], "properties": {"b": {"type": "array", "items": {"type": "string"}}}}
    assert errors(schema, {"b": ["x", 1]}) == [
        'spec.x.b[1]: Invalid value: "integer": spec.x.b[1] in body must be of type string: "integer"',
        "spec.x.a: Required value",
    ]


def test_sets_and_maps_have_nothing_twice() -> None:
    assert errors({"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}}, ["a", "b", "a"]) == [
        'spec.x[2]: Duplicate value: "a"'
    ]
    by_name = {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]}
    assert errors(by_name, [{"name": "a"}, {"name": "a", "b": 1}]) == ['spec.x[1]: Duplicate value: {"name":"a"}']


def test_junctions() -> None:
    assert errors({"anyOf": [{"type": "string"}, {"type": "integer"}]}, 1) == []
    assert errors({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {}) == [
        '<nil>: Invalid value: "": "spec.x" must validate at least one schema (anyOf)',
        "spec.x.a: Required value",
    ]
    assert errors({"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"a": 1, "b": 2}) == [
        '<nil>: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found 2 valid alternatives'
    ]
    assert errors({"not": {"required": ["a"]}}, {"a": 1}) == [
        '<nil>: Invalid value: "": "spec.x" must not validate the schema (not)'
    ]


def test_null_is_a_value_only_where_the_schema_says_so() -> None:
    assert errors({"type": "string", "nullable": True}, None) == []


def test_numbers_without_a_fraction_are_integers() -> None:
    assert errors({"type": "integer"}, 2.0) == []
    assert errors({"type": "number"}, 2) == []


def test_embedded_objects_say_what_they_are() -> None:
    schema = {"type": "object", "x-kubernetes-embedded-resource": True, "x-kubernetes-preserve-unknown-fields": True}
    assert errors(schema, {"kind": ""}) == [
        "spec.x.apiVersion: Required value",
        'spec.x.kind: Invalid value: "": must not be empty',
    ]


def test_what_an_update_leaves_alone_is_not_looked_at() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "maxLength": 1}, "b": {"type": "integer"}}}
    assert errors(schema, {"a": "long", "b": 2}, {"a": "long", "b": 1}) == []
    assert errors(schema, {"a": "longer", "b": 1}, {"a": "long", "b": 1}) != []


def test_items_of_maps_are_compared_by_their_keys() -> None:
    schema = {
        "type": "array",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
        "items": {"type": "object", "properties": {"name": {"type": "string"}, "v": {"type": "integer"}}},
    }
    old = [{"name": "a", "v": "bad"}]
    assert errors(schema, [{"name": "b", "v": 1}, {"name": "a", "v": "bad"}], old) == []
