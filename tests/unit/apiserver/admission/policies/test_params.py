"""Parameters of policies: built-in and custom kinds, by name and by selector."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.api_server import Api

from .scenes import MAPS, bound, config_map, define, policy, rules, story

KIND = {"apiVersion": "v1", "kind": "ConfigMap"}
SECRETS = "/api/v1/namespaces/default/secrets"
MAX = "object.data.size() <= int(params.data.max)"


def secret(name: str = "s", **data: str) -> dict[str, Any]:
    return {"metadata": {"name": name}, "stringData": data}


def limited(**spec: Any) -> dict[str, Any]:
    return policy(MAX, paramKind=KIND, matchConstraints=rules("secrets"), **spec)


def reference(**more: Any) -> dict[str, Any]:
    return {"parameterNotFoundAction": "Deny", **more}


def refused(why: str) -> str:
    return (
        "secrets \"s\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: "
        f"failed to configure binding: {why}"
    )


def test_by_name() -> None:
    async def run(api: Api) -> None:
        await api.post(MAPS, config_map("limit", max="1"))
        await bound(api, limited(), paramRef=reference(name="limit"))
        assert (await api.post(SECRETS, secret(a="1"))).status == 201
        assert (await api.post(SECRETS, secret("t", a="1", b="2"))).status == 422
        await api.patch(f"{MAPS}/limit", {"data": {"max": "2"}})
        assert (await api.post(SECRETS, secret("t", a="1", b="2"))).status == 201

    story(run)


def test_by_selector_all_must_agree() -> None:
    async def run(api: Api) -> None:
        await api.post(MAPS, config_map("one", {"limit": "yes"}, max="1"))
        await api.post(MAPS, config_map("five", {"limit": "yes"}, max="5"))
        await api.post(MAPS, config_map("none", {"limit": "no"}, max="0"))
        await bound(api, limited(), paramRef=reference(selector={"matchLabels": {"limit": "yes"}}))
        assert (await api.post(SECRETS, secret(a="1"))).status == 201
        assert (await api.post(SECRETS, secret("t", a="1", b="2"))).status == 422

    story(run)


@pytest.mark.parametrize(("action", "code"), [("Deny", 422), ("Allow", 201)])
def test_none_found(action: str, code: int) -> None:
    async def run(api: Api) -> None:
        await bound(api, limited(), paramRef=reference(name="nowhere", parameterNotFoundAction=action))
        answer = await api.post(SECRETS, secret(a="1"))
        assert answer.status == code
        if code != 201:
            assert answer.message == refused("no params found for policy binding with `Deny` parameterNotFoundAction")

    story(run)


def test_the_namespace_is_that_of_the_request_or_the_one_named() -> None:
    async def run(api: Api) -> None:
        await api.post("/api/v1/namespaces/kube-system/configmaps", config_map("limit", max="0"))
        await bound(api, limited(), paramRef=reference(name="limit", parameterNotFoundAction="Allow"))
        assert (await api.post(SECRETS, secret(a="1"))).status == 201
        await bound(api, limited(name="q"), name="c", paramRef=reference(name="limit", namespace="kube-system"))
        assert (await api.post(SECRETS, secret("t", a="1"))).status == 422

    story(run)


def test_without_reference_there_are_none() -> None:
    async def run(api: Api) -> None:
        await bound(api, policy("params == null", paramKind=KIND, matchConstraints=rules("secrets")))
        assert (await api.post(SECRETS, secret())).status == 201

    story(run)


def test_a_kind_that_nobody_serves() -> None:
    async def run(api: Api) -> None:
        kind = {"apiVersion": "example.com/v1", "kind": "Limit"}
        found = policy("false", paramKind=kind, matchConstraints=rules("secrets"))
        await bound(api, found, paramRef=reference(name="x"))
        assert (await api.post(SECRETS, secret())).message == (
            "secrets \"s\" is forbidden: ValidatingAdmissionPolicy 'p' denied request: failed to configure policy: "
            "failed to find resource referenced by paramKind: 'example.com/v1, Kind=Limit'"
        )

    story(run)


def test_of_a_custom_kind() -> None:
    async def run(api: Api) -> None:
        path = await define(api, {"max": {"type": "integer"}})
        assert (await api.post(path, {"metadata": {"name": "w"}, "spec": {"max": 1}})).status == 201
        kind = {"apiVersion": "stable.example.com/v1", "kind": "Widget"}
        found = policy("object.data.size() <= params.spec.max", paramKind=kind, matchConstraints=rules("secrets"))
        await bound(api, found, paramRef=reference(name="w"))
        assert (await api.post(SECRETS, secret(a="1"))).status == 201
        assert (await api.post(SECRETS, secret("t", a="1", b="2"))).status == 422

    story(run)


def test_cluster_scoped_objects_need_a_namespace_for_their_parameters() -> None:
    async def run(api: Api) -> None:
        found = policy("true", paramKind=KIND, matchConstraints=rules("nodes"))
        await bound(api, found, paramRef=reference(name="x"))
        message = (await api.post("/api/v1/nodes", {"metadata": {"name": "n"}})).message
        assert message.endswith(
            "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources"
        )

    story(run)


def test_a_namespace_for_parameters_that_are_in_none() -> None:
    async def run(api: Api) -> None:
        found = policy("true", paramKind={"apiVersion": "v1", "kind": "Node"}, matchConstraints=rules("secrets"))
        await bound(api, found, paramRef=reference(name="x", namespace="default"))
        expected = refused("paramRef.namespace must not be provided for a cluster-scoped `paramKind`")
        assert (await api.post(SECRETS, secret())).message == expected

    story(run)
