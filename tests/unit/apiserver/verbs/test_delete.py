"""DELETE of objects and collections."""

import asyncio

import pytest

from tests.fakes.api_server import running

MAPS = "/api/v1/namespaces/default/configmaps"
PODS = "/api/v1/namespaces/default/pods"
JOBS = "/apis/batch/v1/namespaces/default/jobs"
POD_SPEC = {"containers": [{"name": "c", "image": "i"}]}


def story(run):
    async def inside():
        async with running() as api:
            await run(api)

    asyncio.run(inside())


def test_gone_at_once():
    async def run(api):
        created = (await api.post(MAPS, {"metadata": {"name": "c"}})).doc
        answer = await api.delete(f"{MAPS}/c")
        assert (answer.status, answer.doc["status"]) == (200, "Success")
        assert answer.doc["details"] == {"name": "c", "kind": "configmaps", "uid": created["metadata"]["uid"]}
        assert (await api.delete(f"{MAPS}/c")).status == 404

    story(run)


def test_finalizers_hold_an_object():
    async def run(api):
        await api.post(MAPS, {"metadata": {"name": "c", "finalizers": ["x.io/y"]}})
        waiting = await api.delete(f"{MAPS}/c")
        assert "deletionTimestamp" in waiting.doc["metadata"]
        assert waiting.doc["metadata"]["deletionGracePeriodSeconds"] == 0
        again = await api.delete(f"{MAPS}/c")
        assert again.doc["metadata"]["resourceVersion"] == waiting.doc["metadata"]["resourceVersion"]
        await api.patch(f"{MAPS}/c", {"metadata": {"finalizers": None}})
        assert (await api.get(f"{MAPS}/c")).status == 404

    story(run)


@pytest.mark.parametrize(
    ("policy", "finalizers"), [("Orphan", ["orphan"]), ("Foreground", ["foregroundDeletion"]), ("Background", None)]
)
def test_propagation(policy, finalizers):
    async def run(api):
        await api.post(MAPS, {"metadata": {"name": "c"}})
        answer = await api.delete(f"{MAPS}/c", {"propagationPolicy": policy})
        assert answer.doc["metadata"].get("finalizers") == finalizers
        assert (await api.get(f"{MAPS}/c")).status == (200 if finalizers else 404)

    story(run)


def test_jobs_leave_their_pods_alive_for_old_clients():
    async def run(api):
        template = {"spec": {**POD_SPEC, "restartPolicy": "Never"}}
        answer = await api.post(JOBS, {"metadata": {"name": "j"}, "spec": {"template": template}})
        assert answer.status == 201, answer.body
        assert (await api.delete(f"{JOBS}/j")).doc["metadata"]["finalizers"] == ["orphan"]

    story(run)


def test_preconditions():
    async def run(api):
        created = (await api.post(MAPS, {"metadata": {"name": "c"}})).doc
        answer = await api.delete(f"{MAPS}/c", {"preconditions": {"uid": "other"}})
        assert answer.status == 409
        assert "the UID in the precondition (other) does not match the UID in record" in answer.message
        assert (await api.delete(f"{MAPS}/c", {"preconditions": {"resourceVersion": "1"}})).status == 409
        wanted = {"preconditions": {"uid": created["metadata"]["uid"]}}
        assert (await api.delete(f"{MAPS}/c", wanted)).status == 200

    story(run)


def test_pods_get_time_to_end():
    async def run(api):
        await api.post(PODS, {"metadata": {"name": "p"}, "spec": {**POD_SPEC, "nodeName": "n"}})
        waiting = (await api.delete(f"{PODS}/p")).doc["metadata"]
        assert waiting["deletionGracePeriodSeconds"] == 30
        assert waiting["generation"] == 2
        longer = (await api.delete(f"{PODS}/p?gracePeriodSeconds=60")).doc["metadata"]
        assert longer["deletionGracePeriodSeconds"] == 30
        shorter = (await api.delete(f"{PODS}/p?gracePeriodSeconds=5")).doc["metadata"]
        assert shorter["deletionGracePeriodSeconds"] == 5
        assert (await api.delete(f"{PODS}/p?gracePeriodSeconds=0")).status == 200
        assert (await api.get(f"{PODS}/p")).status == 404

    story(run)


def test_pods_without_a_node_go_at_once():
    async def run(api):
        await api.post(PODS, {"metadata": {"name": "p"}, "spec": POD_SPEC})
        assert (await api.delete(f"{PODS}/p")).doc["kind"] == "Pod"
        assert (await api.get(f"{PODS}/p")).status == 404

    story(run)


def test_namespaces_wait_to_be_emptied():
    async def run(api):
        await api.post("/api/v1/namespaces", {"metadata": {"name": "n"}})
        ending = (await api.delete("/api/v1/namespaces/n")).doc
        assert ending["status"]["phase"] == "Terminating"
        refused = await api.post("/api/v1/namespaces/n/configmaps", {"metadata": {"name": "c"}})
        assert refused.message == (
            'configmaps "c" is forbidden: unable to create new content in namespace n because it is being terminated'
        )
        assert refused.doc["details"]["causes"][0]["reason"] == "NamespaceTerminating"
        ending["spec"]["finalizers"] = []
        assert (await api.put("/api/v1/namespaces/n/finalize", ending)).status == 200
        assert (await api.get("/api/v1/namespaces/n")).status == 404

    story(run)


def test_a_collection():
    async def run(api):
        for name, value in (("a", "1"), ("b", "2"), ("c", "1")):
            await api.post(MAPS, {"metadata": {"name": name, "labels": {"x": value}}})
        answer = await api.delete(f"{MAPS}?labelSelector=x%3D1")
        assert [item["metadata"]["name"] for item in answer.doc["items"]] == ["a", "c"]
        assert len((await api.get(MAPS)).doc["items"]) == 1

    story(run)


def test_a_dry_run_deletes_nothing():
    async def run(api):
        await api.post(MAPS, {"metadata": {"name": "c"}})
        assert (await api.delete(f"{MAPS}/c?dryRun=All")).status == 200
        assert (await api.delete(f"{MAPS}/c", {"dryRun": ["All"]})).status == 200
        assert (await api.get(f"{MAPS}/c")).status == 200

    story(run)


def test_policies_that_nobody_knows():
    async def run(api):
        await api.post(MAPS, {"metadata": {"name": "c"}})
        assert (await api.delete(f"{MAPS}/c", {"propagationPolicy": "Sideways"})).status == 422

    story(run)
