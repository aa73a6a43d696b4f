"""Rules in the schemas of custom resources: what objects are told about them."""

from typing import Any

import pytest

from pykube.api import codec
from pykube.api.apiextensions_v1 import (
    CustomResourceDefinitionVersion,
    CustomResourceValidation,
    JSONSchemaProps,
)
from pykube.api.custom import CustomObject
from pykube.api.meta_v1 import ObjectMeta
from pykube.apiserver.crd.schema import CompiledSchema, compile_schema

NUMBER = {"type": "integer"}


def schema(spec: dict[str, Any], *rules: dict[str, Any], status: dict[str, Any] | None = None) -> CompiledSchema:
    """A kind with this schema for its spec; `rules` are about whole objects."""
    properties = {"spec": spec, **({"status": status} if status is not None else {})}
    document = {"type": "object", "properties": properties, "x-kubernetes-validations": list(rules)}
    source = codec.from_dict(JSONSchemaProps, document)
    validation = CustomResourceValidation(open_apiv3_schema=source)
    return compile_schema(CustomResourceDefinitionVersion(name="v1", schema=validation))


def thing(content: dict[str, Any], name: str = "thing") -> CustomObject:
    return CustomObject(api_version="x.io/v1", kind="Thing", metadata=ObjectMeta(name=name), content=content)


def told(kind: CompiledSchema, spec: Any, old: Any = None) -> list[str]:
    """The errors about an object with this spec."""
    before = thing({"spec": old}) if old is not None else None
    return [str(error) for error in kind.validate(thing({"spec": spec}), before)]


def warned(kind: CompiledSchema, spec: Any, old: Any) -> list[str]:
    """The warnings about a change that goes through."""
    warnings: list[str] = []
    assert kind.validate(thing({"spec": spec}), thing({"spec": old}), warnings) == []
    return warnings


def level(kind: str, *rules: dict[str, Any] | str, **more: Any) -> dict[str, Any]:
    """A schema with rules."""
    found = [{"rule": rule} if isinstance(rule, str) else rule for rule in rules]
    return {"type": kind, "x-kubernetes-validations": found, **more}


def test_rules_hold_or_are_named() -> None:
    kind = schema(level("object", "self.a < self.b", properties={"a": NUMBER, "b": NUMBER}))
    assert told(kind, {"a": 1, "b": 2}) == []
    assert told(kind, {"a": 2, "b": 1}) == ["spec: Invalid value: failed rule: self.a < self.b"]


def test_rules_about_whole_objects_see_their_names() -> None:
    kind = schema({"type": "object"}, {"rule": "self.metadata.name == 'other' && self.kind == 'Thing'"})
    assert told(kind, {}) == [
        "<nil>: Invalid value: failed rule: self.metadata.name == 'other' && self.kind == 'Thing'"
    ]


def test_scalars_are_shown() -> None:
    kind = schema({"type": "object", "properties": {"n": level("integer", {"rule": "self > 3", "message": " small "})}})
    assert told(kind, {"n": 2}) == ["spec.n: Invalid value: 2: small"]


def test_items_and_entries_are_named_by_their_place() -> None:
    numbers = {"type": "array", "items": level("integer", "self > 0")}
    entries = {"type": "object", "additionalProperties": level("string", "self != ''")}
    kind = schema({"type": "object", "properties": {"numbers": numbers, "entries": entries}})
    assert told(kind, {"numbers": [1, 0], "entries": {"a": "x", "b": ""}}) == [
        "spec.numbers[1]: Invalid value: 0: failed rule: self > 0",
        "spec.entries[b]: Invalid value: \"\": failed rule: self != ''",
    ]


def test_nothing_is_asked_of_null() -> None:
    kind = schema({"type": "object", "properties": {"n": {**level("integer", "self > 3"), "nullable": True}}})
    assert told(kind, {"n": None}) == []


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        ({"reason": "FieldValueForbidden"}, "spec: Forbidden: text"),
        ({"reason": "FieldValueRequired"}, "spec: Required value: text"),
        ({"reason": "FieldValueDuplicate"}, "spec: Duplicate value: text"),
        ({"fieldPath": ".a.b"}, "spec.a.b: Invalid value: text"),
        ({"fieldPath": ".map['x.y']"}, "spec.map[x.y]: Invalid value: text"),
        ({"messageExpression": "'got ' + string(self.n)"}, "spec: Invalid value: got 5"),
        ({"messageExpression": "self.a.c"}, "spec: Invalid value: text"),
        ({"messageExpression": "'two\\nlines'"}, "spec: Invalid value: text"),
        ({"messageExpression": "' '"}, "spec: Invalid value: text"),
    ],
)
def test_how_broken_rules_are_told(rule: dict[str, Any], error: str) -> None:
    properties = {
        "n": NUMBER,
        "a": {"type": "object", "properties": {"b": NUMBER, "c": {"type": "string"}}},
        "map": {"type": "object", "additionalProperties": {"type": "string"}},
    }
    kind = schema(level("object", {"rule": "false", "message": "text", **rule}, properties=properties))
    assert told(kind, {"n": 5, "a": {}}) == [error]


