"""Tasks of which there is one per key."""

from __future__ import annotations

import asyncio

from agent.pods.keyed_tasks import KeyedTasks
from tests.fakes.clock import FakeClock


def test_one_task_per_key() -> None:
    async def run() -> None:
        clock, tasks, done = FakeClock(), KeyedTasks("owner"), list[str]()

        async def work(name: str) -> None:
            await clock.sleep(1)
            done.append(name)

        tasks.start("a", work("first"))
        tasks.start("a", work("ignored"))
        tasks.start("b", work("replaced"))
        tasks.start("b", work("second"), replace=True)
        await clock.advance(1)
        assert done == ["first", "second"]
        tasks.start("a", work("third"))
        await clock.advance(1)
        assert done[2:] == ["third"]

    asyncio.run(run())


def test_all_end_together() -> None:
    async def run() -> None:
        clock, tasks = FakeClock(), KeyedTasks("owner")
        for key in ("a", "b"):
            tasks.start(key, clock.sleep(100))
        await clock.settle()
        tasks.cancel("a")
        await tasks.wait("a")
        await tasks.close()
        await tasks.wait("b")

    asyncio.run(run())
