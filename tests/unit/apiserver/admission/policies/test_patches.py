"""What ``Object{}`` and ``JSONPatch{}`` do to a Deployment."""

from __future__ import annotations

from typing import Any

import pytest

from pykube.api import apps_v1
from pykube.api.patch import merge_patch
from pykube.api.patch.apply import nodes
from pykube.apiserver.admission.policies import patches
from pykube.apiserver.admission.policies.expressions import Compiler, Group
from pykube.apiserver.cel.cost import Budget
from pykube.apiserver.cel.errors import CompileError
from pykube.apiserver.cel.objects import JSON_PATCH, OBJECT
from pykube.apiserver.cel.types import Type, list_of

NODE = nodes.of_struct(apps_v1.Deployment)
HEAD = {"apiVersion": "apps/v1", "kind": "Deployment"}


def evaluated(text: str, returns: Type, obj: Any, old: Any = None) -> Any:
    expression = Compiler.of_policy(params=False).compile(text, returns, patches=True)
    assert not isinstance(expression.program, CompileError), str(expression.program)
    outcome = Group({"object": obj, "oldObject": old}, {}, Budget()).evaluate(expression)
    assert not outcome.error, outcome.error
    return outcome.value


def applied(text: str, obj: dict[str, Any], old: Any = None) -> Any:
    found = {**HEAD, **obj}
    return merge_patch.apply(patches.apply(NODE, found, evaluated(text, OBJECT, found, old)), dict.fromkeys(HEAD))


def patched(text: str, obj: dict[str, Any]) -> Any:
    return patches.json(obj, evaluated(text, list_of(JSON_PATCH), obj))


def pod(**spec: Any) -> dict[str, Any]:
    return {"spec": {"template": {"spec": spec}}}


def in_pod(text: str) -> str:
    """An apply configuration of the pod template's spec."""
    template = f"Object.spec.template{{spec: Object.spec.template.spec{{{text}}}}}"
    return f"Object{{spec: Object.spec{{template: {template}}}}}"


VOLUME = "Object.spec.template.spec.volumes"
CONTAINER = "Object.spec.template.spec.containers"


@pytest.mark.parametrize(
    ("text", "obj", "expected"),
    [
        (
            in_pod(f'volumes: [{VOLUME}{{name: "y"}}]'),
            pod(volumes=[{"name": "x"}]),
            pod(volumes=[{"name": "x"}, {"name": "y"}]),
        ),
        (
            in_pod(f'volumes: [{VOLUME}{{name: "y", hostPath: {VOLUME}.hostPath{{path: "a"}}}}]'),
            pod(volumes=[{"name": "y"}, {"name": "x"}]),
            pod(volumes=[{"name": "y", "hostPath": {"path": "a"}}, {"name": "x"}]),
        ),
        (
            "Object{spec: Object.spec{replicas: object.spec.replicas % 2 == 0 ? object.spec.replicas + 1 : 7}}",
            {"spec": {"replicas": 2}},
            {"spec": {"replicas": 3}},
        ),
        (
            in_pod(
                f'containers: [{CONTAINER}{{name: "n", resources: {CONTAINER}.resources{{limits: {{"cpu": "1"}}}}}}]'
            ),
            {},
            pod(containers=[{"name": "n", "resources": {"limits": {"cpu": "1"}}}]),
        ),
        (
            in_pod(f'containers: [{CONTAINER}{{name: "n", env: [{CONTAINER}.env{{name: "a", value: "3"}}]}}]'),
            pod(containers=[{"name": "n", "env": [{"name": "a", "value": "1"}, {"name": "a", "value": "2"}]}]),
            pod(containers=[{"name": "n", "env": [{"name": "a", "value": "3"}]}]),
        ),
        ("Object{}", {"spec": {"replicas": 2}}, {"spec": {"replicas": 2}}),
        (
            'Object{metadata: Object.metadata{labels: {"b": string(timestamp("2020-01-01T00:00:00Z"))}}}',
            {"metadata": {"labels": {"a": "1"}}},
            {"metadata": {"labels": {"a": "1", "b": "2020-01-01T00:00:00Z"}}},
        ),
    ],
)
def test_applying(text: str, obj: dict[str, Any], expected: dict[str, Any]) -> None:
    assert applied(text, obj) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: {"l": "v"}}}}',
            "error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec",
        ),
        (
            "Object{spec: Object.specx{replicas: 1}}",
            'type mismatch: unexpected type name "Object.specx", expected "Object.spec", which matches field name path',
        ),
        (
            "Object{spec: Object.spec{replicasx: 1}}",
            "error applying patch: failed to convert patch object to typed object: .spec.replicasx: field not",
        ),
        (
            in_pod(f'volumes: [{VOLUME}{{name: "y"}}, {VOLUME}{{name: "y"}}]'),
            "error applying patch: failed to convert patch object to typed object: .spec.template.spec.volumes",
        ),
    ],
)
def test_what_cannot_be_applied(text: str, expected: str) -> None:
    with pytest.raises(patches.PatchError) as failure:
        applied(text, {"spec": {"replicas": 1}})
    assert str(failure.value).startswith(expected)


