"""Rules that a definition may not have."""

from typing import Any

import pytest

from pykube.api import codec
from pykube.api.apiextensions_v1 import JSONSchemaProps
from pykube.api.field_errors import Path
from pykube.apiserver.crd import rule_definitions
from pykube.apiserver.crd.rule_paths import normalized

LIMITS = "(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings "
LIMITS += "are declared)"


def told(schema: dict[str, Any]) -> list[str]:
    source = codec.from_dict(JSONSchemaProps, {"type": "object", "properties": {"x": schema}})
    return [str(error).removeprefix("s.properties[x].") for error in rule_definitions.check(source, Path("s"))]


def rules(*found: dict[str, Any] | str, **schema: Any) -> dict[str, Any]:
    items = [{"rule": rule} if isinstance(rule, str) else rule for rule in found]
    return {"type": "integer", "x-kubernetes-validations": items, **schema}


def test_good_rules() -> None:
    message = {"rule": "self == oldSelf", "messageExpression": "'must be %d'.format([oldSelf])"}
    assert told(rules("self > 0", message)) == []


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        ({"rule": " "}, "rule: Required value: rule is not specified"),
        ({"rule": "self > 0", "message": " "}, 'message: Invalid value: " ": must be non-empty if specified'),
        ({"rule": "self > 0", "message": "a\nb"}, 'message: Invalid value: "a\\nb": must not contain line breaks'),
        (
            {"rule": "self >\n 0"},
            "message: Required value: message must be specified if rule contains line breaks",
        ),
        (
            {"rule": "self > 0", "messageExpression": " "},
            "messageExpression: Required value: messageExpression must be non-empty if specified",
        ),
        (
            {"rule": "self > 0", "reason": "Other"},
            'reason: Unsupported value: "Other": supported values: "FieldValueDuplicate", "FieldValueForbidden", '
            '"FieldValueInvalid", "FieldValueRequired"',
        ),
        ({"rule": "self > 0", "fieldPath": ".z"}, 'fieldPath: Invalid value: ".z": must be a valid path'),
        (
            {"rule": "self > 0", "optionalOldSelf": True},
            "optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule",
        ),
    ],
)
def test_forms(rule: dict[str, Any], error: str) -> None:
    assert told(rules(rule)) == [f"x-kubernetes-validations[0].{error}"]


@pytest.mark.parametrize(
    ("rule", "field", "detail"),
    [
        ({"rule": "self.z"}, "rule", "compilation failed: ERROR: <input>:1:5: type 'int' does not support field"),
        ({"rule": "self = 1"}, "rule", "compilation failed: ERROR: <input>:1:6: Syntax error:"),
        ({"rule": "self"}, "rule", "cel expression must evaluate to a bool"),
        (
            {"rule": "true", "messageExpression": "1"},
            "messageExpression",
            "messageExpression must evaluate to a string",
        ),
        (
            {"rule": "true", "messageExpression": "x"},
            "messageExpression",
            "messageExpression compilation failed: ERROR: <input>:1:1: undeclared reference to 'x'",
        ),
    ],
)
def test_rules_have_to_compile(rule: dict[str, Any], field: str, detail: str) -> None:
    [error] = told(rules(rule))
    assert error.startswith(f'x-kubernetes-validations[0].{field}: Invalid value: {{"Rule":"{rule["rule"]}"')
    assert f"}}: {detail}" in error


def test_old_values_of_items_that_cannot_be_told_apart() -> None:
    [error] = told({"type": "array", "maxItems": 5, "items": rules("self == oldSelf")})
    assert error == (
        'items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the '
        "uncorrelatable portion of the schema within s.properties[x]"
    )


def test_a_rule_may_not_cost_too_much() -> None:
    strings = {"type": "array", "items": {"type": "string"}}
    errors = told({"type": "array", "items": {**strings, **rules("self.all(s, s == 'x')", type="array")}})
    assert errors == [
        "items.x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of more than "
        f"100x {LIMITS}",
        "items.x-kubernetes-validations[0].rule: Forbidden: contributed to estimated rule cost total exceeding cost "
        "limit for entire OpenAPIv3 schema",
        "s: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget "
        f"by factor of more than 100x {LIMITS}",
    ]


def test_a_rule_counts_as_often_as_its_value_can_be_there() -> None:
    inner = {**rules("self.contains('x')"), "type": "string", "maxLength": 1000}
    assert told({"type": "array", "maxItems": 1000, "items": inner}) == []
    [error] = told({"type": "array", "maxItems": 28_000, "items": inner})
    assert error == (
        "items.x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of "
        f"1.122800x {LIMITS}"
    )


@pytest.mark.parametrize(
    ("path", "shown"),
    [(".a", "a"), (".a.b", "a.b"), (".m['k.1']", "m[k.1]"), (".m['it\\'s']", "m[it's]"), ("['a']", "a")],
)
def test_paths(path: str, shown: str) -> None:
    text = {"type": "string"}
    properties = {
        "a": {"type": "object", "properties": {"b": text}},
        "m": {"type": "object", "additionalProperties": text},
    }
    schema = codec.from_dict(JSONSchemaProps, {"type": "object", "properties": properties})
    assert normalized(path, schema) == shown


@pytest.mark.parametrize("path", ["a", ".", ".c", ".a[0]", ".a['x", ".a.b.c", ".['a'"])
def test_paths_that_lead_nowhere(path: str) -> None:
    properties = {"a": {"type": "object", "properties": {"b": {"type": "string"}}}}
    schema = codec.from_dict(JSONSchemaProps, {"type": "object", "properties": properties})
    with pytest.raises(ValueError, match=r"expected|unexpected|does not refer"):
        normalized(path, schema)
