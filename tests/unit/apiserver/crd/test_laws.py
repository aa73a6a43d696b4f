"""Laws of pruning, defaulting and validation, over random schemas and random data."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pykube.api import codec
from pykube.api.apiextensions_v1 import CustomResourceDefinitionVersion, CustomResourceValidation, JSONSchemaProps
from pykube.api.custom import CustomObject
from pykube.apiserver.crd.schema import CompiledSchema, compile_schema

_law = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
_names = st.sampled_from("abcd")
_scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "2020-01-01"]) | st.just(0.5)
_values = st.recursive(
    _scalars, lambda below: st.lists(below, max_size=3) | st.dictionaries(_names, below, max_size=3), max_leaves=8
)


def _leaf() -> st.SearchStrategy[dict[str, Any]]:
    kinds: list[dict[str, Any]] = [
        {"type": "string", "default": "a", "maxLength": 3},
        {"type": "integer", "minimum": 0},
        {"type": "integer", "default": 1, "nullable": True},
        {"type": "boolean"},
        {"type": "number", "maximum": 2},
        {"x-kubernetes-int-or-string": True},
        {"x-kubernetes-preserve-unknown-fields": True},
        {"type": "string", "format": "date"},
    ]
    return st.sampled_from(kinds)


def _nested(below: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    objects = st.builds(
        lambda properties, required, preserve: {
            "type": "object",
            "properties": properties,
            "required": required,
            **({"x-kubernetes-preserve-unknown-fields": True} if preserve else {}),
        },
        st.dictionaries(_names, below, max_size=3),
        st.lists(_names, max_size=1),
        st.booleans(),
    )
    maps = st.builds(lambda values: {"type": "object", "additionalProperties": values}, below)
    lists = st.builds(
        lambda items, kind: {"type": "array", "items": items, **kind},
        below,
        st.sampled_from([{}, {"x-kubernetes-list-type": "set"}, {"maxItems": 2}]),
    )
    return objects | maps | lists


def _compiled(schema: dict[str, Any]) -> CompiledSchema:
    root = codec.from_dict(JSONSchemaProps, {"type": "object", "properties": {"spec": schema}})
    version = CustomResourceDefinitionVersion(name="v1", schema=CustomResourceValidation(open_apiv3_schema=root))
    return compile_schema(version)


_schemas = st.recursive(_leaf(), _nested, max_leaves=6).map(_compiled)


def _pruned(schema: CompiledSchema, content: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    content, dropped = codec.copy(content), []
    schema.prune(content, "", dropped)
    return content, dropped


def _completed(schema: CompiledSchema, content: dict[str, Any]) -> dict[str, Any]:
    content = codec.copy(content)
    schema.complete(content)
    return content


@_law
@given(_schemas, _values)
def test_pruning_twice_drops_nothing_more(schema: CompiledSchema, value: Any) -> None:
    once, _ = _pruned(schema, {"spec": value})
    assert _pruned(schema, once) == (once, [])


@_law
@given(_schemas, _values)
def test_what_is_not_dropped_is_not_changed(schema: CompiledSchema, value: Any) -> None:
    pruned, dropped = _pruned(schema, {"spec": value})
    assert bool(dropped) == (pruned != {"spec": value})


@_law
@given(_schemas, _values)
def test_completing_twice_sets_nothing_more(schema: CompiledSchema, value: Any) -> None:
    once = _completed(schema, {"spec": value})
    assert _completed(schema, once) == once


@_law
@given(_schemas, _values)
def test_completing_adds_nothing_that_pruning_drops(schema: CompiledSchema, value: Any) -> None:
    pruned, _ = _pruned(schema, {"spec": value})
    assert _pruned(schema, _completed(schema, pruned))[1] == []


@_law
@given(_schemas, _values)
def test_an_unchanged_object_can_always_be_written_again(schema: CompiledSchema, value: Any) -> None:
    obj = CustomObject(content=_completed(schema, {"spec": value}))
    schema.validate(obj)
    assert schema.validate(codec.copy(obj), obj) == []


@_law
@given(_schemas, _values)
def test_an_object_means_the_same_after_being_stored(schema: CompiledSchema, value: Any) -> None:
    obj = CustomObject(api_version="g/v", kind="K", content=_completed(schema, {"spec": value}))
    data = codec.encode(obj)
    again = codec.decode(CustomObject, data)
    assert codec.encode(again) == data
    assert sorted(map(str, schema.validate(again))) == sorted(map(str, schema.validate(obj)))
