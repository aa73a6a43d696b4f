"""Options of writes, and what nobody may send in them; writes of kinds with two versions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.fakes.api_server import Api, running
from tests.fakes.documents import VALID

MAPS = "/api/v1/namespaces/default/configmaps"
MAP: dict[str, Any] = {"metadata": {"name": "c"}}


def story(run: Callable[[Api], Awaitable[None]]) -> None:
    async def inside() -> None:
        async with running() as api:
            await run(api)

    asyncio.run(inside())


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("dryRun=x", 'dryRun: Unsupported value: ["x"]: supported values: "All"'),
        ("fieldManager=%0A", 'fieldManager: Invalid value: "\\n": invalid character U+000A (at position 0)'),
        (
            "fieldValidation=x",
            'fieldValidation: Unsupported value: "x": supported values: "", "Ignore", "Strict", "Warn"',
        ),
    ],
)
def test_options(query: str, message: str) -> None:
    async def run(api: Api) -> None:
        await api.post(MAPS, MAP)
        created = await api.post(f"{MAPS}?{query}", {"metadata": {"name": "d"}})
        assert (created.status, created.message) == (422, f'CreateOptions.meta.k8s.io "" is invalid: {message}')
        updated = await api.put(f"{MAPS}/c?{query}", MAP)
        assert updated.message == f'UpdateOptions.meta.k8s.io "" is invalid: {message}'
        patched = await api.patch(f"{MAPS}/c?{query}", {})
        assert patched.message == f'PatchOptions.meta.k8s.io "" is invalid: {message}'

    story(run)


def test_broken_bodies_are_the_clients_fault() -> None:
    async def run(api: Api) -> None:
        await api.post(MAPS, MAP)
        for body in (b'"\xed\xa0\x80"', b"[" * 50_000, b'{"metadata":{"name":[}}'):
            assert (await api.post(MAPS, body)).status == 400
            assert (await api.call("DELETE", f"{MAPS}/c", body)).status == 400
            patched = await api.call("PATCH", f"{MAPS}/c", body, Content_Type="application/merge-patch+json")
            assert patched.status == 400
        assert (await api.post(MAPS, b"[" * 50_000, Content_Type="application/yaml")).status == 400

    story(run)


def test_new_volumes_wait() -> None:
    async def run(api: Api) -> None:
        for version, kind, path in (
            ("v1", "PersistentVolume", "/api/v1/persistentvolumes"),
            ("v1", "PersistentVolumeClaim", "/api/v1/namespaces/default/persistentvolumeclaims"),
        ):
            doc = {**VALID[version, kind], "metadata": {"name": "v"}, "status": {"phase": "Bound"}}
            answer = await api.post(path, doc)
            assert answer.doc["status"]["phase"] == "Pending"
            again = await api.put(f"{path}/v/status", answer.doc)
            assert again.doc["metadata"]["resourceVersion"] == answer.doc["metadata"]["resourceVersion"]

    story(run)


def test_both_versions_keep_what_the_other_one_knows() -> None:
    async def run(api: Api) -> None:
        from_v1 = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers"
        from_v2 = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers"
        doc = {**VALID["autoscaling/v2", "HorizontalPodAutoscaler"], "metadata": {"name": "h"}}
        await api.post(f"{from_v2}?fieldManager=newer", doc)
        older = (await api.get(f"{from_v1}/h")).doc
        assert "autoscaling.alpha.kubernetes.io/behavior" in older["metadata"]["annotations"]
        older["spec"]["maxReplicas"] = 7
        await api.put(f"{from_v1}/h?fieldManager=older", older)
        newer = (await api.get(f"{from_v2}/h")).doc
        assert newer["spec"]["maxReplicas"] == 7
        assert "behavior" in newer["spec"]
        assert "annotations" not in newer["metadata"]
        entries = {entry["manager"]: entry for entry in newer["metadata"]["managedFields"]}
        assert entries["newer"]["apiVersion"] == "autoscaling/v2"
        assert entries["older"]["apiVersion"] == "autoscaling/v1"
        assert entries["older"]["fieldsV1"] == {"f:spec": {"f:maxReplicas": {}}}

    story(run)


DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"


def test_strict_validation_of_patches() -> None:
    async def run(api: Api) -> None:
        await api.post(DEPLOYMENTS, {**VALID["apps/v1", "Deployment"], "metadata": {"name": "d"}})
        path = f"{DEPLOYMENTS}/d?fieldValidation="
        twice = b'{"spec":{"foo":1,"replicas":2,"replicas":3}}'
        for kind in ("merge-patch", "strategic-merge-patch"):
            refused = await api.patch(f"{path}Strict", twice, kind)
            assert refused.status == 422
            assert refused.message.startswith(' "" is invalid: patch: Invalid value: "{')
            assert refused.message.endswith(
                'strict decoding error: duplicate field "spec.replicas", unknown field "spec.foo"'
            )
            warned = await api.patch(f"{path}Warn", twice, kind)
            assert [text.split('"')[1].replace("\\", "") for text in warned.headers.getall("Warning")] == [
                "duplicate field ",
                "unknown field ",
            ]
            assert "Warning" not in (await api.patch(f"{path}Ignore", twice, kind)).headers
        wrong = await api.patch(f"{DEPLOYMENTS}/d", {"spec": {"replicas": "x"}})
        assert wrong.status == 422
        assert "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas" in wrong.message

    story(run)


def test_only_the_version_is_named_in_decoding_errors() -> None:
    async def run(api: Api) -> None:
        wrong = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": {"foo": 1}}
        strict = await api.post(f"{DEPLOYMENTS}?fieldValidation=Strict", wrong)
        assert strict.message == (
            'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: '
            'unknown field "spec.foo"'
        )
        typed = await api.post(DEPLOYMENTS, {**wrong, "spec": {"replicas": "x"}})
        assert typed.message.startswith('Deployment in version "v1" cannot be handled as a Deployment: json: ')

    story(run)