LABELS = {"metadata": {"labels": {"x": "1"}}}


@pytest.mark.parametrize(
    ("text", "obj", "expected"),
    [
        (
            'JSONPatch{op: "replace", path: "/metadata/labels/x", value: "2"}',
            LABELS,
            {"metadata": {"labels": {"x": "2"}}},
        ),
        ('JSONPatch{op: "remove", path: "/metadata/labels/x"}', LABELS, {"metadata": {"labels": {}}}),
        (
            'JSONPatch{op: "move", from: "/metadata/labels/x", path: "/metadata/labels/y"}',
            LABELS,
            {"metadata": {"labels": {"y": "1"}}},
        ),
        ('JSONPatch{op: "test", path: "/metadata/labels/x", value: "2"}', LABELS, LABELS),
        (
            'JSONPatch{op: "add", path: "/spec", value: Object.spec{selector: Object.spec.selector{}, replicas: 10}}',
            {},
            {"spec": {"selector": {}, "replicas": 10}},
        ),
        (
            'JSONPatch{op: "add", path: "/spec/template/spec/containers/-", value: '
            'Object.spec.template.spec.containers{name: "y", ports: ['
            "Object.spec.template.spec.containers.ports{containerPort: 80}]}}",
            pod(containers=[{"name": "x"}]),
            pod(containers=[{"name": "x"}, {"name": "y", "ports": [{"containerPort": 80}]}]),
        ),
        (
            'JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("a/b~c"), value: "v"}',
            LABELS,
            {"metadata": {"labels": {"x": "1", "a/b~c": "v"}}},
        ),
        (
            'JSONPatch{op: "add", path: "/metadata/labels", value: {"op": JSONPatch{op: "o"}.op, '
            '"set": string(has(JSONPatch{value: 1}.value)), "unset": string(has(JSONPatch{}.from)), '
            '"same": string(JSONPatch{op: "a", value: 1} == JSONPatch{op: "a", value: 1}), '
            '"other": string(JSONPatch{op: "a"} == JSONPatch{op: "b"})}}',
            LABELS,
            {"metadata": {"labels": {"op": "o", "set": "true", "unset": "false", "same": "true", "other": "false"}}},
        ),
    ],
)
def test_patching(text: str, obj: dict[str, Any], expected: dict[str, Any]) -> None:
    assert patched(f"[{text}]", obj) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'JSONPatch{op: "replace", path: "/spec/template/spec/containers/-", value: {"name": "x"}}',
            "JSON Patch: ",
        ),
        (
            'JSONPatch{op: "add", path: "/x", value: Object.spec{a: Object.spec.b{}}}',
            'type mismatch: unexpected type name "Object.spec.b", expected "Object.spec.a", which matches field name',
        ),
    ],
)
def test_what_cannot_be_patched(text: str, expected: str) -> None:
    with pytest.raises(patches.PatchError) as failure:
        patched(f"[{text}]", pod(containers=[{"name": "x"}]))
    assert str(failure.value).startswith(expected)
