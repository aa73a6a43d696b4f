"""Types and values of custom objects, from structural schemas."""

from typing import Any

import pytest

from pykube.api import codec
from pykube.api.apiextensions_v1 import JSONSchemaProps
from pykube.apiserver.cel.environment import Environment
from pykube.apiserver.cel.errors import CompileError
from pykube.apiserver.cel.escaping import escape, unescape
from pykube.apiserver.cel.ranges import CostRange
from pykube.apiserver.cel.schemas import of_schema

SCHEMA = {
    "type": "object",
    "properties": {
        "namespace": {"type": "string"},
        "a-b.c/d__e": {"type": "integer"},
        "1bad": {"type": "integer"},
        "when": {"type": "string", "format": "date-time"},
        "day": {"type": "string", "format": "date"},
        "span": {"type": "string", "format": "duration"},
        "data": {"type": "string", "format": "byte"},
        "ratio": {"type": "number"},
        "either": {"x-kubernetes-int-or-string": True},
        "free": {"x-kubernetes-preserve-unknown-fields": True},
        "tags": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
        "ports": {
            "type": "array",
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["name"],
            "items": {"type": "object", "properties": {"name": {"type": "string"}, "port": {"type": "integer"}}},
        },
        "plain": {"type": "array", "items": {"type": "integer"}},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
VALUE = {
    "namespace": "ns",
    "a-b.c/d__e": 7,
    "when": "2024-01-01T12:00:00Z",
    "day": "2024-01-01",
    "span": "3 days",
    "data": "aGk=",
    "ratio": 2,
    "either": "50%",
    "free": {"x": 1},
    "tags": ["a", "b"],
    "ports": [{"name": "x", "port": 1}, {"name": "y", "port": 2}],
    "plain": [1, 2],
    "labels": {"k": "v"},
}


def _environment() -> Environment:
    kind = of_schema(codec.from_dict(JSONSchemaProps, SCHEMA))
    assert kind is not None
    return Environment({"self": kind, "oldSelf": kind})


def _value(text: str, old: dict[str, Any] | None = None) -> Any:
    return _environment().compile(text).evaluate({"self": VALUE, "oldSelf": old or VALUE})


@pytest.mark.parametrize(
    "text",
    [
        "self.namespace == 'ns' && self.__namespace__ == 'ns' && has(self.namespace)",
        "self.a__dash__b__dot__c__slash__d__underscores__e == 7",
        "self.when.getHours() == 12 && self.day < self.when",
        "self.span == duration('72h')",
        "self.data == b'hi'",
        "self.ratio / 4.0 == 0.5",
        "type(self.either) == string && self.either.endsWith('%')",
        "self.labels.k == 'v' && self.labels['k'] == 'v' && 'k' in self.labels",
        "self.plain + [3] == [1, 2, 3]",
        "self == oldSelf",
    ],
)
def test_values(text: str) -> None:
    assert _value(text) is True


@pytest.mark.parametrize("name", ["free", "unknown"])
def test_what_the_schema_does_not_describe_cannot_be_seen(name: str) -> None:
    with pytest.raises(CompileError, match=f"undefined field '{name}'"):
        _environment().compile(f"self.{name} == 1")


def test_sets_do_not_care_about_order() -> None:
    other = {**VALUE, "tags": ["b", "a"], "plain": [2, 1]}
    assert _value("self.tags == oldSelf.tags && self.plain != oldSelf.plain", other) is True
    assert _value("self.tags + ['b', 'c', 'c']") == ["a", "b", "c"]


def test_lists_that_are_maps_are_compared_and_joined_by_their_keys() -> None:
    other = {**VALUE, "ports": [{"name": "y", "port": 2}, {"name": "x", "port": 1}]}
    assert _value("self.ports == oldSelf.ports", other) is True
    changed = {**VALUE, "ports": [{"name": "x", "port": 9}, {"name": "z", "port": 3}]}
    assert [item["port"] for item in _value("self.ports + oldSelf.ports", changed)] == [9, 2, 3]


@pytest.mark.parametrize("name", ["a", "a-b", "a.b/c", "__a", "a__b", "for", "namespace", "x_y", "forx"])
def test_names_can_be_escaped_and_back(name: str) -> None:
    escaped = escape(name)
    assert escaped is not None
    assert unescape(escaped) == name


@pytest.mark.parametrize("name", ["", "1a", "a b", "ä", "a$"])
def test_names_that_cannot_be_escaped(name: str) -> None:
    assert escape(name) is None


@pytest.mark.parametrize(
    ("schema", "text", "most"),
    [
        ({"type": "string", "maxLength": 10}, "self == 'abc'", 2),
        ({"type": "string", "maxLength": 10}, "self.contains('abc')", 5),
        ({"type": "string", "enum": ["abc", "abcdefghijklmnop"]}, "self == self", 4),
        ({"type": "array", "maxItems": 5, "items": {"type": "integer"}}, "self.all(x, x > 0)", 2 + 5 * 5),
        ({"type": "object", "maxProperties": 3, "additionalProperties": {"type": "integer"}},
         "self.all(k, self[k] > 0)", 2 + 3 * 7),
        ({"type": "array", "items": {"type": "boolean"}}, "self.all(x, x)", 2 + 629145 * 4),
        ({"x-kubernetes-int-or-string": True}, "type(self) == int", 3 + 314573),
    ],
)  # fmt: skip
def test_estimates_know_the_limits_of_the_schema(schema: dict[str, Any], text: str, most: int) -> None:
    kind = of_schema(codec.from_dict(JSONSchemaProps, schema))
    assert kind is not None
    found = Environment({"self": kind, "oldSelf": kind}).compile(text).estimated_cost()
    assert isinstance(found, CostRange)
    assert found.most == most
