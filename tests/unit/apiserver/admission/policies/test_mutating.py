"""MutatingAdmissionPolicy: what it changes, in which order, and how often."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.api_server import Api

from .scenes import (
    DEPLOYMENTS,
    MAPS,
    applying,
    bound,
    bound_mutating,
    config_map,
    define,
    deployment,
    mutating,
    patching,
    policy,
    rules,
    story,
)

ON_DEPLOYMENTS = rules("deployments", group="apps")


def refused(why: str) -> str:
    return f"policy 'm' with binding 'm-binding' denied request: {why}"


def test_an_apply_configuration_is_merged() -> None:
    async def run(api: Api) -> None:
        expression = (
            'Object{metadata: Object.metadata{annotations: {"a": "b"}}, spec: Object.spec{replicas: 7, '
            "template: Object.spec.template{spec: Object.spec.template.spec{containers: "
            '[Object.spec.template.spec.containers{name: "side", image: "j"}]}}}}'
        )
        await bound_mutating(api, mutating(applying(expression), matchConstraints=ON_DEPLOYMENTS))
        found = (await api.post(DEPLOYMENTS, deployment())).doc
        assert found["metadata"]["annotations"] == {"a": "b"}
        assert found["spec"]["replicas"] == 7
        containers = found["spec"]["template"]["spec"]["containers"]
        assert [(one["name"], one["image"]) for one in containers] == [("c", "i"), ("side", "j")]
        assert containers[1]["terminationMessagePath"] == "/dev/termination-log"

    story(run)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('[JSONPatch{op: "add", path: "/data/b", value: "2"}]', {"a": "1", "b": "2"}),
        ('[JSONPatch{op: "replace", path: "/data", value: {"x": "y"}}]', {"x": "y"}),
        ('[JSONPatch{op: "test", path: "/data/a", value: "9"}, JSONPatch{op: "remove", path: "/data/a"}]', {"a": "1"}),
        ('[JSONPatch{op: "copy", from: "/data/a", path: "/data/c"}]', {"a": "1", "c": "1"}),
        ('[JSONPatch{op: "add", path: "/data/" + jsonpatch.escapeKey("k"), value: "v"}]', {"a": "1", "k": "v"}),
    ],
)
def test_a_json_patch(expression: str, expected: dict[str, str]) -> None:
    async def run(api: Api) -> None:
        await bound_mutating(api, mutating(patching(expression)))
        assert (await api.post(MAPS, config_map(a="1"))).doc["data"] == expected

    story(run)


def test_mutations_see_those_before_them() -> None:
    async def run(api: Api) -> None:
        first = applying('Object{data: {"n": "1"}}')
        second = applying('Object{data: {"n": object.data.n + variables.more}}')
        found = mutating(first, second, variables=[{"name": "more", "expression": "'2' + object.data.n"}])
        await bound_mutating(api, found)
        assert (await api.post(MAPS, config_map())).doc["data"] == {"n": "121"}

    story(run)


@pytest.mark.parametrize(
    ("mutation", "why"),
    [
        (
            applying("Object{nothing: 1}"),
            "error applying patch: failed to convert patch object to typed object: .nothing: field not declared in",
        ),
        (
            applying('Object{metadata: Object.metadata{labels: {"a": object.data.missing}}}'),
            "resulted in error: no such key: missing",
        ),
        (
            applying("Object{metadata: Object.spec{}}"),
            'type mismatch: unexpected type name "Object.spec", expected "Object.metadata", which matches field name',
        ),
        (
            patching('[JSONPatch{op: "remove", path: "/data/missing"}]'),
            "JSON Patch: ",
        ),
    ],
)
@pytest.mark.parametrize("failure_policy", ["Fail", "Ignore"])
def test_what_fails(mutation: dict[str, Any], why: str, failure_policy: str) -> None:
    async def run(api: Api) -> None:
        await bound_mutating(api, mutating(mutation, failurePolicy=failure_policy))
        answer = await api.post(MAPS, config_map(a="1"))
        if failure_policy == "Ignore":
            assert (answer.status, answer.doc["data"]) == (201, {"a": "1"})
        else:
            assert (answer.status, answer.doc["reason"]) == (403, "Invalid")
            assert answer.message.startswith(refused(""))
            assert why in answer.message

    story(run)


def test_what_is_replaced_as_a_whole_cannot_be_applied() -> None:
    async def run(api: Api) -> None:
        expression = (
            "Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: "
            '[Object.spec.template.spec.containers{name: "c", args: ["x"]}]}}}}'
        )
        await bound_mutating(api, mutating(applying(expression), matchConstraints=ON_DEPLOYMENTS))
        assert (await api.post(DEPLOYMENTS, deployment())).message == refused(
            "error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: "
            ".spec.template.spec.containers[0].args"
        )

    story(run)


def test_custom_objects() -> None:
    async def run(api: Api) -> None:
        path = await define(api, {"size": {"type": "integer"}, "color": {"type": "string"}})
        match = rules("widgets", group="stable.example.com")
        expression = 'Object{spec: Object.spec{color: "red", size: object.spec.size + 1}}'
        await bound_mutating(api, mutating(applying(expression), matchConstraints=match))
        answer = await api.post(path, {"metadata": {"name": "w"}, "spec": {"size": 1}})
        assert answer.doc["spec"] == {"color": "red", "size": 2}

    story(run)


def test_validation_sees_what_was_changed() -> None:
    async def run(api: Api) -> None:
        await bound_mutating(api, mutating(applying('Object{data: {"bad": "yes"}}')))
        await bound(api, policy("!has(object.data.bad)"))
        assert (await api.post(MAPS, config_map())).status == 422

    story(run)


LONGER = 'Object{data: {"n": (has(object.data) && "n" in object.data ? object.data.n : "") + "%s"}}'


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [("Never", "Never", "ab"), ("IfNeeded", "Never", "aba"), ("IfNeeded", "IfNeeded", "abab")],
)
def test_who_is_asked_again(first: str, second: str, expected: str) -> None:
    async def run(api: Api) -> None:
        one = mutating(applying(LONGER % "a"), name="first", reinvocationPolicy=first)
        two = mutating(applying(LONGER % "b"), name="second", reinvocationPolicy=second)
        await bound_mutating(api, two)
        await bound_mutating(api, one)
        assert (await api.post(MAPS, config_map())).doc["data"] == {"n": expected}

    story(run)


def test_conditions_and_deletions() -> None:
    async def run(api: Api) -> None:
        conditions = [{"name": "c", "expression": "object.metadata.name != 'spared'"}]
        found = mutating(
            applying('Object{data: {"x": "y"}}'), matchConditions=conditions, matchConstraints=rules(operations=["*"])
        )
        await bound_mutating(api, found)
        assert (await api.post(MAPS, config_map())).doc["data"] == {"x": "y"}
        assert "data" not in (await api.post(MAPS, config_map("spared"))).doc
        assert (await api.delete(f"{MAPS}/c")).status == 200

    story(run)


def test_parameters() -> None:
    async def run(api: Api) -> None:
        await api.post(MAPS, config_map("p", {"param": "yes"}, color="blue"))
        found = mutating(
            applying("Object{data: params.data}"),
            paramKind={"apiVersion": "v1", "kind": "ConfigMap"},
            matchConstraints=rules("secrets"),
        )
        found["spec"]["mutations"] = [applying("Object{metadata: Object.metadata{labels: params.data}}")]
        await bound_mutating(api, found, paramRef={"name": "p", "parameterNotFoundAction": "Deny"})
        answer = await api.post("/api/v1/namespaces/default/secrets", {"metadata": {"name": "s"}})
        assert answer.doc["metadata"]["labels"] == {"color": "blue"}
        await api.delete(f"{MAPS}/p")
        answer = await api.post("/api/v1/namespaces/default/secrets", {"metadata": {"name": "t"}})
        assert answer.message == refused(
            "failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction"
        )

    story(run)


def test_scales() -> None:
    async def run(api: Api) -> None:
        await api.post(DEPLOYMENTS, deployment())
        match = rules("deployments/scale", group="apps")
        await bound_mutating(api, mutating(applying("Object{spec: Object.spec{replicas: 2}}"), matchConstraints=match))
        answer = await api.patch(f"{DEPLOYMENTS}/d/scale", {"spec": {"replicas": 5}})
        assert answer.doc["spec"] == {"replicas": 2}
        assert (await api.get(f"{DEPLOYMENTS}/d")).doc["spec"]["replicas"] == 2

    story(run)


def test_an_update_that_changes_nothing_is_none() -> None:
    async def run(api: Api) -> None:
        await bound_mutating(api, mutating(applying('Object{data: {"x": "y"}}')))
        first = (await api.post(MAPS, config_map(a="1"))).doc
        again = (await api.patch(f"{MAPS}/c", {"data": {"a": "1"}})).doc
        assert again["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
        config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"b": "2"}}
        versions = set()
        for _ in range(2):
            path = f"{MAPS}/c?fieldManager=me"
            answer = await api.call("PATCH", path, config, Content_Type="application/apply-patch+yaml")
            versions.add(answer.doc["metadata"]["resourceVersion"])
        assert len(versions) == 1

    story(run)


def test_a_patch_that_adds_an_unknown_field() -> None:
    async def run(api: Api) -> None:
        await bound_mutating(api, mutating(patching('[JSONPatch{op: "add", path: "/dataZ", value: {"a": "b"}}]')))
        answer = await api.post(MAPS, config_map(a="1"))
        assert (answer.status, answer.doc["reason"]) == (500, "InternalError")
        assert answer.message == 'Internal error occurred: strict decoding error: unknown field "dataZ"'

    story(run)
