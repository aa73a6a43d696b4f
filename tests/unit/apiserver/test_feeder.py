"""How what happens in the store gets into the caches."""

import asyncio
from contextlib import asynccontextmanager

from pykube.api import core_v1, events_v1, scheme
from pykube.apiserver.conversion import conversion
from pykube.apiserver.feeder import Feeder
from pykube.apiserver.progress import Progress
from pykube.apiserver.watch_cache import WatchCache
from pykube.errors import ServiceUnavailable
from pykube.store.memory import MemoryStore
from tests.fakes.clock import FakeClock


def value(kind, name):
    return f'{{"apiVersion":"v1","kind":"{kind}","metadata":{{"name":"{name}","namespace":"a"}}}}'.encode()


@asynccontextmanager
async def feeding(store, *types):
    progress, clock = Progress(), FakeClock()
    caches = []
    for cls in types:
        resource = scheme.resource_of(cls)
        converted = conversion(resource)
        caches.append(WatchCache(resource, progress, convert=converted.load if converted else None))
    feeder = Feeder(store, caches, progress, clock)
    await feeder.fill()
    task = asyncio.ensure_future(feeder.run())
    try:
        yield (*caches, progress, clock)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def names(cache):
    return [cached.name for cached in cache.snapshot()]


def test_the_present_and_what_follows():
    async def story():
        store = MemoryStore()
        await store.create("/registry/configmaps/a/c", value("ConfigMap", "c"))
        async with feeding(store, core_v1.ConfigMap) as (cache, progress, _):
            assert names(cache) == ["c"]
            entry = await store.create("/registry/configmaps/a/d", value("ConfigMap", "d"))
            await progress.reach(entry.revision)
            assert names(cache) == ["c", "d"]
            gone = await store.delete("/registry/configmaps/a/c", expected=1)
            await progress.reach(gone.revision)
            assert names(cache) == ["d"]

    asyncio.run(story())


def test_keys_of_two_and_three_levels():
    async def story():
        store = MemoryStore()
        await store.create("/registry/services/specs/a/s", value("Service", "s"))
        await store.create("/registry/services/endpoints/a/e", value("Endpoints", "e"))
        await store.create("/registry/unheard-of", b"x")
        async with feeding(store, core_v1.Service, core_v1.Endpoints) as (services, endpoints, progress, _):
            assert (names(services), names(endpoints)) == (["s"], ["e"])
            assert progress.revision == 3

    asyncio.run(story())


def test_one_stored_object_in_two_versions():
    async def story():
        store = MemoryStore()
        event = b'{"apiVersion":"v1","kind":"Event","metadata":{"name":"e","namespace":"a"},"message":"m"}'
        await store.create("/registry/events/a/e", event)
        async with feeding(store, core_v1.Event, events_v1.Event) as (old, new, _, _):
            assert b'"message":"m"' in old.find("a", "e").data
            found = new.find("a", "e").data
            assert b'"note":"m"' in found
            assert b'"apiVersion":"events.k8s.io/v1"' in found

    asyncio.run(story())


def test_an_object_that_cannot_be_read_harms_no_other():
    async def story():
        store = MemoryStore()
        await store.create("/registry/configmaps/a/bad", b"{")
        await store.create("/registry/configmaps/a/good", value("ConfigMap", "good"))
        async with feeding(store, core_v1.ConfigMap) as (cache, _, _):
            assert names(cache) == ["good"]

    asyncio.run(story())


class BrokenOnce(MemoryStore):
    """A store whose first watch finds that its history is compacted."""

    broken = False

    def watch(self, prefix, *, revision):
        if not self.broken:
            self.broken = True
            self._compacted = revision + 1
        return super().watch(prefix, revision=revision)


def test_after_a_gap_followers_hear_the_difference():
    async def story():
        store = BrokenOnce()
        for name in ("kept", "gone"):
            await store.create(f"/registry/configmaps/a/{name}", value("ConfigMap", name))
        progress, clock = Progress(), FakeClock()
        cache = WatchCache(scheme.resource_of(core_v1.ConfigMap), progress)
        feeder = Feeder(store, [cache], progress, clock)
        await feeder.fill()
        await store.delete("/registry/configmaps/a/gone", expected=2)
        await store.create("/registry/configmaps/a/new", value("ConfigMap", "new"))
        heard = []
        cache.attach(lambda event: heard.append((event.type, event.object.name)))
        task = asyncio.ensure_future(feeder.run())
        await clock.advance(1)
        assert sorted(heard) == [("ADDED", "new"), ("DELETED", "gone")]
        assert progress.revision == 4
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(story())


class AwayForAWhile(BrokenOnce):
    """A store that, once its watch is broken, fails to answer the next two reads as well."""

    failures = 2

    async def list(self, prefix, **options):
        if self.broken and self.failures:
            self.failures -= 1
            raise ServiceUnavailable("the store is away")
        return await super().list(prefix, **options)


def test_a_store_that_stays_away_is_asked_again():
    async def story():
        store, progress, clock = AwayForAWhile(), Progress(), FakeClock()
        cache = WatchCache(scheme.resource_of(core_v1.ConfigMap), progress)
        feeder = Feeder(store, [cache], progress, clock)
        await feeder.fill()
        for name in ("c", "d"):
            await store.create(f"/registry/configmaps/a/{name}", value("ConfigMap", name))
        task = asyncio.ensure_future(feeder.run())
        await clock.advance(5)
        assert store.failures == 0
        assert names(cache) == ["c", "d"]
        entry = await store.create("/registry/configmaps/a/e", value("ConfigMap", "e"))
        await progress.reach(entry.revision)
        assert names(cache) == ["c", "d", "e"]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(story())
