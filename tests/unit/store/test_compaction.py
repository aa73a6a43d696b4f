from __future__ import annotations

import asyncio

import pytest

from pykube import errors
from pykube.store.compaction import Compactor
from pykube.store.memory import MemoryStore
from tests.fakes.clock import FakeClock


def test_history_is_kept_for_one_interval_and_not_for_two() -> None:
    async def story() -> None:
        store, clock = MemoryStore(), FakeClock()
        await store.create("/a", b"1")
        task = asyncio.create_task(Compactor(store, clock, interval=300).run())
        await clock.advance(150)
        await store.update("/a", b"2", expected=1)
        await clock.advance(200)
        assert await store.compacted() == 1, "what was the present when it began"
        await clock.advance(300)
        assert await store.compacted() == 2
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(story())


def test_a_failure_is_made_up_for(caplog: pytest.LogCaptureFixture) -> None:
    class Failing(MemoryStore):
        failures = 1

        async def compact(self, revision: int) -> None:
            if self.failures:
                self.failures -= 1
                raise errors.InternalError("the disk is full")
            await super().compact(revision)

    async def story() -> None:
        store, clock = Failing(), FakeClock()
        await store.create("/a", b"1")
        task = asyncio.create_task(Compactor(store, clock, interval=300).run())
        await clock.advance(301)
        assert await store.compacted() == 0
        await clock.advance(300)
        assert await store.compacted() == 1
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(story())
    assert "the disk is full" in caplog.text
