"""The writing of a pod's status: what is said, when, and how often."""

from __future__ import annotations

import asyncio
from typing import cast

from agent.pods.reporter import MOMENT, StatusReporter, patch_of, says_the_same
from pykube import errors
from pykube.api import core_v1
from pykube.client.rest import Client
from tests.fakes.clock import FakeClock
from tests.fakes.pod_api import PodApi
from tests.fakes.pod_story import pod


def starting(sandbox: str) -> core_v1.PodStatus:
    """A pod whose container waits for its start; `sandbox` says whether the sandbox is ready."""
    waiting = core_v1.ContainerState(waiting=core_v1.ContainerStateWaiting(reason="ContainerCreating"))
    return core_v1.PodStatus(
        phase="Pending",
        container_statuses=[core_v1.ContainerStatus(name="app", state=waiting)],
        conditions=[core_v1.PodCondition(type="PodReadyToStartContainers", status=sandbox)],
    )


def running() -> core_v1.PodStatus:
    state = core_v1.ContainerState(running=core_v1.ContainerStateRunning())
    return core_v1.PodStatus(phase="Running", container_statuses=[core_v1.ContainerStatus(name="app", state=state)])


async def reporter_of_new_pod(api: PodApi, clock: FakeClock) -> StatusReporter:
    """The reporter of a pod that the API server has just made."""
    fresh = pod()
    fresh.status.phase = "Pending"
    return StatusReporter(cast(Client, api), clock, await api.create(fresh), asyncio.Semaphore(1))


def patches(api: PodApi) -> int:
    """How often a status was written."""
    return len([request for request in api.requests if request.startswith("patch")])


def test_steps_in_between_are_left_out_where_the_start_is_quick() -> None:
    async def run() -> None:
        api, clock = PodApi(), FakeClock()
        reporter = await reporter_of_new_pod(api, clock)
        reporter.report(starting("False"))
        await clock.advance(MOMENT / 2)
        reporter.report(starting("True"))
        reporter.report(running())
        await clock.settle()
        assert patches(api) == 1
        held = api.pod("web")
        assert held is not None
        assert held.status.phase == "Running"

    asyncio.run(run())


def test_steps_in_between_are_told_where_the_start_takes_its_time() -> None:
    async def run() -> None:
        api, clock = PodApi(), FakeClock()
        reporter = await reporter_of_new_pod(api, clock)
        reporter.report(starting("False"))
        await clock.advance(MOMENT)
        assert patches(api) == 1
        reporter.report(starting("True"))
        await clock.settle()
        assert patches(api) == 1
        await clock.advance(MOMENT)
        assert patches(api) == 2

    asyncio.run(run())


def test_nothing_is_written_of_a_pod_that_is_gone() -> None:
    async def run() -> None:
        api, clock = PodApi(), FakeClock()
        reporter = await reporter_of_new_pod(api, clock)
        reporter.report(starting("False"))
        reporter.forget()
        reporter.report(running())
        await reporter.flush()
        assert patches(api) == 0

    asyncio.run(run())


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
