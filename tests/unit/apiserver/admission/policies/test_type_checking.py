"""Type checking of policies, and the status that tells of it."""

from __future__ import annotations

from typing import Any

from pykube.apiserver.admission.policies.status import PolicyStatuses
from tests.fakes.api_server import Api

from .scenes import POLICIES, define, policy, put, rules, story

ON_DEPLOYMENTS = rules("deployments", group="apps")


async def checked(api: Api, found: dict[str, Any]) -> list[dict[str, str]]:
    """The warnings about a policy."""
    await put(api, POLICIES, found)
    statuses = PolicyStatuses(api.registry, api.registry.clock)
    await statuses.work()
    doc = (await api.get(f"{POLICIES}/{found['metadata']['name']}")).doc
    status = doc["status"]
    assert status["observedGeneration"] == doc["metadata"]["generation"]
    warnings: list[dict[str, str]] = status["typeChecking"].get("expressionWarnings", [])
    return warnings


def test_right_types() -> None:
    async def run(api: Api) -> None:
        expressions = (
            "object.spec.replicas > 1",
            "object.spec.template.spec.containers.all(c, c.image.startsWith('x') && size(c.env) > 0)",
            "object.metadata.namespace == 'x' && object.metadata.labels['a'] == 'b'",
            "object.spec.template.spec.containers[0].resources.limits['cpu'] == '1'",
            "object.metadata.creationTimestamp < timestamp('2020-01-01T00:00:00Z')",
            "request.userInfo.username == 'x' && authorizer.requestResource.check('get').allowed()",
        )
        assert await checked(api, policy(*expressions, matchConstraints=ON_DEPLOYMENTS)) == []

    story(run)


def test_confused_types() -> None:
    async def run(api: Api) -> None:
        validation = {
            "expression": "object.spec.replicas > '1'",
            "messageExpression": "'wants replicas > 1, got ' + object.spec.replicas",
        }
        first, second = await checked(api, policy(validation, matchConstraints=ON_DEPLOYMENTS))
        assert first["fieldRef"] == "spec.validations[0].expression"
        assert first["warning"].startswith("apps/v1, Kind=Deployment: ERROR: <input>:1:22: found no matching overload")
        assert "found no matching overload for '_>_' applied to '(int, string)'" in first["warning"]
        assert second["fieldRef"] == "spec.validations[0].messageExpression"
        assert "found no matching overload for '_+_' applied to '(string, int)'" in second["warning"]

    story(run)


def test_variables_have_types_too() -> None:
    async def run(api: Api) -> None:
        found = policy(
            "variables.r == 'x'",
            variables=[{"name": "r", "expression": "object.spec.replicas"}],
            matchConstraints=ON_DEPLOYMENTS,
        )
        [warning] = await checked(api, found)
        assert "found no matching overload for '_==_' applied to '(int, string)'" in warning["warning"]

    story(run)


def test_a_custom_kind() -> None:
    async def run(api: Api) -> None:
        await define(api, {"replicas": {"type": "integer"}})
        match = rules("widgets", group="stable.example.com")
        found = policy("object.spec.replicas > '1'", "object.spec.maxRetries < 10", matchConstraints=match)
        first, second = await checked(api, found)
        assert "found no matching overload for '_>_' applied to '(int, string)'" in first["warning"]
        assert second["fieldRef"] == "spec.validations[1].expression"
        assert "undefined field 'maxRetries'" in second["warning"]

    story(run)


def test_several_kinds_and_parameters() -> None:
    async def run(api: Api) -> None:
        match = rules("deployments", "statefulsets", "pods/log", "*", group="apps")
        kind = {"apiVersion": "v1", "kind": "ConfigMap"}
        found = policy("object.spec.serviceName == params.data.x", paramKind=kind, matchConstraints=match)
        [warning] = await checked(api, found)
        assert warning["warning"].startswith("apps/v1, Kind=Deployment: ERROR")
        assert "Kind=StatefulSet" not in warning["warning"]

    story(run)


def test_a_changed_policy_is_checked_again() -> None:
    async def run(api: Api) -> None:
        assert await checked(api, policy("true", matchConstraints=ON_DEPLOYMENTS)) == []
        statuses = PolicyStatuses(api.registry, api.registry.clock)
        await api.patch(f"{POLICIES}/p", {"spec": {"validations": [{"expression": "object.spec.replicas > '1'"}]}})
        await statuses.work()
        status = (await api.get(f"{POLICIES}/p")).doc["status"]
        assert status["observedGeneration"] == 2
        assert len(status["typeChecking"]["expressionWarnings"]) == 1

    story(run)
