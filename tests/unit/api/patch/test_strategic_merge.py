"""Strategic merge patch: lists by key, and every directive."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pykube.api.apps_v1 import Deployment
from pykube.api.core_v1 import Pod
from pykube.api.patch import strategic_merge
from pykube.errors import BadRequest


def pod(*containers: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return {"spec": {"containers": list(containers), **spec}}


def test_containers_merge_by_name() -> None:
    doc = pod({"name": "a", "image": "1"}, {"name": "b", "image": "1"})
    changed = strategic_merge.apply(Pod, doc, pod({"name": "b", "image": "2"}))
    assert changed == pod({"name": "b", "image": "2"}, {"name": "a", "image": "1"}) or changed == pod(
        {"name": "a", "image": "1"}, {"name": "b", "image": "2"}
    )


def test_null_deletes_and_maps_merge() -> None:
    doc = {"metadata": {"labels": {"a": "1", "b": "2"}}}
    changed = strategic_merge.apply(Pod, doc, {"metadata": {"labels": {"a": None, "c": "3"}}})
    assert changed == {"metadata": {"labels": {"b": "2", "c": "3"}}}


def test_lists_without_strategy_are_replaced() -> None:
    doc = pod({"name": "a", "command": ["x", "y"]}, tolerations=[{"key": "k"}])
    changed = strategic_merge.apply(Pod, doc, pod({"name": "a", "command": ["z"]}, tolerations=[]))
    assert changed == pod({"name": "a", "command": ["z"]}, tolerations=[])


def test_delete_an_item() -> None:
    doc = pod({"name": "a"}, {"name": "b"})
    assert strategic_merge.apply(Pod, doc, pod({"name": "a", "$patch": "delete"})) == pod({"name": "b"})


def test_replace_a_list() -> None:
    doc = pod({"name": "a"}, {"name": "b"})
    assert strategic_merge.apply(Pod, doc, pod({"name": "c"}, {"$patch": "replace"})) == pod({"name": "c"})


def test_replace_and_delete_a_map() -> None:
    doc = {"metadata": {"labels": {"a": "1"}, "annotations": {"x": "1"}}}
    patch = {"metadata": {"labels": {"$patch": "replace", "b": "2"}, "annotations": {"$patch": "delete"}}}
    assert strategic_merge.apply(Pod, doc, patch) == {"metadata": {"labels": {"b": "2"}, "annotations": {}}}


def test_finalizers_are_a_set() -> None:
    doc = {"metadata": {"finalizers": ["a", "b"]}}
    added = strategic_merge.apply(Pod, doc, {"metadata": {"finalizers": ["c", "a"]}})
    assert sorted(added["metadata"]["finalizers"]) == ["a", "b", "c"]
    removed = strategic_merge.apply(Pod, doc, {"metadata": {"$deleteFromPrimitiveList/finalizers": ["a"]}})
    assert removed == {"metadata": {"finalizers": ["b"]}}


def test_set_element_order() -> None:
    doc = pod({"name": "a"}, {"name": "b"}, {"name": "live-only"})
    patch = {
        "spec": {
            "$setElementOrder/containers": [{"name": "new"}, {"name": "b"}, {"name": "a"}],
            "containers": [{"name": "new"}],
        }
    }
    names = [item["name"] for item in strategic_merge.apply(Pod, doc, patch)["spec"]["containers"]]
    assert names.index("new") < names.index("b") < names.index("a")
    assert sorted(names) == ["a", "b", "live-only", "new"]


def test_new_items_take_the_places_of_deleted_ones() -> None:
    doc = pod({"name": "a"}, {"name": "b"}, {"name": "live-only"})
    patch = {
        "spec": {
            "$setElementOrder/containers": [{"name": "b"}, {"name": "new"}],
            "containers": [{"name": "new"}, {"name": "a", "$patch": "delete"}],
        }
    }
    names = [item["name"] for item in strategic_merge.apply(Pod, doc, patch)["spec"]["containers"]]
    assert names == ["b", "live-only", "new"]


def test_retain_keys_clears_the_rest() -> None:
    doc = {"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}}
    patch = {"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}}
    assert strategic_merge.apply(Deployment, doc, patch) == {"spec": {"strategy": {"type": "Recreate"}}}


def test_volume_sources_are_exchanged_by_retain_keys() -> None:
    doc = {"spec": {"volumes": [{"name": "v", "emptyDir": {}}]}}
    patch = {"spec": {"volumes": [{"$retainKeys": ["name", "hostPath"], "name": "v", "hostPath": {"path": "/"}}]}}
    assert strategic_merge.apply(Pod, doc, patch) == {"spec": {"volumes": [{"name": "v", "hostPath": {"path": "/"}}]}}


@pytest.mark.parametrize(
    ("patch", "error", "message"),
    [
        (pod({"image": "x"}), BadRequest, r"map: map\[image:x\] does not contain declared merge key: name"),
        (pod({"name": "a", "$patch": "jump"}), BadRequest, "unknown patch type: jump"),
        (pod({"name": "a", "$patch": "merge"}), BadRequest, "merging lists cannot yet be specified in the patch"),
        ({"metadata": {"$retainKeys": "x"}}, BadRequest, "invalid patch format of retainKeys"),
        ({"metadata": {"$retainKeys": [], "name": "x"}}, BadRequest, "invalid patch format of retainKeys"),
        ({"metadata": {"$deleteFromPrimitiveList": []}}, BadRequest, "invalid patch format of primitive list"),
        ({"spec": {"$setElementOrder/containers": 1}}, BadRequest, "invalid patch format of setElementOrder list"),
        (
            {"spec": {"$setElementOrder/containers": [{"name": "z"}], "containers": [{"name": "a"}]}},
            BadRequest,
            "The order in patch list",
        ),
    ],
)
def test_malformed(patch: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        strategic_merge.apply(Pod, {"metadata": {"name": "x"}, **pod({"name": "a"})}, patch)


names = st.text("abcd", min_size=1, max_size=1)
containers = st.lists(
    st.fixed_dictionaries({"name": names}, optional={"image": names, "command": st.lists(names, max_size=2)}),
    max_size=4,
    unique_by=lambda item: item["name"],
)
pods = st.builds(
    lambda items, labels, finalizers: {
        "metadata": {"labels": labels, "finalizers": finalizers},
        "spec": {"containers": items},
    },
    containers,
    st.dictionaries(names, names, max_size=3),
    st.lists(names, unique=True, max_size=3),
)


@given(pods, pods)
def test_twice_is_once_and_nothing_is_modified(doc: dict[str, Any], patch: dict[str, Any]) -> None:
    before = copy.deepcopy((doc, patch))
    once = strategic_merge.apply(Pod, doc, patch)
    assert strategic_merge.apply(Pod, once, patch) == once
    assert (doc, patch) == before


@given(pods)
def test_an_empty_patch_changes_nothing(doc: dict[str, Any]) -> None:
    assert strategic_merge.apply(Pod, doc, {}) == doc


@given(pods)
def test_a_patch_with_itself_changes_nothing(doc: dict[str, Any]) -> None:
    assert strategic_merge.apply(Pod, doc, doc) == doc
