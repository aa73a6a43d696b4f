"""What is recorded of requests to the whole server, through its own doors."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from pykube.aio.clock import SystemClock
from tests.fakes.guarded_server import GuardedServer, guarded
from tests.fakes.review_server import review_server

SECRETS = "/api/v1/namespaces/default/secrets"
SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"password": "hunter2"}}

Story = Callable[[GuardedServer], Awaitable[None]]


def policy(folder: Path, *rules: dict[str, Any], **more: Any) -> str:
    file = folder / "policy.yaml"
    file.write_text(json.dumps({"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": rules, **more}))
    return str(file)


def play(folder: Path, story: Story, **settings: Any) -> list[Any]:
    """The events that a story leaves, those of the server's own parts excepted."""
    log = folder / "audit.log"

    async def run() -> None:
        async with asyncio.timeout(30), guarded(folder, SystemClock(), audit_log_path=str(log), **settings) as server:
            await story(server)

    asyncio.run(run())
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_the_default_tells_who_wrote_a_secret_and_not_what_is_in_it(tmp_path: Path) -> None:
    async def story(server: GuardedServer) -> None:
        answer = await server.admin("POST", SECRETS, SECRET, headers={"User-Agent": "x" * 2000, "Audit-ID": "mine"})
        assert answer.headers["Audit-ID"] == "mine"
        await server.admin("GET", f"{SECRETS}/s")

    created, read = play(tmp_path, story)
    assert created["auditID"] == "mine"
    assert (created["level"], created["stage"], created["verb"]) == ("Metadata", "ResponseComplete", "create")
    assert created["user"]["username"] == "admin"
    assert "system:masters" in created["user"]["groups"]
    assert created["objectRef"] == {"resource": "secrets", "namespace": "default", "name": "s", "apiVersion": "v1"}
    assert created["responseStatus"] == {"metadata": {}, "code": 201}
    assert created["sourceIPs"] == ["127.0.0.1"]
    assert created["userAgent"] == "x" * 1024 + "...TRUNCATED"
    assert created["annotations"]["authorization.k8s.io/decision"] == "allow"
    assert created["requestReceivedTimestamp"] < created["stageTimestamp"]
    assert (read["verb"], read["requestURI"]) == ("get", f"{SECRETS}/s")
    assert "hunter2" not in (tmp_path / "audit.log").read_text()
    assert "aHVudGVyMg" not in (tmp_path / "audit.log").read_text()


def test_objects_are_recorded_where_the_policy_says_so(tmp_path: Path) -> None:
    async def story(server: GuardedServer) -> None:
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "c-"}, "data": {"a": "b"}}
        await server.admin("POST", "/api/v1/namespaces/default/configmaps", body)
        await server.admin("GET", "/api/v1/namespaces/default/configmaps?limit=1")

    rule = {"level": "RequestResponse", "resources": [{"resources": ["configmaps"]}], "omitManagedFields": True}
    received, created, *listed = play(tmp_path, story, audit_policy_file=policy(tmp_path, rule))
    assert (received["stage"], created["stage"]) == ("RequestReceived", "ResponseComplete")
    assert received["requestReceivedTimestamp"] == received["stageTimestamp"]
    assert created["requestObject"]["data"] == {"a": "b"}
    assert created["responseObject"]["metadata"]["name"].startswith("c-")
    assert "managedFields" not in created["responseObject"]["metadata"]
    assert listed[1]["responseObject"]["kind"] == "ConfigMapList"
    assert "requestObject" not in listed[1]


def test_a_watch_begins_and_ends(tmp_path: Path) -> None:
    async def story(server: GuardedServer) -> None:
        await server.admin("GET", "/api/v1/namespaces?watch=true&timeoutSeconds=1")

    started, complete = play(tmp_path, story)
    assert [started["stage"], complete["stage"]] == ["ResponseStarted", "ResponseComplete"]
    assert started["auditID"] == complete["auditID"]
    assert started["responseStatus"] == complete["responseStatus"] == {"metadata": {}, "code": 200}
    assert started["stageTimestamp"] < complete["stageTimestamp"]


def test_a_watch_whose_client_goes_away_ends_as_well(tmp_path: Path) -> None:
    async def story(server: GuardedServer) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await server.admin("GET", "/api/v1/namespaces?watch=true&timeoutSeconds=60")

    assert [one["stage"] for one in play(tmp_path, story)] == ["ResponseStarted", "ResponseComplete"]


def test_a_refused_watch_begins_before_it_ends(tmp_path: Path) -> None:
    async def story(server: GuardedServer) -> None:
        tls = server.context(server.pki, "tim")
        await server.call("GET", "/api/v1/secrets?watch=true", tls=tls)

    found = play(tmp_path, story)
    assert [(one["stage"], one["responseStatus"]["code"]) for one in found] == [
        ("ResponseStarted", 403),
        ("ResponseComplete", 403),
    ]


