"""What the server does beside answering requests: old Events go, old history is forgotten."""

import asyncio

from pykube.api import core_v1, meta_v1
from pykube.apiserver import compaction, events_ttl
from pykube.apiserver.events_ttl import EventsTtl
from pykube.apiserver.progress import Progress
from pykube.store.memory import MemoryStore
from tests.fakes.api_server import running
from tests.fakes.clock import FakeClock


def event(name):
    return core_v1.Event(
        metadata=meta_v1.ObjectMeta(name=name, namespace="default"),
        involved_object=core_v1.ObjectReference(kind="Pod", name="p", namespace="default"),
    )


def test_events_go_an_hour_after_their_last_change():
    async def story():
        clock = FakeClock()
        async with running(clock) as api:
            cache = api.registry.cache(core_v1.Event)
            task = asyncio.ensure_future(EventsTtl(cache, api.store, clock).run())
            await clock.settle()
            await api.registry.create(event("old"))
            touched = await api.registry.create(event("touched"))
            await clock.advance(events_ttl.SECONDS / 2)
            touched.count = 2
            await api.registry.update(touched)
            await clock.advance(events_ttl.SECONDS / 2 + 60)
            await api.registry.progress.reach(await api.store.revision())
            assert [cached.name for cached in cache] == ["touched"]
            await clock.advance(events_ttl.SECONDS)
            await api.registry.progress.reach(await api.store.revision())
            assert len(cache) == 0
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(story())


def test_history_stays_for_five_minutes_at_least():
    async def story():
        clock, store = FakeClock(), MemoryStore()
        await store.create("/a", b"1")
        progress = Progress()
        task = asyncio.ensure_future(compaction.run(store, progress, clock))
        await clock.settle()
        await store.create("/b", b"1")
        await clock.advance(compaction.INTERVAL)
        assert await store.compacted() == 1
        await clock.advance(compaction.INTERVAL)
        assert await store.compacted() == 1
        await store.create("/c", b"1")
        await clock.advance(compaction.INTERVAL)
        assert await store.compacted() == progress.oldest == 2
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(story())
