"""ValidatingAdmissionPolicy against writes of all kinds."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pykube.api import core_v1, meta_v1, scheme
from pykube.apiserver import pipeline
from pykube.apiserver.admission.policies.exemptions import is_exempt
from pykube.apiserver.admission.policies.plugins import install
from pykube.apiserver.write import Kind, Operation, Write
from pykube.errors import Invalid
from tests.fakes.api_server import ADMIN, Api, running

from .scenes import (
    BINDINGS,
    DEPLOYMENTS,
    MAPS,
    POLICIES,
    AllowedReads,
    applying,
    binding,
    bound,
    bound_mutating,
    config_map,
    deployment,
    mutating,
    policy,
    put,
    rules,
    story,
    warnings_of,
)

DENIED = "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: "


def denial(why: str) -> str:
    return f'configmaps "c" is forbidden: {DENIED}{why}'


def test_a_violation_is_refused() -> None:
    async def run(api: Api) -> None:
        await bound(api, policy("object.data.size() < 2"))
        assert (await api.post(MAPS, config_map(a="1"))).status == 201
        answer = await api.post(MAPS, config_map("d", a="1", b="2"))
        message = f"{DENIED}failed expression: object.data.size() < 2"
        assert (answer.status, answer.doc["reason"]) == (422, "Invalid")
        assert answer.message == f'configmaps "d" is forbidden: {message}'
        details = answer.doc["details"]
        assert (details["name"], details["kind"], details["causes"][0]["message"]) == ("d", "configmaps", message)
        assert (await api.get(f"{MAPS}/d")).status == 404

    story(run)


@pytest.mark.parametrize(
    ("reason", "code"), [("Forbidden", 403), ("Invalid", 422), ("RequestEntityTooLarge", 413), (None, 422)]
)
def test_the_reason_decides_the_code(reason: str | None, code: int) -> None:
    async def run(api: Api) -> None:
        await bound(api, policy({"expression": "false", "message": " no ", "reason": reason}))
        answer = await api.post(MAPS, config_map())
        assert (answer.status, answer.doc["reason"], answer.message) == (code, reason or "Invalid", denial("no"))

    story(run)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'got ' + string(object.data.size())", "got 1"),
        ("'  spaced  '", "spaced"),
        ("' '", "plain"),
        ("'two\\nlines'", "plain"),
        ("object.data.nothing", "plain"),
    ],
)
def test_the_message(expression: str, expected: str) -> None:
    async def run(api: Api) -> None:
        text = expression if "nothing" not in expression else "string(object.data.nothing)"
        await bound(api, policy({"expression": "false", "message": "plain", "messageExpression": text}))
        assert (await api.post(MAPS, config_map(a="1"))).message == denial(expected)

    story(run)


def test_variables_see_each_other() -> None:
    async def run(api: Api) -> None:
        variables = [
            {"name": "replicas", "expression": "object.spec.replicas"},
            {"name": "odd", "expression": "variables.replicas % 2 == 1"},
            {"name": "unused", "expression": "object.spec.nothing"},
        ]
        wanted = rules("deployments", group="apps")
        await bound(
            api, policy("variables.replicas > 1", "variables.odd", variables=variables, matchConstraints=wanted)
        )
        assert (await api.post(DEPLOYMENTS, deployment("one", 1))).status == 422
        assert (await api.post(DEPLOYMENTS, deployment("two", 2))).status == 422
        assert (await api.post(DEPLOYMENTS, deployment("three", 3))).status == 201

    story(run)


def test_a_variable_that_fails() -> None:
    async def run(api: Api) -> None:
        variables = [{"name": "v", "expression": "object.data.missing"}]
        await bound(api, policy("variables.v == 'x'", variables=variables))
        message = (await api.post(MAPS, config_map(a="1"))).message
        assert message == denial(
            "expression 'variables.v == 'x'' resulted in error: composited variable \"v\" fails to evaluate: "
            "no such key: missing"
        )

    story(run)


def test_warn_and_audit_let_pass() -> None:
    async def run(api: Api) -> None:
        await put(api, POLICIES, policy({"expression": "false", "message": "no"}))
        await put(api, BINDINGS, binding(actions=("Warn", "Audit")))
        answer = await api.post(MAPS, config_map())
        assert answer.status == 201
        assert warnings_of(answer) == ["Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': no"]

    story(run)


def test_several_bindings_and_policies() -> None:
    async def run(api: Api) -> None:
        await put(api, POLICIES, policy({"expression": "false", "message": "first"}, name="a"))
        await put(api, POLICIES, policy({"expression": "false", "message": "second"}, name="z"))
        await put(api, BINDINGS, binding("one", to="a", actions=("Warn",)), binding("two", to="z"))
        answer = await api.post(MAPS, config_map())
        assert "'z' with binding 'two' denied request: second" in answer.message
        assert warnings_of(answer) == ["Validation failed for ValidatingAdmissionPolicy 'a' with binding 'one': first"]
        await api.delete(f"{BINDINGS}/two")
        assert (await api.post(MAPS, config_map())).status == 201

    story(run)


@pytest.mark.parametrize(("failure_policy", "code"), [("Fail", 422), ("Ignore", 201)])
def test_errors(failure_policy: str, code: int) -> None:
    async def run(api: Api) -> None:
        await bound(api, policy("object.data.missing == 'x'", failurePolicy=failure_policy))
        answer = await api.post(MAPS, config_map(a="1"))
        assert answer.status == code
        if code != 201:
            text = "expression 'object.data.missing == 'x'' resulted in error: no such key: missing"
            assert answer.message == denial(text)

    story(run)


@pytest.mark.parametrize(
    ("conditions", "code"),
    [
        (["object.metadata.name == 'c'"], 422),
        (["object.metadata.name == 'd'"], 201),
        (["object.metadata.name == 'd'", "object.nothing == 1"], 201),
        (["object.metadata.name == 'c'", "object.nothing == 1"], 422),
        (["request.operation == 'CREATE' && request.userInfo.username == 'admin'"], 422),
        (["request.resource.resource == 'configmaps' && request.namespace == 'default' && !request.dryRun"], 422),
        (["request.options.kind == 'UpdateOptions'"], 201),
    ],
)
def test_match_conditions(conditions: list[str], code: int) -> None:
    async def run(api: Api) -> None:
        found = [{"name": f"c{n}", "expression": one} for n, one in enumerate(conditions)]
        await bound(api, policy("false", matchConditions=found))
        assert (await api.post(MAPS, config_map())).status == code

    story(run)


def constraints(**more: Any) -> dict[str, Any]:
    return {**rules(), **more}


MATCHES = [
    (rules("secrets"), 201),
    (rules("*"), 422),
    (rules(operations=["UPDATE"]), 201),
    (rules(operations=["*"]), 422),
    (rules(resourceNames=["c"]), 422),
    (rules(resourceNames=["d"]), 201),
    (rules(scope="Cluster"), 201),
    (constraints(objectSelector={"matchLabels": {"a": "b"}}), 422),
    (constraints(objectSelector={"matchLabels": {"a": "c"}}), 201),
    (constraints(namespaceSelector={"matchLabels": {"kubernetes.io/metadata.name": "default"}}), 422),
    (constraints(namespaceSelector={"matchLabels": {"kubernetes.io/metadata.name": "other"}}), 201),
    (constraints(excludeResourceRules=rules()["resourceRules"]), 201),
]


@pytest.mark.parametrize("by_binding", [False, True])
def test_what_is_matched(by_binding: bool) -> None:
    async def run(api: Api) -> None:
        await bound(api, policy("false"))
        path, field = (f"{BINDINGS}/b", "matchResources") if by_binding else (f"{POLICIES}/p", "matchConstraints")
        for match, code in MATCHES:
            change = [{"op": "add", "path": f"/spec/{field}", "value": match}]
            assert (await api.patch(path, change, kind="json-patch")).status == 200
            answer = await api.post(f"{MAPS}?dryRun=All", config_map(labels={"a": "b"}))
            assert answer.status == code, match

    story(run)


def test_updates_and_deletions() -> None:
    async def run(api: Api) -> None:
        await put(api, MAPS, config_map(a="1", keep="yes"))
        expression = (
            "request.operation == 'DELETE' ? object == null && !('keep' in oldObject.data) "
            ": oldObject == null || object.data.a == oldObject.data.a"
        )
        await bound(api, policy(expression, matchConstraints=rules(operations=["*"])))
        assert (await api.patch(f"{MAPS}/c", {"data": {"a": "2"}})).status == 422
        assert (await api.delete(f"{MAPS}/c")).status == 422
        assert (await api.patch(f"{MAPS}/c", {"data": {"keep": None}})).status == 200
        assert (await api.delete(f"{MAPS}/c")).status == 200

    story(run)


def test_namespaces() -> None:
    async def run(api: Api) -> None:
        await bound(api, policy("namespaceObject.metadata.labels['kubernetes.io/metadata.name'] == 'kube-system'"))
        assert (await api.post(MAPS, config_map())).status == 422
        assert (await api.post("/api/v1/namespaces/kube-system/configmaps", config_map())).status == 201
        await bound(
            api,
            policy("namespaceObject == null", name="q", matchConstraints=rules("namespaces")),
            name="for-namespaces",
        )
        assert (await api.post("/api/v1/namespaces", {"metadata": {"name": "n"}})).status == 201

    story(run)


def test_permissions() -> None:
    async def run(api: Api) -> None:
        check = "authorizer.group('').resource('secrets').namespace('default').check('create').allowed()"
        mine = "authorizer.requestResource.check('get').allowed()"
        await bound(api, policy(mine, check))
        assert (await api.post(MAPS, config_map())).message == denial(f"failed expression: {check}")

    story(run)
    story_of_writer()


def story_of_writer() -> None:
    authorizer = AllowedReads("admin")

    async def run(api: Api) -> None:
        check = "authorizer.group('').resource('secrets').namespace('default').check('create').allowed()"
        await bound(api, policy(check, f"{check} == true"))
        assert (await api.post(MAPS, config_map())).status == 201
        asked = [one for one in authorizer.asked if one.resource == "secrets"]
        assert [(one.user.name, one.verb, one.namespace) for one in asked] == [("admin", "create", "default")]

    story(run, authorizer)


def test_other_versions_are_seen_in_the_version_asked_for() -> None:
    async def run(api: Api) -> None:
        scaler = {
            "metadata": {"name": "h"},
            "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "d", "apiVersion": "apps/v1"}, "maxReplicas": 3},
        }
        match = rules("horizontalpodautoscalers", group="autoscaling", version="v1")
        path = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers"
        await bound(api, policy("object.apiVersion != 'autoscaling/v1'", matchConstraints=match))
        assert (await api.post(path, scaler)).status == 422
        exact = policy("false", name="exact", matchConstraints={**match, "matchPolicy": "Exact"})
        await bound(api, exact, name="exact")
        await api.delete(f"{BINDINGS}/b")
        assert (await api.post(path, scaler)).status == 201

    story(run)


def test_policies_are_not_asked_about_policies() -> None:
    async def run(api: Api) -> None:
        everything = rules("*/*", group="*", version="*", operations=["*"])
        await bound(api, policy("false", matchConstraints=everything))
        assert (await api.post(MAPS, config_map())).status == 422
        assert (await api.post(POLICIES, policy("true", name="q"))).status == 201
        assert (await api.delete(f"{BINDINGS}/b")).status == 200
        assert (await api.post(MAPS, config_map())).status == 201

    story(run)


def test_a_changed_policy_holds_at_once() -> None:
    async def run(api: Api) -> None:
        await bound(api, policy("false"))
        assert (await api.post(MAPS, config_map())).status == 422
        await api.patch(f"{POLICIES}/p", {"spec": {"validations": [{"expression": "true"}]}})
        assert (await api.post(MAPS, config_map())).status == 201
        assert (await api.delete(f"{POLICIES}/p")).status == 200
        await put(api, POLICIES, policy("object.metadata.name != 'x'"))
        assert (await api.post(MAPS, config_map("x"))).status == 422

    story(run)


def test_the_budget() -> None:
    async def run(api: Api) -> None:
        dear = "[1,2,3,4,5,6,7,8,9,10]"
        loops = f"{dear}.all(a, {dear}.all(b, {dear}.all(c, {dear}.all(d, {dear}.all(e, a + b + c + d + e > 0)))))"
        await bound(api, policy(loops))
        message = (await api.post(MAPS, config_map())).message
        assert "operation cancelled: actual cost limit exceeded" in message

    story(run)


def test_what_is_counted() -> None:
    async def inside() -> None:
        async with running() as api:
            metrics = install(api.registry.admission, AllowedReads())
            await bound(api, policy("false"))
            await bound(api, policy("object.data.x == 'y'", name="lax", failurePolicy="Ignore"), name="lax")
            await bound_mutating(api, mutating(applying('Object{data: {"a": "b"}}')))
            await api.post(MAPS, config_map(a="1"))
            counted = {
                (sample.name.split("_")[1], sample.name.split("_")[-1], *sample.labels.values()): sample.value
                for family in metrics.collect()
                for sample in family.samples
                if sample.name.endswith(("_total", "_duration_seconds_count"))
            }
            assert counted == {
                (kind, word, *labels): 1.0
                for word in ("total", "count")
                for kind, *labels in (
                    ("validating", "p", "b", "invalid_error", "deny"),
                    ("validating", "lax", "lax", "invalid_error", "allow"),
                    ("mutating", "m", "m-binding", "no_error"),
                )
            }

    asyncio.run(inside())


def test_reviews_are_none_of_their_business() -> None:
    async def run(api: Api) -> None:
        await bound(api, policy("false", matchConstraints=rules("*", group="*", version="*")))
        for group, plural, exempt in (
            ("authentication.k8s.io", "tokenreviews", True),
            ("admissionregistration.k8s.io", "mutatingadmissionpolicies", True),
            ("admissionregistration.k8s.io", "mutatingwebhookconfigurations", False),
        ):
            resource = scheme.by_plural(group, "v1", plural)
            assert resource is not None
            assert is_exempt(Write(Operation.CREATE, resource, "", "x", api.registry)) is exempt

    story(run)


def test_audit_annotations() -> None:
    async def run(api: Api) -> None:
        annotations = [
            {"key": "who", "valueExpression": "'by ' + request.userInfo.username"},
            {"key": "none", "valueExpression": "null"},
            {"key": "empty", "valueExpression": "'  '"},
        ]
        await put(api, POLICIES, policy({"expression": "false", "message": "no"}, auditAnnotations=annotations))
        await put(api, BINDINGS, binding(actions=("Audit",)), binding("second", actions=("Audit",)))
        resource = scheme.by_plural("", "v1", "configmaps")
        assert resource is not None
        obj = core_v1.ConfigMap(metadata=meta_v1.ObjectMeta(name="c", namespace="default"))
        write = Write(Operation.CREATE, resource, "default", "c", api.registry, user=ADMIN, object=obj)
        await pipeline.run((pipeline.admit,), write)
        failure = '[{"message":"no","policy":"p","binding":"b","expressionIndex":0,"validationActions":["Audit"]}]'
        assert write.audit == {
            "p/who": "by admin",
            "validation.policy.admission.k8s.io/validation_failure": failure,
        }

    story(run)


def test_connections() -> None:
    async def run(api: Api) -> None:
        found = policy(
            "!object.stdin && request.kind.kind == 'PodExecOptions' && oldObject == null",
            matchConstraints=rules("pods/exec", operations=["CONNECT"]),
        )
        await bound(api, found)
        resource = scheme.by_plural("", "v1", "pods")
        assert resource is not None

        async def connect(**options: bool) -> None:
            write = Write(
                Operation.CONNECT,
                resource,
                "default",
                "x",
                api.registry,
                subresource="exec",
                user=ADMIN,
                object={"kind": "PodExecOptions", "apiVersion": "v1", **options},
                shown=Kind("", "v1", "PodExecOptions"),
            )
            await pipeline.run((pipeline.mutate, pipeline.admit), write)

        await connect(stdin=False)
        with pytest.raises(Invalid, match=r'pods "x" is forbidden: .* denied request: failed expression'):
            await connect(stdin=True)

    story(run)
