from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from pykube import errors
from pykube.api import core_v1, events_v1, meta_v1
from pykube.api.microtime import MicroTime
from pykube.client.event_series import LOOK, REFRESH, SeriesRecorder
from tests.fakes.api_client import FakeClient
from tests.fakes.clock import FakeClock

POD = core_v1.Pod(metadata=meta_v1.ObjectMeta(name="web", namespace="shop", uid="u1"))
Story = Callable[[SeriesRecorder, FakeClient, FakeClock], Awaitable[None]]


def play(story: Story) -> None:
    async def run() -> None:
        client: Any = FakeClient()
        clock = FakeClock()
        recorder = SeriesRecorder(client, "scheduler", "scheduler-n1", clock)
        task = asyncio.ensure_future(recorder.run())
        await story(recorder, client, clock)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())


async def told(client: FakeClient) -> list[events_v1.Event]:
    return (await client.list(events_v1.Event)).items


def fail(recorder: SeriesRecorder, note: str = "0/3 nodes") -> None:
    recorder.event(POD, "Warning", "FailedScheduling", "Scheduling", note)


def test_the_first_is_an_event_without_series() -> None:
    async def story(recorder: SeriesRecorder, client: FakeClient, clock: FakeClock) -> None:
        fail(recorder)
        await clock.settle()
        (event,) = await told(client)
        assert (event.reason, event.action, event.note, event.type) == (
            "FailedScheduling",
            "Scheduling",
            "0/3 nodes",
            "Warning",
        )
        assert (event.regarding.name, event.regarding.uid) == ("web", "u1")
        assert (event.reporting_controller, event.reporting_instance) == ("scheduler", "scheduler-n1")
        assert (event.event_time, event.series) == (MicroTime(clock.now()), None)
        assert event.metadata.namespace == "shop"

    play(story)


def test_what_follows_is_a_series_whatever_its_words() -> None:
    async def story(recorder: SeriesRecorder, client: FakeClient, clock: FakeClock) -> None:
        for number in range(4):
            fail(recorder, f"{number}/3 nodes")
            await clock.advance(1)
        (event,) = await told(client)
        assert event.series is not None
        assert event.series.count == 2, "later ones are told when the series is refreshed or has ended"
        recorder.event(POD, "Normal", "Scheduled", "Binding", "on n1")
        await clock.settle()
        assert len(await told(client)) == 2

    play(story)


def test_an_ended_series_is_told_and_a_new_event_begins() -> None:
    async def story(recorder: SeriesRecorder, client: FakeClient, clock: FakeClock) -> None:
        for _ in range(5):
            fail(recorder)
        await clock.advance(1)
        for _ in range(2):
            await clock.advance(LOOK)
        (event,) = await told(client)
        assert event.series is not None
        assert event.series.count == 5
        fail(recorder)
        await clock.settle()
        assert len(await told(client)) == 2

    play(story)


def test_a_series_that_goes_on_is_refreshed() -> None:
    async def story(recorder: SeriesRecorder, client: FakeClient, clock: FakeClock) -> None:
        for _ in range(int(REFRESH // 100) + 8):
            fail(recorder)
            await clock.advance(100)
        (event,) = await told(client)
        assert event.series is not None
        assert event.series.count > 10

    play(story)


def test_while_the_server_is_away_events_wait() -> None:
    async def story(recorder: SeriesRecorder, client: FakeClient, clock: FakeClock) -> None:
        client.failures.append(errors.ServiceUnavailable("away"))
        fail(recorder)
        await clock.settle()
        assert not await told(client)
        await clock.advance(10)
        assert len(await told(client)) == 1

    play(story)


def test_nothing_is_raised(caplog: pytest.LogCaptureFixture) -> None:
    async def story(recorder: SeriesRecorder, client: FakeClient, clock: FakeClock) -> None:
        recorder.event(object(), "Normal", "Odd", "Trying", "")
        assert "could not be recorded" in caplog.text

    play(story)