def test_who_is_refused_and_why(tmp_path: Path) -> None:
    async def story(server: GuardedServer) -> None:
        await server.call("GET", SECRETS, tls=server.context(server.pki, "tim"))
        await server.call("GET", SECRETS, token="nonsense")
        await server.admin("GET", f"{SECRETS}/none")

    forbidden, unknown, missing = play(tmp_path, story)
    assert forbidden["user"]["username"] == "tim"
    assert forbidden["annotations"]["authorization.k8s.io/decision"] == "forbid"
    assert forbidden["responseStatus"]["reason"] == "Forbidden"
    assert (unknown["user"], unknown["stage"]) == ({}, "ResponseStarted")
    assert unknown["responseStatus"] == {
        "metadata": {},
        "message": "Authentication failed, attempted: bearer",
        "code": 401,
    }
    assert missing["responseStatus"]["message"] == 'secrets "none" not found'


def test_both_are_named_when_one_acts_as_another(tmp_path: Path) -> None:
    async def story(server: GuardedServer) -> None:
        await server.admin("GET", SECRETS, headers={"Impersonate-User": "ann", "X-Forwarded-For": "192.0.2.9, x"})

    [found] = play(tmp_path, story)
    assert (found["user"]["username"], found["impersonatedUser"]["username"]) == ("admin", "ann")
    assert found["sourceIPs"] == ["192.0.2.9", "127.0.0.1"]


def test_what_admission_notes_is_recorded(tmp_path: Path) -> None:
    async def story(server: GuardedServer) -> None:
        await server.account("default", "default")
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "p"},
            "spec": {"containers": [{"name": "c", "image": "i"}]},
        }
        await server.admin("POST", "/api/v1/namespaces/default/pods", pod)

    [found] = [one for one in play(tmp_path, story) if one["objectRef"]["resource"] == "pods"]
    assert found["annotations"]["pod-security.kubernetes.io/enforce-policy"] == "privileged:latest"


def test_without_a_receiver_nobody_is_asked(tmp_path: Path) -> None:
    async def story() -> None:
        async with guarded(tmp_path, audit_policy_file="/does/not/exist") as server:
            assert (await server.admin("GET", "/version")).headers["Audit-ID"]

    asyncio.run(story())


def test_a_log_that_takes_nothing_stops_requests_only_in_the_strict_mode(tmp_path: Path) -> None:
    everything = policy(tmp_path, {"level": "Metadata"})

    async def codes(mode: str) -> int:
        settings = {"audit_log_path": "/dev/full", "audit_policy_file": everything, "audit_log_mode": mode}
        async with guarded(tmp_path, SystemClock(), audit_log_max_size=0, **settings) as server:
            answer = await server.admin("GET", "/version")
            if mode != "blocking":
                return answer.status
            metrics = await server.admin("GET", "/metrics")
            assert b'apiserver_audit_error_total{plugin="log"}' in metrics.doc["text"]
            return answer.status

    assert asyncio.run(codes("blocking-strict")) == 500
    assert asyncio.run(codes("blocking")) == 200
    assert asyncio.run(codes("batch")) == 200


def test_events_go_to_a_webhook_as_well(tmp_path: Path) -> None:
    async def story() -> None:
        async with review_server(tmp_path) as receiver:
            settings = {"audit_webhook_config_file": str(receiver.kubeconfig), "audit_webhook_mode": "blocking"}
            async with guarded(tmp_path / "server", SystemClock(), **settings) as server:
                await server.admin("POST", SECRETS, SECRET)
            [event] = [one for found in receiver.asked for one in found["items"] if one["verb"] == "create"]
            assert event["objectRef"]["name"] == "s"

    asyncio.run(story())


@pytest.mark.parametrize(
    "settings",
    [
        {"audit_log_mode": "sometimes"},
        {"audit_policy_file": "/does/not/exist"},
        {"audit_webhook_config_file": "/does/not/exist"},
    ],
)
def test_settings_that_cannot_be_keep_the_server_from_starting(tmp_path: Path, settings: dict[str, Any]) -> None:
    async def story() -> None:
        async with guarded(tmp_path, audit_log_path=str(tmp_path / "audit.log"), **settings):
            pass

    with pytest.raises(ValueError):
        asyncio.run(story())


def test_a_policy_that_writes_secrets_down_is_warned_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def story(server: GuardedServer) -> None:
        await server.admin("GET", "/version")

    play(tmp_path, story, audit_policy_file=policy(tmp_path, {"level": "RequestResponse"}))
    assert "bodies of secrets, serviceaccounts/token, tokenreviews" in caplog.text
