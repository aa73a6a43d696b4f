"""Watches."""

import asyncio

from tests.fakes.api_server import running

MAPS = "/api/v1/namespaces/default/configmaps"


def story(run):
    async def inside():
        async with running() as api:
            await run(api)

    asyncio.run(inside())


async def create(api, name, **labels):
    return (await api.post(MAPS, {"metadata": {"name": name, "labels": labels}})).doc


async def expect(watch, *expected):
    found = [await watch.next() for _ in expected]
    assert [(event["type"], event["object"]["metadata"].get("name", "")) for event in found] == list(expected)
    return found


def test_the_present_and_then_what_comes():
    async def run(api):
        await create(api, "a")
        async with api.watch(MAPS) as watch:
            await expect(watch, ("ADDED", "a"))
            await create(api, "b")
            await api.patch(f"{MAPS}/b", {"data": {"x": "y"}})
            await api.delete(f"{MAPS}/b")
            await expect(watch, ("ADDED", "b"), ("MODIFIED", "b"), ("DELETED", "b"))

    story(run)


def test_from_a_version_on():
    async def run(api):
        await create(api, "a")
        version = (await create(api, "b"))["metadata"]["resourceVersion"]
        await create(api, "c")
        async with api.watch(f"{MAPS}?resourceVersion={version}") as watch:
            await expect(watch, ("ADDED", "c"))
            await create(api, "d")
            await expect(watch, ("ADDED", "d"))

    story(run)


def test_from_a_version_that_is_forgotten():
    async def run(api):
        cache = api.registry.cache(api.registry.resource("", "v1", "configmaps"))
        await create(api, "a")
        cache.begin(api.registry.progress.revision)
        async with api.watch(f"{MAPS}?resourceVersion=1") as watch:
            event = await watch.next()
            assert event["type"] == "ERROR"
            assert (event["object"]["code"], event["object"]["reason"]) == (410, "Expired")
            assert await watch.next() is None

    story(run)


def test_selectors_and_namespaces():
    async def run(api):
        async with api.watch(f"{MAPS}?labelSelector=x%3D1") as watch:
            await create(api, "a", x="0")
            await create(api, "b", x="1")
            await api.post(
                "/api/v1/namespaces/kube-system/configmaps", {"metadata": {"name": "c", "labels": {"x": "1"}}}
            )
            await api.patch(f"{MAPS}/a", {"metadata": {"labels": {"x": "1"}}})
            await api.patch(f"{MAPS}/b", {"metadata": {"labels": {"x": "0"}}})
            await expect(watch, ("ADDED", "b"), ("ADDED", "a"), ("DELETED", "b"))

    story(run)


def test_initial_events_end_with_a_bookmark():
    async def run(api):
        await create(api, "a")
        query = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
        async with api.watch(f"{MAPS}?{query}") as watch:
            _, mark = await expect(watch, ("ADDED", "a"), ("BOOKMARK", ""))
            assert mark["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
        refused = await api.get(f"{MAPS}?watch=true&sendInitialEvents=true")
        assert refused.status == 422

    story(run)


def test_a_watch_ends_in_its_time():
    async def run(api):
        async with api.watch(f"{MAPS}?timeoutSeconds=1") as watch:
            await create(api, "a")
            await expect(watch, ("ADDED", "a"))
            assert await watch.next() is None

    story(run)


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0)


def test_a_client_that_goes_away_is_forgotten():
    async def run(api):
        async with api.watch(MAPS) as watch:
            await create(api, "a")
            await expect(watch, ("ADDED", "a"))
            assert len(api.registry.watchers) == 1
            watch.response.close()
        await until(lambda: not api.registry.watchers)

    story(run)


def test_watches_end_with_the_server():
    async def run(api):
        async with api.watch(MAPS) as watch:
            await until(lambda: api.registry.watchers)
            for watcher in tuple(api.registry.watchers):
                watcher.end()
            assert await watch.next() is None

    story(run)


def test_tables_name_their_columns_once():
    async def run(api):
        accept = "application/json;as=Table;v=v1;g=meta.k8s.io"
        async with api.watch(MAPS, Accept=accept) as watch:
            await create(api, "a")
            await create(api, "b")
            first, second = await watch.next(), await watch.next()
            assert first["object"]["kind"] == "Table"
            assert first["object"]["columnDefinitions"]
            assert not second["object"]["columnDefinitions"]

    story(run)
