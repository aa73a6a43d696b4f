from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from pykube.client.workqueue import QueueClosed, WorkQueue
from tests.fakes.clock import FakeClock

Story = Callable[[WorkQueue, FakeClock], Awaitable[None]]


def play(story: Story) -> None:
    async def run() -> None:
        clock = FakeClock()
        queue = WorkQueue(clock)
        await story(queue, clock)
        queue.close()

    asyncio.run(run())


def test_a_key_that_waits_is_not_queued_twice() -> None:
    async def story(queue: WorkQueue, _: FakeClock) -> None:
        for key in ("a", "b", "a"):
            queue.add(key)
        assert len(queue) == 2
        assert [await queue.get(), await queue.get()] == ["a", "b"]

    play(story)


def test_a_key_in_work_comes_back_when_it_is_done_and_not_before() -> None:
    async def story(queue: WorkQueue, _: FakeClock) -> None:
        queue.add("a")
        key = await queue.get()
        queue.add("a")
        queue.add("a")
        assert len(queue) == 0
        queue.done(key)
        assert len(queue) == 1
        queue.done(await queue.get())
        assert len(queue) == 0

    play(story)


def test_a_waiting_worker_is_woken() -> None:
    async def story(queue: WorkQueue, clock: FakeClock) -> None:
        workers = [asyncio.create_task(queue.get()) for _ in range(2)]
        await clock.settle()
        queue.add("a")
        queue.add("b")
        assert sorted(await asyncio.gather(*workers)) == ["a", "b"]

    play(story)


def test_a_cancelled_worker_loses_no_key() -> None:
    async def story(queue: WorkQueue, clock: FakeClock) -> None:
        first, second = asyncio.create_task(queue.get()), asyncio.create_task(queue.get())
        await clock.settle()
        queue.add("a")
        first.cancel()
        assert await second == "a"
        await asyncio.gather(first, return_exceptions=True)

    play(story)


def test_keys_come_when_they_are_due_the_earliest_wish_counting() -> None:
    async def story(queue: WorkQueue, clock: FakeClock) -> None:
        queue.add_after("a", 10)
        queue.add_after("b", 5)
        queue.add_after("a", 2)
        queue.add_after("a", 20)
        queue.add_after("now", 0)
        assert await queue.get() == "now"
        await clock.advance(2)
        assert len(queue) == 1
        assert await queue.get() == "a"
        queue.done("a")
        await clock.advance(60)
        assert len(queue) == 1
        assert await queue.get() == "b"

    play(story)


def test_retries_wait_longer_each_time_until_forgotten() -> None:
    async def story(_: WorkQueue, clock: FakeClock) -> None:
        queue = WorkQueue(clock, base_delay=1)
        waits = []
        for _ in range(4):
            before = clock.monotonic()
            queue.add_rate_limited("a")
            while not len(queue):
                await clock.advance(0.5)
            waits.append(clock.monotonic() - before)
            queue.done(await queue.get())
        assert waits == [1, 2, 4, 8]
        assert queue.retries("a") == 4
        queue.forget("a")
        assert queue.retries("a") == 0

    play(story)


def test_after_close_workers_finish_what_waits_and_then_end() -> None:
    async def story(queue: WorkQueue, clock: FakeClock) -> None:
        queue.add("a")
        queue.add_after("b", 1)
        queue.close()
        queue.add("c")
        assert await queue.get() == "a"
        with pytest.raises(QueueClosed):
            await queue.get()

    play(story)


def test_close_wakes_workers_that_wait() -> None:
    async def story(queue: WorkQueue, clock: FakeClock) -> None:
        workers = [asyncio.create_task(queue.get()) for _ in range(2)]
        await clock.settle()
        queue.close()
        results = await asyncio.gather(*workers, return_exceptions=True)
        assert [type(result) for result in results] == [QueueClosed, QueueClosed]

    play(story)
