"""The patch of an apply."""

from __future__ import annotations

from typing import Any

import pytest

from pykube.api import apps_v1, core_v1
from pykube.api.patch import merge_patch, strategic_merge
from pykube.cli.three_way import AmbiguousList, patch

Object = dict[str, Any]


def pod(*containers: Object, **spec: Any) -> Object:
    return {"spec": {"containers": list(containers), **spec}}


def test_nothing_to_do() -> None:
    live = pod({"name": "a", "image": "x", "imagePullPolicy": "Always"}, nodeName="n")
    wanted = pod({"name": "a", "image": "x"})
    assert patch(wanted, wanted, live, core_v1.Pod) == {}


def test_a_field_of_one_container() -> None:
    live = pod({"name": "a", "image": "x"}, {"name": "injected", "image": "y"})
    body = patch(pod({"name": "a", "image": "x"}), pod({"name": "a", "image": "z"}), live, core_v1.Pod)
    assert body == {
        "spec": {
            "$setElementOrder/containers": [{"name": "a"}],
            "containers": [{"name": "a", "image": "z"}],
        }
    }
    result = strategic_merge.apply(core_v1.Pod, live, body)["spec"]["containers"]
    assert result == [{"name": "a", "image": "z"}, {"name": "injected", "image": "y"}]


def test_items_come_and_go() -> None:
    before = pod({"name": "a", "image": "x"}, {"name": "b", "image": "x"})
    live = pod({"name": "a", "image": "x"}, {"name": "b", "image": "x"}, {"name": "injected", "image": "y"})
    wanted = pod({"name": "a", "image": "x"}, {"name": "c", "image": "x"})
    body = patch(before, wanted, live, core_v1.Pod)
    result = strategic_merge.apply(core_v1.Pod, live, body)["spec"]["containers"]
    assert {one["name"] for one in result} == {"a", "c", "injected"}


def test_a_change_of_order() -> None:
    live = pod({"name": "a"}, {"name": "b"})
    wanted = pod({"name": "b"}, {"name": "a"})
    body = patch(live, wanted, live, core_v1.Pod)
    assert [one["name"] for one in strategic_merge.apply(core_v1.Pod, live, body)["spec"]["containers"]] == ["b", "a"]


def test_what_was_applied_and_is_wanted_no_more_goes() -> None:
    live = {"data": {"ours": "1", "theirs": "2"}, "metadata": {"labels": {"a": "1"}}}
    body = patch({"data": {"ours": "1"}}, {"data": {}}, live, core_v1.ConfigMap)
    assert body == {"data": {"ours": None}}


def test_a_null_removes() -> None:
    assert patch({}, {"data": None}, {"data": {"a": "1"}}, core_v1.ConfigMap) == {"data": None}
    assert patch({}, {"data": None}, {}, core_v1.ConfigMap) == {}


def test_sets_of_words() -> None:
    live = {"metadata": {"finalizers": ["a", "theirs"]}}
    body = patch({"metadata": {"finalizers": ["a"]}}, {"metadata": {"finalizers": ["b"]}}, live, core_v1.ConfigMap)
    result = strategic_merge.apply(core_v1.ConfigMap, live, body)["metadata"]["finalizers"]
    assert sorted(result) == ["b", "theirs"]


def test_a_strategy_keeps_only_its_own_settings() -> None:
    live = {"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}}
    body = patch({}, {"spec": {"strategy": {"type": "Recreate"}}}, live, apps_v1.Deployment)
    assert strategic_merge.apply(apps_v1.Deployment, live, body) == {"spec": {"strategy": {"type": "Recreate"}}}


def test_two_items_of_one_key() -> None:
    ports = {"spec": {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}}
    live = {"spec": {"ports": [*ports["spec"]["ports"], {"port": 9153}]}}
    with pytest.raises(AmbiguousList):
        patch(ports, ports, live, core_v1.Service)
    body = patch(ports, ports, live, None)
    assert merge_patch.apply(live, body) == ports
