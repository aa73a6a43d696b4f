"""Admission webhooks are asked about all that is written, not only about objects themselves."""

import pytest

from tests.fakes.custom_kinds import DEFINITIONS, GROUP, definition, version
from tests.fakes.webhook_server import allow, change, deny
from tests.fakes.webhook_stories import (
    MAPS,
    MUTATING,
    VALIDATING,
    config_map,
    configure,
    hook,
    pod,
    rule,
    story,
)

PODS = "/api/v1/namespaces/default/pods"
CRONTABS = f"/apis/{GROUP}/v1/namespaces/default/crontabs"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"


async def watching(api, hooks, *resources, answer=None, **rules):
    """Have a webhook asked about resources."""
    hooks.answers["/look"] = answer or allow()
    await configure(api, VALIDATING, "look", hook(hooks, "/look", rules=[rule(*resources, **rules)]))


async def define(api, *versions):
    """Have custom objects served."""
    assert (await api.post(DEFINITIONS, definition(*versions))).status == 201
    while (await api.get(CRONTABS)).status == 404:
        pass


def test_custom_objects(tmp_path):
    async def run(api, hooks):
        await define(api)
        hooks.answers["/m"] = change(
            {"op": "add", "path": "/spec/replicas", "value": 3}, {"op": "add", "path": "/spec/unknown", "value": 1}
        )
        await configure(api, MUTATING, "m", hook(hooks, "/m", rules=[rule("crontabs", operations=["CREATE"])]))
        answer = await api.post(CRONTABS, {"metadata": {"name": "a"}, "spec": {"schedule": "x"}})
        # What the schema does not know is pruned, whoever has put it there.
        assert answer.doc["spec"] == {"schedule": "x", "replicas": 3}
        await watching(api, hooks, "crontabs", operations=["UPDATE", "DELETE"], answer=deny("no"))
        assert (await api.patch(f"{CRONTABS}/a", {"spec": {"schedule": "y"}})).status == 400
        assert (await api.delete(f"{CRONTABS}/a")).status == 400
        assert hooks.requests[-1]["kind"] == {"group": GROUP, "version": "v1", "kind": "CronTab"}

    story(tmp_path, run)


def test_custom_objects_in_another_version(tmp_path):
    async def run(api, hooks):
        await define(api, version("v1"), version("v2", storage=False))
        await watching(api, hooks, "crontabs", versions=["v2"])
        await api.post(CRONTABS, {"metadata": {"name": "a"}, "spec": {"schedule": "x"}})
        [asked] = hooks.requests
        assert asked["object"]["apiVersion"] == f"{GROUP}/v2"
        assert (asked["resource"]["version"], asked["requestResource"]["version"]) == ("v2", "v1")

    story(tmp_path, run)


def test_definitions_can_be_refused(tmp_path):
    async def run(api, hooks):
        await watching(api, hooks, "customresourcedefinitions", answer=deny("not here"))
        answer = await api.post(DEFINITIONS, definition())
        assert answer.message == 'admission webhook "look.example.com" denied the request: not here'

    story(tmp_path, run)


def test_the_status_of_a_pod(tmp_path):
    async def run(api, hooks):
        await api.post(PODS, pod())
        await watching(api, hooks, "pods/status")
        await api.patch(f"{PODS}/p", {"metadata": {"labels": {"a": "b"}}})
        await api.patch(f"{PODS}/p/status", {"status": {"phase": "Running"}})
        [asked] = hooks.requests
        assert (asked["subResource"], asked["requestSubResource"]) == ("status", "status")
        assert asked["object"]["status"]["phase"] == "Running"
        assert asked["oldObject"]["status"]["phase"] == "Pending"

    story(tmp_path, run)


def test_a_binding(tmp_path):
    async def run(api, hooks):
        await api.post(PODS, pod())
        await watching(api, hooks, "pods", "pods/*")
        binding = {"metadata": {"name": "p"}, "target": {"kind": "Node", "name": "n"}}
        assert (await api.post(f"{PODS}/p/binding", binding)).status == 201
        [asked] = hooks.requests
        assert (asked["kind"]["kind"], asked["subResource"], asked["operation"]) == ("Binding", "binding", "CREATE")
        assert (asked["name"], asked["object"]["target"]["name"]) == ("p", "n")
        assert asked["resource"]["resource"] == "pods"

    story(tmp_path, run)


def test_an_eviction(tmp_path):
    async def run(api, hooks):
        await api.post(PODS, pod())
        await watching(api, hooks, "pods/eviction", answer=deny("stay"))
        eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "p"}}
        answer = await api.post(f"{PODS}/p/eviction", eviction)
        assert answer.message == 'admission webhook "look.example.com" denied the request: stay'
        assert hooks.requests[0]["kind"] == {"group": "policy", "version": "v1", "kind": "Eviction"}
        assert (await api.get(f"{PODS}/p")).status == 200

    story(tmp_path, run)