def test_rules_that_fail() -> None:
    either = {**level("string", "self + 1 > 2"), "x-kubernetes-int-or-string": True}
    del either["type"]
    kind = schema(level("object", "self.a == 1", properties={"a": NUMBER, "e": either}))
    assert told(kind, {"e": "x"}) == [
        'spec: Invalid value: "object": no such key: a evaluating rule: self.a == 1',
        "spec.e: Invalid value: \"\": 'no such overload': call arguments did not match a supported operator, "
        "function or macro signature for rule: self + 1 > 2",
    ]


def test_rules_that_cost_too_much_end_the_check() -> None:
    items = {"type": "array", "items": NUMBER, "maxItems": 2000}
    dear = {"rule": "self.l.all(x, self.l.all(y, y == x))"}
    kind = schema(level("object", dear, "false", properties={"l": items}))
    assert told(kind, {"l": [1] * 2000}) == [
        "spec: Invalid value: \"object\": 'operation cancelled: actual cost limit exceeded': no further validation "
        "rules will be run due to call cost exceeds limit for rule: self.l.all(x, self.l.all(y, y == x))"
    ]


def test_all_rules_of_an_object_share_a_budget() -> None:
    items = {"type": "array", "items": NUMBER, "maxItems": 300}
    rules = ["self.l.all(x, self.l.all(y, y == x))"] * 30
    errors = told(schema(level("object", *rules, properties={"l": items})), {"l": [1] * 300})
    assert errors == [
        'spec: Invalid value: "object": validation failed due to running out of cost budget, no further validation '
        "rules will be run"
    ]


def test_objects_that_the_schema_refuses_are_not_asked() -> None:
    kind = schema(level("object", "self.a > 1", properties={"a": NUMBER}))
    assert told(kind, {"a": "x"}) == [
        'spec.a: Invalid value: "string": spec.a in body must be of type integer: "string"',
        "<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct "
        "the existing errors to complete validation",
    ]


class TestTransitions:
    """Rules that compare with the object before the change."""

    def test_they_are_checked_on_changes_only(self) -> None:
        kind = schema({"type": "object", "properties": {"n": level("integer", "self >= oldSelf")}})
        assert told(kind, {"n": 1}) == []
        assert told(kind, {"n": 2}, {"n": 1}) == []
        assert told(kind, {"n": 1}, {}) == []
        assert told(kind, {"n": 1}, {"n": 2}) == ["spec.n: Invalid value: 1: failed rule: self >= oldSelf"]

    def test_unless_the_old_value_is_optional(self) -> None:
        rule = {"rule": "oldSelf.hasValue() ? oldSelf.value() == self : self == 1", "optionalOldSelf": True}
        kind = schema({"type": "object", "properties": {"n": level("integer", rule)}})
        assert told(kind, {"n": 1}) == []
        assert len(told(kind, {"n": 2})) == 1
        assert len(told(kind, {"n": 2}, {"n": 1})) == 1

    def test_items_of_maps_are_found_by_their_keys(self) -> None:
        item = level("object", "self.n >= oldSelf.n", properties={"k": {"type": "string"}, "n": NUMBER})
        keyed = {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"]}
        kind = schema({"type": "object", "properties": {"l": {"type": "array", "items": item, **keyed}}})
        old = {"l": [{"k": "a", "n": 1}, {"k": "b", "n": 5}]}
        assert told(kind, {"l": [{"k": "b", "n": 5}, {"k": "a", "n": 1}, {"k": "c", "n": 0}]}, old) == []
        assert told(kind, {"l": [{"k": "b", "n": 4}]}, old) == [
            "spec.l[0]: Invalid value: failed rule: self.n >= oldSelf.n"
        ]


class TestRatcheting:
    """What a change leaves alone is not held against it."""

    KIND = schema(
        {
            "type": "object",
            "properties": {
                "bad": level("integer", "self > 10"),
                "other": NUMBER,
                "l": {"type": "array", "items": level("integer", "self > 10")},
            },
        }
    )

    def test_unchanged_values_become_warnings(self) -> None:
        assert warned(self.KIND, {"bad": 1, "other": 2}, {"bad": 1, "other": 1}) == [
            "spec.bad: Invalid value: 1: failed rule: self > 10"
        ]

    def test_changed_values_are_errors(self) -> None:
        assert told(self.KIND, {"bad": 2}, {"bad": 1}) == ["spec.bad: Invalid value: 2: failed rule: self > 10"]

    def test_items_that_cannot_be_told_apart_are_judged_with_their_list(self) -> None:
        assert len(warned(self.KIND, {"l": [1], "other": 2}, {"l": [1], "other": 1})) == 1
        assert len(told(self.KIND, {"l": [1, 20]}, {"l": [1]})) == 1


def test_a_changed_status_is_checked_with_the_rules_of_the_whole() -> None:
    kind = schema(
        {"type": "object", "properties": {"n": NUMBER}},
        {"rule": "!has(self.status) || self.status.n <= self.spec.n", "message": "too many"},
        status=level("object", "self.n >= 0", properties={"n": NUMBER}),
    )
    old = thing({"spec": {"n": 1}})
    assert kind.validate_status(thing({"spec": {"n": 1}, "status": {"n": 1}}), old) == []
    errors = kind.validate_status(thing({"spec": {"n": -5}, "status": {"n": -1}}), old)
    assert [str(error) for error in errors] == [
        "<nil>: Invalid value: too many",
        "status: Invalid value: failed rule: self.n >= 0",
    ]


def test_a_schema_without_rules_has_nothing_to_compile() -> None:
    assert schema({"type": "object"}).rules() is None
