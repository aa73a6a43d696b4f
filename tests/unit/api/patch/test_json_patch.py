"""RFC 6902: operations, pointers, and what happens when they do not fit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pykube.api.patch import json_patch
from pykube.errors import BadRequest, Invalid, RequestEntityTooLarge

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("doc", "operation", "expected"),
    [
        ({"a": 1}, {"op": "add", "path": "/b", "value": 2}, {"a": 1, "b": 2}),
        ({"a": [1, 3]}, {"op": "add", "path": "/a/1", "value": 2}, {"a": [1, 2, 3]}),
        ({"a": [1]}, {"op": "add", "path": "/a/-", "value": 2}, {"a": [1, 2]}),
        ({"a": [1, 3]}, {"op": "add", "path": "/a/-1", "value": 9}, {"a": [1, 3, 9]}),
        ({"a": 1}, {"op": "remove", "path": "/a"}, {}),
        ({"a": [1, 2]}, {"op": "remove", "path": "/a/0"}, {"a": [2]}),
        ({"a": 1}, {"op": "replace", "path": "/a", "value": None}, {"a": None}),
        ({"a": 1}, {"op": "replace", "path": "", "value": []}, []),
        ({"a": {"b": 1}}, {"op": "move", "from": "/a/b", "path": "/c"}, {"a": {}, "c": 1}),
        ({"a": [1, 2]}, {"op": "copy", "from": "/a/0", "path": "/a/-"}, {"a": [1, 2, 1]}),
        ({"a": 1}, {"op": "test", "path": "/a", "value": 1}, {"a": 1}),
        ({}, {"op": "test", "path": "/a", "value": None}, {}),
        ({"a/b": {"~": 1}}, {"op": "remove", "path": "/a~1b/~0"}, {"a/b": {}}),
    ],
)
def test_operations(doc: Any, operation: dict[str, Any], expected: Any) -> None:
    assert json_patch.apply(doc, [operation]) == expected


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        ({"op": "replace", "path": "/x", "value": 1}, "replace operation does not apply: doc is missing key: /x"),
        ({"op": "add", "path": "/x/y", "value": 1}, "add operation does not apply: doc is missing path"),
        ({"op": "remove", "path": "/x"}, "Unable to remove nonexistent key: x"),
        ({"op": "remove", "path": "/l/7"}, "Unable to access invalid index: 7"),
        ({"op": "add", "path": "/l/x", "value": 1}, "value was not a proper array index: 'x'"),
        ({"op": "test", "path": "/a", "value": True}, "testing value /a failed: test failed"),
        ({"op": "add", "path": "/a"}, "operation, missing value field"),
        ({"op": "jump", "path": "/a"}, "Unexpected kind: jump"),
        ({"op": "add", "value": 1}, "operation failed to decode path"),
        ({"op": "move", "from": "/m", "path": "/m/n"}, "cannot move into itself"),
    ],
)
def test_what_does_not_apply(operation: dict[str, Any], reason: str) -> None:
    with pytest.raises(Invalid, match="the server rejected our request due to an error in our request") as caught:
        json_patch.apply({"a": 1, "l": [1], "m": {}}, [operation])
    assert reason in str(caught.value.__cause__)


def test_decoding() -> None:
    assert json_patch.decode(b'[{"op":"remove","path":"/a"}]') == [{"op": "remove", "path": "/a"}]
    with pytest.raises(BadRequest):
        json_patch.decode(b'{"op":"remove"}')
    with pytest.raises(RequestEntityTooLarge, match="10000, got 10001"):
        json_patch.decode(b"[" + b",".join([b"{}"] * 10_001) + b"]")


def test_all_or_nothing() -> None:
    doc = {"a": [1]}
    with pytest.raises(Invalid):
        json_patch.apply(doc, [{"op": "add", "path": "/a/-", "value": 2}, {"op": "remove", "path": "/b"}])
    assert doc == {"a": [1]}


@given(st.dictionaries(st.text(max_size=3), json_values, max_size=4), json_values)
def test_remove_undoes_add(doc: dict[str, Any], value: Any) -> None:
    added = [{"op": "add", "path": "/fresh-key", "value": value}]
    assert json_patch.apply(doc, [*added, {"op": "remove", "path": "/fresh-key"}]) == doc


@given(json_values)
def test_every_value_passes_the_test_for_itself(value: Any) -> None:
    json_patch.apply({"a": value}, [{"op": "test", "path": "/a", "value": value}])
