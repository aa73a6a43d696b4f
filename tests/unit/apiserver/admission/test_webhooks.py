"""Admission webhooks, asked over real TLS: what they are told, what they may do, and what their failures mean."""

import asyncio

import pytest
from aiohttp import web

from pykube.api import core_v1, meta_v1
from tests.fakes.webhook_server import allow, change, deny, hang, response
from tests.fakes.webhook_stories import (
    MAPS,
    MUTATING,
    VALIDATING,
    config_map,
    configure,
    hook,
    rule,
    story,
)


def test_a_mutating_webhook_changes_the_object(tmp_path):
    async def run(api, hooks):
        hooks.answers["/add"] = change({"op": "add", "path": "/data", "value": {"mutation": "start"}})
        hooks.answers["/more"] = change({"op": "add", "path": "/data/more", "value": "yes"})
        await configure(api, MUTATING, "b", hook(hooks, "/more"))
        await configure(api, MUTATING, "a", hook(hooks, "/add"))
        answer = await api.post(MAPS, config_map())
        assert answer.doc["data"] == {"mutation": "start", "more": "yes"}
        assert hooks.paths == ["/add", "/more"]
        assert (await api.get(f"{MAPS}/one")).doc["data"] == {"mutation": "start", "more": "yes"}

    story(tmp_path, run)


def test_what_a_webhook_is_told(tmp_path):
    async def run(api, hooks):
        hooks.answers["/look"] = allow()
        await configure(api, VALIDATING, "v", hook(hooks, "/look"))
        await api.post(f"{MAPS}?fieldManager=me", config_map(data={"a": "b"}))
        await api.put(f"{MAPS}/one", config_map(data={"a": "c"}))
        await api.delete(f"{MAPS}/one", {"propagationPolicy": "Background"})
        created, updated, deleted = hooks.requests
        assert created["uid"]
        assert created["kind"] == created["requestKind"] == {"group": "", "version": "v1", "kind": "ConfigMap"}
        resource = {"group": "", "version": "v1", "resource": "configmaps"}
        assert created["resource"] == created["requestResource"] == resource
        assert (created["name"], created["namespace"], created["operation"]) == ("one", "default", "CREATE")
        assert created["userInfo"] == {"username": "admin", "groups": ["system:masters", "system:authenticated"]}
        assert created["object"]["data"] == {"a": "b"}
        assert created["oldObject"] is None
        assert created["dryRun"] is False
        assert created["options"] == {"kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1", "fieldManager": "me"}
        assert updated["operation"] == "UPDATE"
        assert (updated["object"]["data"], updated["oldObject"]["data"]) == ({"a": "c"}, {"a": "b"})
        assert updated["options"]["kind"] == "UpdateOptions"
        assert (deleted["operation"], deleted["object"]) == ("DELETE", None)
        assert deleted["oldObject"]["data"] == {"a": "c"}
        assert deleted["options"]["propagationPolicy"] == "Background"

    story(tmp_path, run)


def test_mutating_webhooks_see_new_objects_without_name_and_uid(tmp_path):
    async def run(api, hooks):
        hooks.answers["/first"] = hooks.answers["/last"] = allow()
        await configure(api, MUTATING, "m", hook(hooks, "/first"))
        await configure(api, VALIDATING, "v", hook(hooks, "/last"))
        name = (await api.post(MAPS, {"metadata": {"generateName": "x-"}})).doc["metadata"]["name"]
        first, last = hooks.requests
        assert "name" not in first
        assert "uid" not in first["object"]["metadata"]
        assert last["name"] == last["object"]["metadata"]["name"] == name
        assert last["object"]["metadata"]["uid"]

    story(tmp_path, run)


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        ({"message": "not here", "code": 402}, 402, ": not here"),
        ({"message": "not here", "reason": "Forbidden", "code": 403}, 403, ": not here"),
        ({"reason": "Conflict"}, 400, ": Conflict"),
        ({"code": 200}, 400, " without explanation"),
        ({}, 400, " without explanation"),
    ],
)
@pytest.mark.parametrize("where", [MUTATING, VALIDATING])
def test_a_denial(tmp_path, where, status, code, message):
    async def run(api, hooks):
        hooks.answers["/deny"] = deny(**status)
        await configure(api, where, "d", hook(hooks, "/deny"))
        answer = await api.post(MAPS, config_map())
        assert answer.status == answer.doc["code"] == code
        assert answer.message == f'admission webhook "deny.example.com" denied the request{message}'
        assert answer.doc.get("reason", "") == status.get("reason", "")
        assert (await api.get(f"{MAPS}/one")).status == 404

    story(tmp_path, run)


