"""What is done to pods below their path: binding, eviction, resize, ephemeral containers."""

import asyncio

import pytest

from tests.fakes.api_server import running

PODS = "/api/v1/namespaces/default/pods"
BUDGETS = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"
POD = {"metadata": {"name": "p", "labels": {"app": "p"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
BINDING = {"metadata": {"name": "p"}, "target": {"kind": "Node", "name": "n"}}
EVICTION = {"metadata": {"name": "p"}}


def story(run):
    async def inside():
        async with running() as api:
            await api.post(PODS, POD)
            await run(api)

    asyncio.run(inside())


@pytest.mark.parametrize("path", [f"{PODS}/p/binding", "/api/v1/namespaces/default/bindings"])
def test_a_pod_is_bound_once(path):
    async def run(api):
        answer = await api.post(path, {**BINDING, "metadata": {"name": "p", "annotations": {"x": "y"}}})
        assert (answer.status, answer.doc["status"]) == (201, "Success")
        pod = (await api.get(f"{PODS}/p")).doc
        assert pod["spec"]["nodeName"] == "n"
        assert pod["metadata"]["annotations"] == {"x": "y"}
        [condition] = pod["status"]["conditions"]
        assert (condition["type"], condition["status"]) == ("PodScheduled", "True")
        again = await api.post(path, BINDING)
        assert again.status == 409
        assert 'pod p is already assigned to node "n"' in again.message

    story(run)


def test_bindings_that_cannot_be():
    async def run(api):
        assert (await api.post(f"{PODS}/p/binding", {**BINDING, "metadata": {"uid": "other"}})).status == 409
        assert (await api.post(f"{PODS}/p/binding", {"target": {"kind": "Moon", "name": "n"}})).status == 400
        assert (await api.post(f"{PODS}/q/binding", {**BINDING, "metadata": {}})).status == 404

    story(run)


def test_an_eviction_without_a_budget_deletes():
    async def run(api):
        assert (await api.post(f"{PODS}/p/eviction", EVICTION)).status == 201
        assert (await api.get(f"{PODS}/p")).status == 404

    story(run)


def test_an_evicted_pod_says_so():
    async def run(api):
        await api.patch(f"{PODS}/p", {"metadata": {"finalizers": ["example.com/held"]}})
        assert (await api.post(f"{PODS}/p/eviction", EVICTION)).status == 201
        [condition] = (await api.get(f"{PODS}/p")).doc["status"]["conditions"]
        assert (condition["type"], condition["reason"]) == ("DisruptionTarget", "EvictionByEvictionAPI")

    story(run)


def test_a_budget_counts_evictions():
    async def run(api):
        await api.post(f"{PODS}/p/binding", BINDING)
        ready = [{"type": "Ready", "status": "True"}]
        await api.patch(f"{PODS}/p/status", {"status": {"phase": "Running", "conditions": ready}})
        spec = {"minAvailable": 1, "selector": {"matchLabels": {"app": "p"}}}
        await api.post(BUDGETS, {"metadata": {"name": "b"}, "spec": spec})
        waiting = await api.post(f"{PODS}/p/eviction", EVICTION)
        assert (waiting.status, waiting.headers["Retry-After"]) == (429, "10")
        status = {"observedGeneration": 1, "currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1}
        await api.patch(f"{BUDGETS}/b/status", {"status": {**status, "disruptionsAllowed": 0}})
        refused = await api.post(f"{PODS}/p/eviction", EVICTION)
        assert refused.message == "Cannot evict pod as it would violate the pod's disruption budget."
        [cause] = refused.doc["details"]["causes"]
        assert cause["message"] == "The disruption budget b needs 1 healthy pods and has 1 currently"
        await api.patch(f"{BUDGETS}/b/status", {"status": {"disruptionsAllowed": 1}})
        assert (await api.post(f"{PODS}/p/eviction", EVICTION)).status == 201
        budget = (await api.get(f"{BUDGETS}/b")).doc["status"]
        assert budget["disruptionsAllowed"] == 0
        assert list(budget["disruptedPods"]) == ["p"]

    story(run)


def test_containers_for_debugging_are_added():
    async def run(api):
        added = {"spec": {"ephemeralContainers": [{"name": "e", "image": "i"}], "hostname": "x"}}
        answer = await api.patch(f"{PODS}/p/ephemeralcontainers", added, "strategic-merge-patch")
        assert answer.status == 200, answer.body
        assert answer.doc["spec"]["ephemeralContainers"][0]["name"] == "e"
        assert "hostname" not in answer.doc["spec"]
        assert answer.doc["metadata"]["generation"] == 2

    story(run)


def test_resources_are_resized():
    async def run(api):
        container = {"name": "c", "image": "i", "resources": {"requests": {"cpu": "2"}}}
        await api.post(PODS, {"metadata": {"name": "q"}, "spec": {"containers": [container]}})
        wanted = {"spec": {"containers": [{"name": "c", "image": "x", "resources": {"requests": {"cpu": "1"}}}]}}
        answer = await api.patch(f"{PODS}/q/resize", wanted, "strategic-merge-patch")
        [container] = answer.doc["spec"]["containers"]
        assert container["resources"] == {"requests": {"cpu": "1"}}
        assert container["image"] == "i"
        refused = await api.patch(f"{PODS}/p/resize", wanted, "strategic-merge-patch")
        assert "Pod QOS Class may not change as a result of resizing" in refused.message


def test_parts_of_a_pod_are_judged_with_the_whole():
    async def run(api):
        added = {"spec": {"ephemeralContainers": [{"name": "E", "image": ""}]}}
        answer = await api.patch(f"{PODS}/p/ephemeralcontainers", added, "strategic-merge-patch")
        assert "spec.ephemeralContainers[0].image: Required value" in answer.message
        bound = await api.post(f"{PODS}/p/binding", {**BINDING, "target": {"name": "No node"}})
        assert 'target.name: Invalid value: "No node"' in bound.message
        wrong = {"metadata": {"name": "p"}, "deleteOptions": {"propagationPolicy": "x"}}
        before = (await api.get(f"{PODS}/p")).body
        assert (await api.post(f"{PODS}/p/eviction", wrong)).status == 422
        assert (await api.get(f"{PODS}/p")).body == before

    story(run)
