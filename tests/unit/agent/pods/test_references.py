"""Objects that pods refer to, and the writing of their status."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from agent.pods.references import References, referenced
from agent.pods.reporter import StatusReporter, patch_of, says_the_same
from pykube import errors
from pykube.api import core_v1
from pykube.client.rest import Client
from tests.fakes.clock import FakeClock
from tests.fakes.pod_api import PodApi
from tests.fakes.pod_story import pod


def config_map(name: str, **data: str) -> core_v1.ConfigMap:
    found = core_v1.ConfigMap(data=data)
    found.metadata.name, found.metadata.namespace = name, "default"
    return found


def test_missing_object_is_named_as_upstream_names_it() -> None:
    async def run() -> None:
        references = References(cast(Client, PodApi()), FakeClock(), lambda uid: None)
        with pytest.raises(errors.NotFound, match='^secret "x" not found$'):  # noqa: RUF043
            await references.secret("default", "x")

    asyncio.run(run())


def test_owner_is_told_of_changes_until_it_lets_go() -> None:
    async def run() -> None:
        api, clock, told = PodApi(), FakeClock(), list[str]()
        references = References(cast(Client, api), clock, told.append)
        references.hold("u1", "default", {("ConfigMap", "cm")})
        await clock.settle()
        await api.create(config_map("cm", a="1"))
        await clock.settle()
        assert told == ["u1"]
        assert (await references.config_map("default", "cm")).data == {"a": "1"}
        references.release("u1")
        await clock.settle()
        assert api.running_watches == 0
        await references.close()

    asyncio.run(run())


def test_one_watch_serves_many() -> None:
    async def run() -> None:
        api, clock = PodApi(), FakeClock()
        references = References(cast(Client, api), clock, lambda uid: None)
        for uid in ("u1", "u2"):
            references.hold(uid, "default", {("ConfigMap", "cm")})
        await clock.settle()
        assert api.running_watches == 1
        references.hold("u1", "default", set())
        await clock.settle()
        assert api.running_watches == 1
        await references.close()

    asyncio.run(run())


def test_references_of_containers() -> None:
    key = core_v1.SecretKeySelector(name="s", key="k")
    subject = pod()
    subject.spec.containers[0].env = [core_v1.EnvVar(name="A", value_from=core_v1.EnvVarSource(secret_key_ref=key))]
    subject.spec.containers[0].env_from = [core_v1.EnvFromSource(config_map_ref=core_v1.ConfigMapEnvSource(name="c"))]
    assert referenced(subject) == {("Secret", "s"), ("ConfigMap", "c")}


def test_status_is_written_once_and_the_newest_wins() -> None:
    async def run() -> None:
        api = PodApi()
        subject = await api.create(pod())
        reporter = StatusReporter(cast(Client, api), FakeClock(), subject, asyncio.Semaphore(1))
        for message in ("one", "two", "three"):
            reporter.report(core_v1.PodStatus(phase="Running", message=message))
        await reporter.flush()
        assert len([request for request in api.requests if request.startswith("patch")]) == 1
        held = api.pod("web")
        assert held is not None
        assert held.status.message == "three"

    asyncio.run(run())


def test_conditions_of_others_are_not_written() -> None:
    status = core_v1.PodStatus(
        conditions=[
            core_v1.PodCondition(type="theirs", status="True"),
            core_v1.PodCondition(type="Ready", status="True"),
        ]
    )
    body = patch_of("u1", status, None)
    assert body["metadata"] == {"uid": "u1"}
    assert [condition["type"] for condition in body["status"]["conditions"]] == ["Ready"]


def test_write_that_fails_is_tried_again() -> None:
    async def run() -> None:
        api, clock = PodApi(), FakeClock()
        subject = await api.create(pod())
        reporter = StatusReporter(cast(Client, api), clock, subject, asyncio.Semaphore(1))
        api.failures.append(errors.ServiceUnavailable("down"))
        reporter.report(core_v1.PodStatus(phase="Running"))
        await clock.advance(1)
        held = api.pod("web")
        assert held is not None
        assert held.status.phase == "Running"

    asyncio.run(run())


def test_order_of_conditions_means_nothing() -> None:
    def status(*types: str) -> core_v1.PodStatus:
        return core_v1.PodStatus(conditions=[core_v1.PodCondition(type=name, status="True") for name in types])

    assert says_the_same(status("Ready", "Initialized"), status("Initialized", "theirs", "Ready"))
    assert not says_the_same(status("Ready"), status("Initialized"))


def test_status_that_somebody_else_changed_is_written_again_but_once() -> None:
    async def run() -> None:
        api = PodApi()
        subject = await api.create(pod())
        reporter = StatusReporter(cast(Client, api), FakeClock(), subject, asyncio.Semaphore(1))
        mine, theirs = core_v1.PodStatus(phase="Running"), core_v1.PodStatus(phase="Pending")
        for _ in range(3):
            reporter.report(mine)
            await reporter.flush()
            reporter.overtaken(theirs)
        assert len([request for request in api.requests if request.startswith("patch")]) == 2

    asyncio.run(run())