def test_updates_patches_and_deletions_can_be_denied(tmp_path):
    async def run(api, hooks):
        await api.post(MAPS, config_map())
        hooks.answers["/deny"] = deny("no")
        await configure(api, VALIDATING, "d", hook(hooks, "/deny", rules=[rule("*", operations=["UPDATE", "DELETE"])]))
        for answer in (
            await api.put(f"{MAPS}/one", config_map(data={"a": "b"})),
            await api.patch(f"{MAPS}/one", {"data": {"a": "b"}}),
            await api.delete(f"{MAPS}/one"),
            await api.delete(MAPS),
        ):
            assert answer.message == 'admission webhook "deny.example.com" denied the request: no'
        assert (await api.get(f"{MAPS}/one")).status == 200

    story(tmp_path, run)


def test_warnings_and_annotations(tmp_path):
    async def run(api, hooks):
        hooks.answers["/warn"] = allow(warnings=["mind the gap"], auditAnnotations={"k": "v"})
        await configure(api, VALIDATING, "w", hook(hooks, "/warn"))
        answer = await api.post(MAPS, config_map())
        assert answer.headers.getall("Warning") == ['299 - "mind the gap"']

    story(tmp_path, run)


@pytest.mark.parametrize("where", [MUTATING, VALIDATING])
def test_a_webhook_that_hangs(tmp_path, where):
    async def run(api, hooks):
        hooks.answers["/slow"] = hang
        slow = hook(hooks, "/slow", timeoutSeconds=1)
        await configure(api, where, "s", slow)
        answer = await api.post(MAPS, config_map())
        assert answer.status == 500
        assert answer.message == (
            'Internal error occurred: failed calling webhook "slow.example.com": failed to call webhook: '
            f'Post "https://127.0.0.1:{hooks.port}/slow?timeout=1s": context deadline exceeded'
        )
        slow["failurePolicy"] = "Ignore"
        assert (await api.patch(f"{where}/s", {"webhooks": [slow]})).status == 200
        assert (await api.post(MAPS, config_map())).status == 201

    story(tmp_path, run)


def test_a_webhook_that_is_not_there(tmp_path):
    async def run(api, hooks):
        gone = hook(hooks, "/gone")
        gone["clientConfig"]["url"] = "https://127.0.0.1:1/gone"
        await configure(api, VALIDATING, "g", gone)
        answer = await api.post(MAPS, config_map())
        assert answer.message == (
            'Internal error occurred: failed calling webhook "gone.example.com": failed to call webhook: '
            'Post "https://127.0.0.1:1/gone?timeout=10s": dial tcp 127.0.0.1:1: connect: connection refused'
        )

    story(tmp_path, run)


def test_a_webhook_that_nobody_vouches_for(tmp_path):
    async def run(api, hooks):
        stranger = hook(hooks, "/x")
        del stranger["clientConfig"]["caBundle"]
        await configure(api, VALIDATING, "g", stranger)
        answer = await api.post(MAPS, config_map())
        assert answer.message.endswith(
            "tls: failed to verify certificate: x509: certificate signed by unknown authority"
        )

    story(tmp_path, run)


def test_a_service_that_is_not_there(tmp_path):
    async def run(api, hooks):
        await configure(
            api,
            VALIDATING,
            "g",
            hook(
                hooks, "/x", clientConfig={"service": {"name": "s", "namespace": "default", "path": "/p", "port": 8443}}
            ),
        )
        answer = await api.post(MAPS, config_map())
        assert answer.message == (
            'Internal error occurred: failed calling webhook "x.example.com": failed to call webhook: '
            'Post "https://s.default.svc:8443/p?timeout=10s": service "s" not found'
        )

    story(tmp_path, run)


def _wrong_uid(review):
    return {**response(review), "response": {"uid": "another", "allowed": True}}


def _other_kind(review):
    return {**response(review), "kind": "ConversionReview"}


