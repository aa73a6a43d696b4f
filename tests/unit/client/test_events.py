from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from pykube import errors
from pykube.api import core_v1, meta_v1
from pykube.client.correlation import BURST, SIMILAR_LIMIT, Correlator, Occurrence
from pykube.client.events import EventRecorder, reference_to
from tests.fakes.api_client import FakeClient
from tests.fakes.clock import FakeClock

POD = core_v1.Pod(metadata=meta_v1.ObjectMeta(name="web", namespace="shop", uid="u1", resource_version="5"))
Story = Callable[[EventRecorder, FakeClient, FakeClock], Awaitable[None]]


def play(story: Story) -> None:
    async def run() -> None:
        client: Any = FakeClient()
        clock = FakeClock()
        recorder = EventRecorder(client, "kubelet", "n1", clock)
        await story(recorder, client, clock)
        await recorder.close()

    asyncio.run(run())


async def told(client: FakeClient) -> list[core_v1.Event]:
    return (await client.list(core_v1.Event)).items


def test_an_event_names_its_object_its_source_and_its_time() -> None:
    async def story(recorder: EventRecorder, client: FakeClient, clock: FakeClock) -> None:
        recorder.event(POD, "Normal", "Pulled", "image is there")
        await clock.settle()
        (event,) = await told(client)
        assert event.involved_object == core_v1.ObjectReference(
            api_version="v1", kind="Pod", namespace="shop", name="web", uid="u1", resource_version="5"
        )
        assert event.metadata.name.startswith("web.")
        assert event.metadata.namespace == "shop"
        assert (event.type, event.reason, event.message, event.count) == ("Normal", "Pulled", "image is there", 1)
        assert (event.source.component, event.source.host) == ("kubelet", "n1")
        assert event.first_timestamp == event.last_timestamp == clock.now()

    play(story)


def test_what_repeats_is_counted() -> None:
    async def story(recorder: EventRecorder, client: FakeClient, clock: FakeClock) -> None:
        for _ in range(3):
            recorder.event(POD, "Warning", "BackOff", "restarting")
            await clock.advance(10)
        recorder.event(POD, "Warning", "BackOff", "in other words")
        await clock.settle()
        first, second = await told(client)
        assert (first.count, first.last_timestamp, second.count) == (3, clock.now().replace(second=20), 1)

    play(story)


def test_an_event_whose_object_is_gone_is_made_anew() -> None:
    async def story(recorder: EventRecorder, client: FakeClient, clock: FakeClock) -> None:
        recorder.event(POD, "Normal", "Pulled", "")
        await clock.settle()
        (event,) = await told(client)
        await client.delete(core_v1.Event, event.metadata.name, "shop")
        await clock.advance(1)
        recorder.event(POD, "Normal", "Pulled", "")
        await clock.settle()
        (event,) = await told(client)
        assert event.count == 2

    play(story)


def test_while_the_server_is_away_events_wait() -> None:
    async def story(recorder: EventRecorder, client: FakeClient, clock: FakeClock) -> None:
        client.failures = [errors.ServiceUnavailable("refused")] * 2
        recorder.event(POD, "Normal", "Pulled", "")
        recorder.event(POD, "Normal", "Started", "")
        await clock.advance(30)
        assert [event.reason for event in await told(client)] == ["Pulled", "Started"]

    play(story)


def test_a_refused_event_is_dropped_and_nothing_is_raised(caplog: pytest.LogCaptureFixture) -> None:
    async def story(recorder: EventRecorder, client: FakeClient, clock: FakeClock) -> None:
        client.failures = [errors.Forbidden("namespace is being terminated")]
        recorder.event(POD, "Normal", "Pulled", "")
        recorder.event(object(), "Normal", "Pulled", "about nothing")
        recorder.event(POD, "Normal", "Started", "é" * 4000)
        await clock.settle()
        (event,) = await told(client)
        assert event.reason == "Started"
        assert len(event.message.encode()) == 1024

    play(story)
    assert "could not be recorded" in caplog.text


def test_a_reference_is_taken_as_it_is() -> None:
    reference = core_v1.ObjectReference(kind="Pod", name="a", field_path="spec.containers{web}")
    assert reference_to(reference) is reference


def occurrence(message: str) -> Occurrence:
    return Occurrence(("Pod", "shop", "web", "u1", ""), "Warning", "Failed", message)


def test_many_alike_are_summed_up() -> None:
    correlator = Correlator()
    found = [correlator.admit(occurrence(f"error {n}"), 0.0) for n in range(SIMILAR_LIMIT + 2)]
    assert [item.message for item in found if item][:9] == [f"error {n}" for n in range(9)]
    assert correlator.count(found[-1] or occurrence("")) == 3
    assert [item.message for item in found if item][-3:] == [
        "(combined from similar events): error 9",
        "(combined from similar events): error 10",
        "(combined from similar events): error 11",
    ]
    later = correlator.admit(occurrence("error 12"), 2000.0)
    assert later is not None
    assert later.message == "error 12"


def test_a_flood_about_one_object_is_cut_off_and_let_through_again_slowly() -> None:
    correlator = Correlator()
    admitted = [correlator.admit(occurrence("again"), 0.0) for _ in range(100)]
    assert sum(item is not None for item in admitted) == BURST
    assert correlator.admit(occurrence("again"), 200.0) is None
    assert correlator.admit(occurrence("again"), 301.0) is not None


def test_what_is_held_back_counts_all_the_same() -> None:
    async def story(recorder: EventRecorder, client: FakeClient, clock: FakeClock) -> None:
        for _ in range(int(BURST) + 5):
            recorder.event(POD, "Warning", "BackOff", "restarting")
        await clock.advance(301)
        recorder.event(POD, "Warning", "BackOff", "restarting")
        await clock.settle()
        (event,) = await told(client)
        assert event.count == BURST + 6

    play(story)
