"""Laws of JSON patch (RFC 6902), merge patch (RFC 7386) and the directives of strategic merge patch."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pykube.api.core_v1 import Pod
from pykube.api.patch import json_patch, merge_patch, strategic_merge

from .profile import thorough

_keys = st.sampled_from(("a", "b", "a/b", "~", "", "0", "-"))
_scalars = st.booleans() | st.integers(0, 2) | st.sampled_from(("", "x")) | st.just(0.5)


def _docs(scalars: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        scalars, lambda below: st.lists(below, max_size=3) | st.dictionaries(_keys, below, max_size=3), max_leaves=8
    )


_any = _docs(_scalars | st.none())
_whole = _docs(_scalars)


def _operations(before: Any, after: Any, path: str = "") -> Iterator[dict[str, Any]]:
    """One way to make `after` of `before`."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {**before, **after}:
            place = f"{path}/{key.replace('~', '~0').replace('/', '~1')}"
            if key not in after:
                yield {"op": "remove", "path": place}
            elif key not in before:
                yield {"op": "add", "path": place, "value": after[key]}
            else:
                yield from _operations(before[key], after[key], place)
    elif isinstance(before, list) and isinstance(after, list):
        for index in range(len(before)):
            yield {"op": "remove", "path": f"{path}/{len(before) - 1 - index}"}
        for value in after:
            yield {"op": "add", "path": f"{path}/-", "value": value}
    elif before != after or type(before) is not type(after):
        yield {"op": "replace", "path": path, "value": after}


@thorough
@given(_any, _any)
def test_json_patch_leads_from_any_document_to_any_other(before: Any, after: Any) -> None:
    kept = copy.deepcopy(before)
    found = json_patch.apply(before, list(_operations(before, after)))
    assert json_patch.apply(found, [{"op": "test", "path": "", "value": after}]) == after
    assert before == kept


@thorough
@given(st.dictionaries(_keys, _any, min_size=1, max_size=3), st.data())
def test_moving_is_copying_and_removing(doc: dict[str, Any], data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(doc)))
    source = "/" + key.replace("~", "~0").replace("/", "~1")
    moved = json_patch.apply(doc, [{"op": "move", "from": source, "path": "/new"}])
    copied = json_patch.apply(doc, [{"op": "copy", "from": source, "path": "/new"}, {"op": "remove", "path": source}])
    assert moved == copied
    assert json_patch.apply(moved, [{"op": "move", "from": "/new", "path": source}]) == doc


@thorough
@given(_whole, _whole)
def test_merge_patch_of_the_difference(before: Any, after: Any) -> None:
    patch = merge_patch.diff(before, after)
    assert merge_patch.apply(before, patch) == after
    assert merge_patch.apply(after, patch) == after


@thorough
@given(_any, _any, _any)
def test_merge_patches_twice_are_once(doc: Any, one: Any, other: Any) -> None:
    found = merge_patch.apply(merge_patch.apply(doc, one), other)
    assert merge_patch.apply(found, other) == found


_names = st.lists(st.sampled_from("abcd"), unique=True, max_size=4)
_images = st.sampled_from(("1", "2"))


def _pod(names: list[str], image: str = "1") -> dict[str, Any]:
    return {"spec": {"containers": [{"name": name, "image": image} for name in names]}}


def _found(doc: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["image"] for one in doc["spec"]["containers"]}


@thorough
@given(_names, _names, _names)
def test_items_are_deleted_changed_and_added_by_key(present: list[str], gone: list[str], wanted: list[str]) -> None:
    patch = _pod([name for name in wanted if name not in gone], "2")
    patch["spec"]["containers"] += [{"name": name, "$patch": "delete"} for name in gone]
    found = _found(strategic_merge.apply(Pod, _pod(present), patch))
    expected = dict.fromkeys(present, "1") | dict.fromkeys(wanted, "2")
    assert found == {name: image for name, image in expected.items() if name not in gone}


@thorough
@given(_names, _names)
def test_a_replaced_list_is_what_the_patch_says(present: list[str], wanted: list[str]) -> None:
    patch = _pod(wanted, "2")
    patch["spec"]["containers"].append({"$patch": "replace"})
    assert strategic_merge.apply(Pod, _pod(present), patch) == _pod(wanted, "2")


@thorough
@given(_names, _names, st.permutations("abcd"))
def test_the_order_of_items_is_the_one_asked_for(present: list[str], wanted: list[str], order: list[str]) -> None:
    patch = _pod([name for name in order if name in wanted], "2")
    patch["spec"]["$setElementOrder/containers"] = [{"name": name} for name in order]
    found = list(_found(strategic_merge.apply(Pod, _pod(present), patch)))
    assert found == [name for name in order if name in found]
    assert set(found) == {*present, *wanted}


@thorough
@given(st.lists(st.sampled_from("abc"), unique=True), st.lists(st.sampled_from("abc"), unique=True))
def test_primitives_are_deleted_by_value(present: list[str], gone: list[str]) -> None:
    patch = {"metadata": {"$deleteFromPrimitiveList/finalizers": gone}}
    found = strategic_merge.apply(Pod, {"metadata": {"finalizers": present}}, patch)
    assert found["metadata"]["finalizers"] == [name for name in present if name not in gone]


_sources = st.dictionaries(st.sampled_from(("emptyDir", "hostPath", "nfs")), st.just({}), max_size=2)


@thorough
@given(_sources, _sources)
def test_only_retained_keys_stay(before: dict[str, Any], after: dict[str, Any]) -> None:
    doc = {"spec": {"volumes": [{"name": "v", **before}]}}
    retained = ["name", *after]
    patch = {"spec": {"volumes": [{"name": "v", "$retainKeys": retained, **after}]}}
    found = strategic_merge.apply(Pod, doc, patch)
    assert found == {"spec": {"volumes": [{"name": "v", **after}]}}