def _no_response(review):
    return {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1"}


_INVALID = "received invalid webhook response: "
_LIES = {
    "uid": (_wrong_uid, _INVALID + "expected response.uid="),
    "kind": (_other_kind, _INVALID + "expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got "),
    "nothing": (_no_response, _INVALID + "webhook response was absent"),
    "no JSON": (lambda review: b"<html>", "failed to call webhook: couldn't get version/kind; json parse error: "),
    "no kind": (lambda review: {"a": 1}, "failed to call webhook: Object 'Kind' is missing in '"),
    "types": (lambda review: response(review, allowed="yes"), "failed to call webhook: couldn't decode the answer: "),
    "status": (lambda review: response(review, status=[1]), "failed to call webhook: couldn't decode the answer: "),
    "half a patch": (
        lambda review: response(review, patch="W10="),
        _INVALID + "webhook returned response.patch but not response.patchType",
    ),
    "the other half": (
        lambda review: response(review, patchType="JSONPatch"),
        _INVALID + "webhook returned response.patchType but not response.patch",
    ),
    "no patch": (
        lambda review: response(review, patch="bm8=", patchType="JSONPatch"),
        "received undecodable patch in webhook response: ",
    ),
    "other patch": (
        lambda review: response(review, patch="W3sib3AiOiJ4In1d", patchType="MergePatch"),
        'unsupported patch type "MergePatch"',
    ),
    "500": (
        lambda review: web.Response(status=500, text="oh no"),
        'failed to call webhook: an error on the server ("oh no") has prevented the request from succeeding',
    ),
    "404": (
        lambda review: web.Response(status=404),
        "failed to call webhook: the server could not find the requested resource",
    ),
    "a Status": (
        lambda review: web.json_response({"kind": "Status", "status": "Failure", "message": "busy"}, status=503),
        "failed to call webhook: busy",
    ),
    "too much": (lambda review: b" " * (33 << 20), "failed to call webhook: the answer has more than "),
}


@pytest.mark.parametrize("lie", _LIES)
def test_lies_are_failures(tmp_path, lie):
    answer, said = _LIES[lie]

    async def run(api, hooks):
        hooks.answers["/liar"] = answer
        liar = hook(hooks, "/liar")
        await configure(api, MUTATING, "l", liar)
        found = await api.post(MAPS, config_map())
        assert found.status == 500
        assert found.message.startswith(
            f'Internal error occurred: failed calling webhook "liar.example.com": {said}'
        ), found.message
        liar["failurePolicy"] = "Ignore"
        assert (await api.patch(f"{MUTATING}/l", {"webhooks": [liar]})).status == 200
        assert (await api.post(MAPS, config_map())).status == 201

    story(tmp_path, run)


def test_a_patch_that_does_not_fit_is_nobodys_choice(tmp_path):
    async def run(api, hooks):
        hooks.answers["/odd"] = change({"op": "remove", "path": "/data/nothing"})
        await configure(api, MUTATING, "o", hook(hooks, "/odd", failurePolicy="Ignore"))
        answer = await api.post(MAPS, config_map())
        assert (answer.status, answer.doc["reason"]) == (500, "InternalError")
        hooks.answers["/odd"] = change({"op": "add", "path": "/data", "value": {"a": 1}})
        assert (await api.post(MAPS, config_map())).status == 500

    story(tmp_path, run)


def test_a_validating_webhook_may_not_patch(tmp_path):
    async def run(api, hooks):
        hooks.answers["/v"] = change({"op": "add", "path": "/data", "value": {}})
        await configure(api, VALIDATING, "v", hook(hooks, "/v"))
        answer = await api.post(MAPS, config_map())
        assert answer.message.endswith("validating webhook may not return response.patch")

    story(tmp_path, run)


def test_what_comes_out_of_a_webhook_is_validated(tmp_path):
    async def run(api, hooks):
        hooks.answers["/bad"] = change({"op": "add", "path": "/data", "value": {"no spaces": "x"}})
        await configure(api, MUTATING, "m", hook(hooks, "/bad"))
        answer = await api.post(MAPS, config_map())
        assert (answer.status, answer.doc["reason"]) == (422, "Invalid")

    story(tmp_path, run)


def test_webhooks_run_again_when_another_has_changed_the_object(tmp_path):
    async def run(api, hooks):
        hooks.answers["/a"] = lambda review: (
            change({"op": "add", "path": "/data/seen", "value": "b"})(review)
            if "b" in review["request"]["object"].get("data", {})
            else allow()(review)
        )
        hooks.answers["/b"] = change({"op": "add", "path": "/data", "value": {"b": "1"}})
        hooks.answers["/c"] = allow()
        await configure(api, MUTATING, "a", hook(hooks, "/a", reinvocationPolicy="IfNeeded"))
        await configure(api, MUTATING, "b", hook(hooks, "/b", reinvocationPolicy="Never"))
        await configure(api, MUTATING, "c", hook(hooks, "/c", reinvocationPolicy="IfNeeded"))
        answer = await api.post(MAPS, config_map())
        assert answer.doc["data"] == {"b": "1", "seen": "b"}
        assert hooks.paths == ["/a", "/b", "/c", "/a", "/c"]

    story(tmp_path, run)


def test_built_in_plugins_run_again(tmp_path):
    async def run(api, hooks):
        hooks.answers["/sidecar"] = change(
            {"op": "add", "path": "/spec/initContainers", "value": [{"name": "late", "image": "i"}]}
        )
        await configure(api, MUTATING, "s", hook(hooks, "/sidecar", rules=[rule("pods")]))
        pod = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
        [late] = (await api.post("/api/v1/namespaces/default/pods", pod)).doc["spec"]["initContainers"]
        # The ServiceAccount plugin mounts its token into the container that came later, and defaults are set.
        assert late["volumeMounts"][0]["mountPath"] == "/var/run/secrets/kubernetes.io/serviceaccount"
        assert late["terminationMessagePolicy"] == "File"
        assert hooks.paths == ["/sidecar"]

    story(tmp_path, run)


def test_dry_runs_reach_only_those_without_side_effects(tmp_path):
    async def run(api, hooks):
        hooks.answers["/v"] = allow()
        await configure(api, VALIDATING, "v", hook(hooks, "/v", sideEffects="NoneOnDryRun"))
        assert (await api.post(f"{MAPS}?dryRun=All", config_map())).status == 201
        [asked] = hooks.requests
        assert asked["dryRun"] is True
        assert asked["options"]["dryRun"] == ["All"]

    story(tmp_path, run)


def test_match_conditions(tmp_path):
    async def run(api, hooks):
        hooks.answers["/v"] = deny("no")
        only = [{"name": "marked", "expression": "object.metadata.name.startsWith('x')"}]
        await configure(api, VALIDATING, "v", hook(hooks, "/v", matchConditions=only))
        assert (await api.post(MAPS, config_map("one"))).status == 201
        assert (await api.post(MAPS, config_map("xone"))).status == 400
        assert len(hooks.reviews) == 1

    story(tmp_path, run)


def test_match_conditions_that_fail(tmp_path):
    async def run(api, hooks):
        hooks.answers["/v"] = deny("no")
        only = [{"name": "odd", "expression": "object.data.missing == 'x'"}]
        odd = hook(hooks, "/v", matchConditions=only)
        await configure(api, VALIDATING, "v", odd)
        answer = await api.post(MAPS, config_map())
        assert answer.status == 403
        assert answer.message.startswith('configmaps "one" is forbidden: ')
        odd["failurePolicy"] = "Ignore"
        assert (await api.patch(f"{VALIDATING}/v", {"webhooks": [odd]})).status == 200
        assert (await api.post(MAPS, config_map())).status == 201
        assert hooks.reviews == []

    story(tmp_path, run)


def test_selectors(tmp_path):
    async def run(api, hooks):
        hooks.answers["/v"] = deny("no")
        chosen = {
            "namespaceSelector": {"matchLabels": {"guarded": "yes"}},
            "objectSelector": {"matchLabels": {"app": "a"}},
        }
        await configure(api, VALIDATING, "v", hook(hooks, "/v", **chosen))
        guarded = {"metadata": {"name": "one", "labels": {"app": "a"}}}
        assert (await api.post(f"{MAPS}?dryRun=All", guarded)).status == 201
        await api.patch("/api/v1/namespaces/default", {"metadata": {"labels": {"guarded": "yes"}}})
        assert (await api.post(MAPS, config_map("two"))).status == 201
        assert (await api.post(MAPS, guarded)).status == 400

    story(tmp_path, run)


def test_a_webhook_cannot_prevent_its_own_repair(tmp_path):
    async def run(api, hooks):
        hooks.answers["/all"] = deny("no")
        everything = [rule("*/*")]
        await configure(api, VALIDATING, "v", hook(hooks, "/all", rules=everything))
        await configure(api, MUTATING, "m", hook(hooks, "/all", rules=everything))
        assert (await api.post(MAPS, config_map())).status == 400
        assert (await api.delete(f"{VALIDATING}/v")).status == 200
        assert (await api.delete(f"{MUTATING}/m")).status == 200
        assert (await api.post(MAPS, config_map())).status == 201

    story(tmp_path, run)


def test_the_server_itself_asks_nobody(tmp_path):
    async def run(api, hooks):
        hooks.answers["/all"] = deny("no")
        await configure(api, VALIDATING, "v", hook(hooks, "/all", rules=[rule("*/*")]))
        await api.registry.create(core_v1.Namespace(metadata=meta_v1.ObjectMeta(name="own")))
        assert hooks.reviews == []

    story(tmp_path, run)


def test_validating_webhooks_are_asked_side_by_side(tmp_path):
    async def run(api, hooks):
        met = asyncio.Barrier(3)

        async def meet(review):
            await met.wait()
            return response(review)

        for path in ("/a", "/b", "/c"):
            hooks.answers[path] = meet
        await configure(api, VALIDATING, "v", *(hook(hooks, path) for path in ("/a", "/b", "/c")))
        assert (await api.post(MAPS, config_map())).status == 201

    story(tmp_path, run)


def test_the_older_review(tmp_path):
    async def run(api, hooks):
        hooks.answers["/old"] = _wrong_uid
        await configure(api, VALIDATING, "v", hook(hooks, "/old", admissionReviewVersions=["v7", "v1beta1"]))
        assert (await api.post(MAPS, config_map())).status == 201
        assert hooks.reviews[0][1]["apiVersion"] == "admission.k8s.io/v1beta1"

    story(tmp_path, run)


def test_an_equivalent_version_is_asked_in_its_own_terms(tmp_path):
    async def run(api, hooks):
        hooks.answers["/m"] = change({"op": "replace", "path": "/spec/maxReplicas", "value": 7})
        rules = [rule("horizontalpodautoscalers", groups=["autoscaling"], versions=["v2"])]
        await configure(api, MUTATING, "m", hook(hooks, "/m", rules=rules))
        target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"}
        spec = {"scaleTargetRef": target, "maxReplicas": 3, "targetCPUUtilizationPercentage": 60}
        where = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers"
        answer = await api.post(where, {"metadata": {"name": "h"}, "spec": spec})
        assert answer.doc["spec"]["maxReplicas"] == 7
        assert answer.doc["spec"]["targetCPUUtilizationPercentage"] == 60
        [asked] = hooks.requests
        assert (asked["kind"]["version"], asked["requestKind"]["version"]) == ("v2", "v1")
        assert asked["object"]["apiVersion"] == "autoscaling/v2"
        assert asked["object"]["spec"]["metrics"][0]["resource"]["name"] == "cpu"

    story(tmp_path, run)


def test_what_is_counted(tmp_path):
    async def run(api, hooks):
        hooks.answers["/deny"] = deny("no", code=403)
        await configure(api, VALIDATING, "d", hook(hooks, "/deny"))
        await api.post(MAPS, config_map())
        samples = {sample.name: sample for family in api.counted.collect() for sample in family.samples}
        total = samples["apiserver_admission_webhook_request_total"]
        assert total.labels == {
            "name": "deny.example.com",
            "type": "validating",
            "operation": "CREATE",
            "code": "403",
            "rejected": "true",
        }
        assert samples["apiserver_admission_webhook_rejection_count"].labels["error_type"] == "no_error"

    story(tmp_path, run)


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [("/kind", "Secret", 500), ("/apiVersion", "apps/v1", 500), ("/metadata/namespace", "kube-system", 400)],
)
def test_a_webhook_cannot_make_another_thing_of_an_object(tmp_path, path, value, code):
    async def run(api, hooks):
        hooks.answers["/m"] = change({"op": "replace", "path": path, "value": value})
        await configure(api, MUTATING, "m", hook(hooks, "/m"))
        assert (await api.post(MAPS, config_map())).status == code

    story(tmp_path, run)
