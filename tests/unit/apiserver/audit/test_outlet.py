"""How events wait for a receiver."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from pykube.apiserver.audit.metrics import AuditMetrics
from pykube.apiserver.audit.outlet import CLOSE_SECONDS, DeliveryError, Encode, Outlet, OutletSettings
from tests.fakes.clock import FakeClock
from tests.unit.apiserver.audit.test_event import event


class Memory:
    """Keeps what it gets; `gate` holds it up, `broken` makes it refuse."""

    name = "memory"

    def __init__(self) -> None:
        self.batches: list[list[Any]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.broken = False
        self.closed = False

    async def deliver(self, encode: Encode) -> None:
        await self.gate.wait()
        if self.broken:
            raise DeliveryError("out of order")
        self.batches.append([json.loads(one)["auditID"] for one in encode()])

    async def close(self) -> None:
        self.closed = True


class Stand:
    """An outlet, and what is around it."""

    def __init__(self, **settings: Any) -> None:
        self.memory, self.clock, self.metrics = Memory(), FakeClock(), AuditMetrics()
        self.outlet = Outlet(self.memory, OutletSettings(**settings), self.clock, self.metrics)
        self.outlet.start()


def play(story: Callable[[Callable[..., Stand]], Awaitable[None]]) -> None:
    async def run() -> None:
        made: list[Stand] = []

        def stand(**settings: Any) -> Stand:
            made.append(Stand(**settings))
            return made[-1]

        async with asyncio.timeout(10):
            await story(stand)
            for one in made:
                one.memory.gate.set()
                await one.outlet.close()
                assert one.memory.closed

    asyncio.run(run())


def test_nobody_waits_in_mode_batch_and_what_finds_no_place_is_counted(caplog: pytest.LogCaptureFixture) -> None:
    async def story(stand: Callable[..., Stand]) -> None:
        one = stand(mode="batch", queue=3)
        one.memory.gate.clear()
        taken = [await one.outlet.put(event(audit_id=str(number))) for number in range(5)]
        assert taken == [True, True, True, False, False]
        assert one.metrics.errors["memory"] == 2
        one.memory.gate.set()
        await one.outlet.close()
        assert one.memory.batches == [["0", "1", "2"]]

    play(story)
    assert [record.message for record in caplog.records] == ["audit memory: 1 events are lost: its queue is full"]


def test_a_request_waits_in_mode_blocking_until_its_event_is_delivered() -> None:
    async def story(stand: Callable[..., Stand]) -> None:
        one = stand(mode="blocking")
        one.memory.gate.clear()
        putting = asyncio.create_task(one.outlet.put(event()))
        await one.clock.settle()
        assert not putting.done()
        one.memory.gate.set()
        assert await putting

    play(story)


def test_those_who_wait_at_the_same_time_are_served_together() -> None:
    async def story(stand: Callable[..., Stand]) -> None:
        one = stand(mode="blocking", batch=10)
        assert all(await asyncio.gather(*(one.outlet.put(event(audit_id=str(number))) for number in range(25))))
        assert [len(batch) for batch in one.memory.batches] == [10, 10, 5]
        assert [name for batch in one.memory.batches for name in batch] == [str(number) for number in range(25)]

    play(story)


def test_a_receiver_that_refuses_is_told_to_those_who_wait(caplog: pytest.LogCaptureFixture) -> None:
    async def story(stand: Callable[..., Stand]) -> None:
        one = stand(mode="blocking-strict")
        one.memory.broken = True
        assert not await one.outlet.put(event())
        assert not await one.outlet.put(event())
        assert one.metrics.errors["memory"] == 2
        one.memory.broken = False
        assert await one.outlet.put(event())

    play(story)
    assert len(caplog.records) == 1, "a lasting failure does not fill the log"


def test_a_batch_waits_to_be_filled_but_not_for_ever() -> None:
    async def story(stand: Callable[..., Stand]) -> None:
        one = stand(mode="batch", wait=30.0, batch=3)
        await one.outlet.put(event(audit_id="a"))
        await one.clock.advance(29)
        assert one.memory.batches == []
        await one.clock.advance(1)
        while not one.memory.batches:
            await one.clock.settle()
        for name in "bcd":
            await one.outlet.put(event(audit_id=name))
        while len(one.memory.batches) < 2:
            await one.clock.settle()
        assert one.memory.batches == [["a"], ["b", "c", "d"]]

    play(story)


def test_what_waits_is_delivered_at_the_end() -> None:
    async def story(stand: Callable[..., Stand]) -> None:
        one = stand(mode="batch", wait=30.0)
        await one.outlet.put(event(audit_id="a"))
        await one.outlet.close()
        assert one.memory.batches == [["a"]]

    play(story)


def test_a_receiver_that_takes_nothing_does_not_keep_the_server_from_ending() -> None:
    async def story(stand: Callable[..., Stand]) -> None:
        one = stand(mode="batch", batch=2)
        one.memory.gate.clear()
        for name in "abc":
            await one.outlet.put(event(audit_id=name))
        closing = asyncio.create_task(one.outlet.close())
        await one.clock.advance(CLOSE_SECONDS)
        await closing
        assert (one.memory.batches, one.metrics.errors["memory"]) == ([], 3)

    play(story)


def test_an_event_that_is_too_large_takes_no_other_with_it() -> None:
    async def story(stand: Callable[..., Stand]) -> None:
        one = stand(mode="batch", max_event=1500)
        for name in ("a", "b" * 2000, "c"):
            await one.outlet.put(event(audit_id=name))
        await one.outlet.close()
        assert one.memory.batches == [["a", "c"]]
        assert one.metrics.errors["memory"] == 1

    play(story)
