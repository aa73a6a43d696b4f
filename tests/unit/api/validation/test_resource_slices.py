"""Devices that drivers publish."""

from __future__ import annotations

from typing import Any

import pytest

from .documents import build, created, updated

V1 = "resource.k8s.io/v1"


def slice_(**spec: Any) -> Any:
    return build("ResourceSlice", {"spec": spec}, api_version=V1)


def device(**more: Any) -> dict[str, Any]:
    return {"devices": [{"name": "gpu-0", **more}]}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"pool": {"name": "a/B"}}, "spec.pool.name: Invalid value"),
        ({"pool": {"resourceSliceCount": 0}}, "spec.pool.resourceSliceCount: Invalid value: 0"),
        ({"pool": {"generation": -1}}, "spec.pool.generation: Invalid value: -1"),
        ({"nodeName": None}, "spec: Required value: exactly one of `nodeName`"),
        ({"allNodes": True}, 'spec: Invalid value: "{`nodeName`, `allNodes`}"'),
        ({"allNodes": False}, "spec.allNodes: Invalid value: false: must be either unset or set to true"),
        (device(attributes={"size": {}}), "spec.devices[0].attributes[size]: Invalid value"),
        (device(attributes={"/a": {"int": 1}}), "spec.devices[0].attributes[/a]: Invalid value"),
        (device(attributes={"v": {"version": "1"}}), "spec.devices[0].attributes[v].version: Invalid value"),
        (device(attributes={"s": {"string": "x" * 65}}), "spec.devices[0].attributes[s].string: Too long"),
        (device(taints=[{"key": "k", "effect": "x"}]), "spec.devices[0].taints[0].effect: Unsupported value"),
        (device(allNodes=True), "spec.devices[0]: Invalid value: null: `nodeName`, `nodeSelector` and `allNodes`"),
        (device(bindingConditions=["a"]), "spec.devices[0].bindingFailureConditions: Invalid value: []"),
        (device(attributes={f"a{n}": {"int": 1} for n in range(33)}), "spec.devices[0]: Invalid value: 33"),
    ],
)
def test_what_is_wrong(spec: dict[str, Any], expected: str) -> None:
    found = created(slice_(**spec))
    assert [text for text in found if text.startswith(expected)], found


def test_what_is_right() -> None:
    attributes = {"size": {"int": 1}, "example.com/model": {"string": "x"}, "driver": {"version": "1.2.3-rc.1+b"}}
    assert created(slice_(**device(attributes=attributes, capacity={"memory": {"value": "1Gi"}}))) == []


def test_a_pool_keeps_its_name() -> None:
    assert updated(slice_(pool={"name": "q"}), slice_()) == [
        'spec.pool.name: Invalid value: "q": field is immutable',
    ]
