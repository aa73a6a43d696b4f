"""Waiting for the caches to get somewhere."""

import asyncio

from pykube.apiserver.progress import Progress


def test_waiters_wake_in_time():
    async def story():
        progress = Progress()
        waiting = [asyncio.ensure_future(progress.reach(revision)) for revision in (3, 1, 2)]
        await asyncio.sleep(0)
        progress.advance(2)
        await asyncio.sleep(0)
        assert [task.done() for task in waiting] == [False, True, True]
        progress.advance(5)
        await asyncio.gather(*waiting)
        await progress.reach(5)

    asyncio.run(story())