def test_a_token(tmp_path):
    async def run(api, hooks):
        await watching(api, hooks, "serviceaccounts/token")
        answer = await api.post("/api/v1/namespaces/default/serviceaccounts/default/token", {"spec": {}})
        assert answer.status == 201
        assert hooks.requests[0]["kind"]["kind"] == "TokenRequest"

    story(tmp_path, run)


def deployment():
    labels = {"app": "a"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    return {
        "metadata": {"name": "d"},
        "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": template},
    }


def test_a_scale(tmp_path):
    async def run(api, hooks):
        await api.post(DEPLOYMENTS, deployment())
        hooks.answers["/m"] = change({"op": "replace", "path": "/spec/replicas", "value": 2})
        await configure(api, MUTATING, "m", hook(hooks, "/m", rules=[rule("deployments", "deployments/scale")]))
        answer = await api.patch(f"{DEPLOYMENTS}/d/scale", {"spec": {"replicas": 9}})
        assert answer.doc["spec"]["replicas"] == 2
        [asked] = hooks.requests
        assert asked["kind"] == {"group": "autoscaling", "version": "v1", "kind": "Scale"}
        assert (asked["subResource"], asked["operation"]) == ("scale", "UPDATE")
        assert (asked["object"]["spec"], asked["oldObject"]["spec"]) == ({"replicas": 9}, {"replicas": 1})
        assert (await api.get(f"{DEPLOYMENTS}/d")).doc["spec"]["replicas"] == 2

    story(tmp_path, run)


@pytest.mark.parametrize("changed", [False, True])
def test_a_namespace(tmp_path, changed):
    async def run(api, hooks):
        hooks.answers["/n"] = (
            change({"op": "add", "path": "/metadata/labels/x", "value": "y"}) if changed else deny("no")
        )
        await configure(api, MUTATING, "n", hook(hooks, "/n", rules=[rule("namespaces", scope="Cluster")]))
        answer = await api.post("/api/v1/namespaces", {"metadata": {"name": "n"}})
        assert answer.status == (201 if changed else 400)
        assert hooks.requests[0]["namespace"] == hooks.requests[0]["name"] == "n"

    story(tmp_path, run)


def test_every_object_of_a_deleted_collection(tmp_path):
    async def run(api, hooks):
        await api.post(MAPS, config_map("one"))
        await api.post(MAPS, config_map("two"))
        await watching(api, hooks, "configmaps", operations=["DELETE"])
        assert (await api.delete(MAPS)).status == 200
        assert sorted(asked["oldObject"]["metadata"]["name"] for asked in hooks.requests) == ["one", "two"]

    story(tmp_path, run)


def test_what_an_apply_creates_and_updates(tmp_path):
    async def run(api, hooks):
        await watching(api, hooks, "configmaps")
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one"}, "data": {"a": "1"}}
        path = f"{MAPS}/one?fieldManager=me"
        for value in ("1", "2"):
            body["data"]["a"] = value
            answer = await api.call("PATCH", path, body, Content_Type="application/apply-patch+yaml")
            assert answer.status < 300, answer.body
        created, updated = hooks.requests
        assert (created["operation"], created["options"]["kind"]) == ("CREATE", "CreateOptions")
        assert (updated["operation"], updated["options"]["kind"]) == ("UPDATE", "UpdateOptions")
        assert updated["options"]["fieldManager"] == "me"

    story(tmp_path, run)


def test_what_a_webhook_adds_is_nobodys_and_what_it_breaks_is_mended(tmp_path):
    async def run(api, hooks):
        hooks.answers["/m"] = change(
            {"op": "add", "path": "/data/more", "value": "x"},
            {"op": "replace", "path": "/metadata/managedFields/0/operation", "value": "Nonsense"},
        )
        await configure(api, MUTATING, "m", hook(hooks, "/m"))
        answer = await api.post(f"{MAPS}?fieldManager=me", config_map(data={"a": "b"}))
        assert answer.doc["data"] == {"a": "b", "more": "x"}
        [entry] = answer.doc["metadata"]["managedFields"]
        assert entry["operation"] == "Update"
        assert entry["fieldsV1"]["f:data"] == {".": {}, "f:a": {}}
        [warning] = answer.headers.getall("Warning")
        assert ".metadata.managedFields was in an invalid state after admission" in warning

    story(tmp_path, run)


def test_nothing_that_is_only_read(tmp_path):
    async def run(api, hooks):
        await watching(api, hooks, "*/*")
        await api.get(MAPS)
        await api.get(f"{DEPLOYMENTS}/d/scale")
        assert hooks.reviews == []

    story(tmp_path, run)


def test_reviews(tmp_path):
    async def run(api, hooks):
        await watching(api, hooks, "localsubjectaccessreviews", answer=deny("do not ask"))
        body = {"spec": {"user": "x", "resourceAttributes": {"verb": "get", "resource": "pods", "namespace": "none"}}}
        where = "/apis/authorization.k8s.io/v1/namespaces/none/localsubjectaccessreviews"
        answer = await api.post(where, body)
        assert answer.message == 'admission webhook "look.example.com" denied the request: do not ask'
        assert hooks.requests[0]["object"]["spec"]["user"] == "x"

    story(tmp_path, run)
