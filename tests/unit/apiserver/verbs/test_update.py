"""PUT and PATCH."""

import asyncio

import pytest

from tests.fakes.api_server import running

MAPS = "/api/v1/namespaces/default/configmaps"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "b"}}
POD_SPEC = {"containers": [{"name": "c", "image": "i"}]}
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "d"},
    "spec": {
        "replicas": 1,
        "selector": {"matchLabels": {"app": "d"}},
        "template": {"metadata": {"labels": {"app": "d"}}, "spec": POD_SPEC},
    },
}


def story(run):
    async def inside():
        async with running() as api:
            await run(api)

    asyncio.run(inside())


def test_an_update_on_the_state_that_was_read():
    async def run(api):
        doc = (await api.post(MAPS, CONFIG_MAP)).doc
        doc["data"]["a"] = "c"
        updated = await api.put(f"{MAPS}/c", doc)
        assert updated.status == 200
        assert updated.doc["metadata"]["resourceVersion"] != doc["metadata"]["resourceVersion"]
        stale = await api.put(f"{MAPS}/c", doc)
        assert stale.status == 409
        assert stale.message == (
            'Operation cannot be fulfilled on configmaps "c": the object has been modified; '
            "please apply your changes to the latest version and try again"
        )

    story(run)


def test_an_update_without_a_version_wins():
    async def run(api):
        await api.post(MAPS, CONFIG_MAP)
        answer = await api.put(f"{MAPS}/c", {**CONFIG_MAP, "data": {"x": "y"}})
        assert (answer.status, answer.doc["data"]) == (200, {"x": "y"})

    story(run)


def test_what_does_not_change_is_not_written():
    async def run(api):
        doc = (await api.post(MAPS, CONFIG_MAP)).doc
        assert (await api.put(f"{MAPS}/c", doc)).doc == doc

    story(run)


def test_identity_cannot_be_changed():
    async def run(api):
        doc = (await api.post(MAPS, CONFIG_MAP)).doc
        changed = {**doc, "metadata": {**doc["metadata"], "uid": "other"}}
        assert (await api.put(f"{MAPS}/c", changed)).status == 409
        answer = await api.put(f"{MAPS}/d", doc)
        assert answer.message == "the name of the object (c) does not match the name on the URL (d)"
        assert (await api.put(f"{MAPS}/x", {**CONFIG_MAP, "metadata": {}})).status == 404

    story(run)


def test_the_generation_counts_changes_of_the_spec():
    async def run(api):
        doc = (await api.post(DEPLOYMENTS, DEPLOYMENT)).doc
        assert doc["metadata"]["generation"] == 1
        labelled = await api.patch(f"{DEPLOYMENTS}/d", {"metadata": {"labels": {"x": "y"}}})
        assert labelled.doc["metadata"]["generation"] == 1
        scaled = await api.patch(f"{DEPLOYMENTS}/d", {"spec": {"replicas": 3}})
        assert scaled.doc["metadata"]["generation"] == 2

    story(run)


def test_status_is_written_apart():
    async def run(api):
        await api.post(DEPLOYMENTS, {**DEPLOYMENT, "status": {"replicas": 7}})
        seen = await api.patch(f"{DEPLOYMENTS}/d", {"status": {"replicas": 7}})
        assert "replicas" not in seen.doc["status"]
        body = {"spec": {"replicas": 9}, "status": {"replicas": 7}, "metadata": {"labels": {"x": "y"}}}
        written = await api.patch(f"{DEPLOYMENTS}/d/status", body)
        assert written.doc["status"]["replicas"] == 7
        assert written.doc["spec"]["replicas"] == 1
        assert "labels" not in written.doc["metadata"]
        assert written.doc["metadata"]["generation"] == 1

    story(run)


def test_patches_of_three_kinds():
    async def run(api):
        await api.post(DEPLOYMENTS, DEPLOYMENT)
        containers = {"spec": {"template": {"spec": {"containers": [{"name": "e", "image": "j"}]}}}}
        merged = await api.patch(f"{DEPLOYMENTS}/d", containers, "strategic-merge-patch")
        assert [c["name"] for c in merged.doc["spec"]["template"]["spec"]["containers"]] == ["e", "c"]
        replaced = await api.patch(f"{DEPLOYMENTS}/d", containers)
        assert [c["name"] for c in replaced.doc["spec"]["template"]["spec"]["containers"]] == ["e"]
        operations = [{"op": "replace", "path": "/spec/replicas", "value": 4}]
        assert (await api.patch(f"{DEPLOYMENTS}/d", operations, "json-patch")).doc["spec"]["replicas"] == 4

    story(run)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"[", "merge-patch", 400),
        (b"[]", "merge-patch", 400),
        ([{"op": "test", "path": "/data/a", "value": "z"}], "json-patch", 422),
        ({"metadata": {"resourceVersion": "1"}}, "merge-patch", 409),
        ({"data": {"a": 5}}, "merge-patch", 422),
        ({"metadata": {"name": "x"}}, "merge-patch", 400),
        ({}, "unheard-of", 415),
    ],
)
def test_bad_patches(body, kind, status):
    async def run(api):
        await api.post(MAPS, CONFIG_MAP)
        assert (await api.patch(f"{MAPS}/c", body, kind)).status == status

    story(run)


def test_patches_that_meet_are_both_applied():
    async def run(api):
        await api.post(MAPS, CONFIG_MAP)
        patches = (api.patch(f"{MAPS}/c", {"data": {str(number): "x"}}) for number in range(5))
        assert [answer.status for answer in await asyncio.gather(*patches)] == [200] * 5
        assert len((await api.get(f"{MAPS}/c")).doc["data"]) == 6

    story(run)


def test_some_kinds_come_by_put():
    async def run(api):
        leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases"
        lease = {"metadata": {"name": "l"}, "spec": {"holderIdentity": "me"}}
        assert (await api.put(f"{leases}/l", lease)).status == 201
        answer = await api.put(f"{leases}/l", lease)
        assert answer.status == 422
        assert "metadata.resourceVersion: Invalid value: 0x0: must be specified for an update" in answer.message

    story(run)


def test_two_versions_show_one_object():
    async def run(api):
        v1 = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers"
        spec = {"scaleTargetRef": {"kind": "Deployment", "name": "d"}, "maxReplicas": 3}
        body = {"metadata": {"name": "h"}, "spec": {**spec, "targetCPUUtilizationPercentage": 50}}
        created = await api.post(v1, body)
        assert created.doc["apiVersion"] == "autoscaling/v1"
        other = await api.get(f"{v1.replace('v1', 'v2')}/h")
        assert other.doc["spec"]["metrics"][0]["resource"]["target"]["averageUtilization"] == 50
        again = await api.patch(f"{v1}/h", {"spec": {"maxReplicas": 4}})
        assert again.doc["spec"]["targetCPUUtilizationPercentage"] == 50

    story(run)
