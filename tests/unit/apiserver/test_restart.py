"""A server that starts over a store with a past: watches go on, and what cannot be read is in nobody's way."""

import asyncio
from contextlib import aclosing
from pathlib import Path

import msgspec
import pytest

from pykube import errors
from pykube.api import core_v1, meta_v1
from pykube.apiserver import feeder
from pykube.client.rest import Client, WatchType
from pykube.store.memory import MemoryStore
from tests.fakes.local_server import serving

KEY = "/registry/configmaps/default/{}"


def configmap(name: str, **data: str) -> core_v1.ConfigMap:
    return core_v1.ConfigMap(metadata=meta_v1.ObjectMeta(name=name, namespace="default"), data=data)


async def _changes(client: Client, version: str, count: int) -> list[tuple[str, str]]:
    """The first changes of ConfigMaps after a version."""
    found: list[tuple[str, str]] = []
    watch = client.watch(core_v1.ConfigMap, "default", resource_version=version)
    async with aclosing(watch), asyncio.timeout(5):
        async for event in watch:
            if event.type is not WatchType.BOOKMARK:
                found.append((event.type.value, event.object.metadata.name))
            if len(found) == count:
                break
    return found


async def _past(store: MemoryStore, folder: Path) -> str:
    """A server's life; the version in its middle."""
    async with serving(folder, store) as client:
        await client.create(configmap("before"))
        kept = await client.create(configmap("kept"))
        await client.create(configmap("gone"))
        await client.update(configmap("kept", changed="yes"))
        await client.delete(core_v1.ConfigMap, "gone", "default")
    return kept.metadata.resource_version


def test_a_watch_goes_on_where_it_was(tmp_path: Path) -> None:
    async def story() -> None:
        store = MemoryStore()
        middle = await _past(store, tmp_path)
        async with serving(tmp_path, store) as client:
            await client.create(configmap("after"))
            assert await _changes(client, middle, 4) == [
                ("ADDED", "gone"),
                ("MODIFIED", "kept"),
                ("DELETED", "gone"),
                ("ADDED", "after"),
            ]
        await store.close()

    asyncio.run(story())


def test_a_watch_of_compacted_history_has_to_begin_anew(tmp_path: Path) -> None:
    async def story() -> None:
        store = MemoryStore()
        middle = await _past(store, tmp_path)
        await store.compact(await store.revision() - 1)
        async with serving(tmp_path, store) as client:
            with pytest.raises(errors.Expired):
                await _changes(client, middle, 1)
        await store.close()

    asyncio.run(story())


def test_no_more_history_is_read_than_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        store = MemoryStore()
        middle = await _past(store, tmp_path)
        monkeypatch.setattr(feeder, "_RECALLED", 1)
        async with serving(tmp_path, store) as client:
            with pytest.raises(errors.Expired):
                await _changes(client, middle, 1)
        await store.close()

    asyncio.run(story())


BROKEN = {
    "no-json": b"\x00\xff{",
    "no-object": b"[1]",
    "wrong-type": b'{"kind":"ConfigMap","metadata":{"name":"wrong-type","namespace":"default"},"data":5}',
}


async def _broken(folder: Path) -> MemoryStore:
    store = MemoryStore()
    async with serving(folder, store) as client:
        await client.create(configmap("good"))
    for name, value in BROKEN.items():
        await store.create(KEY.format(name), value)
    await store.create("/registry/clusterroles/broken", b"{")
    return store


def test_what_cannot_be_read_is_left_out_and_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        store = await _broken(tmp_path)
        async with serving(tmp_path, store) as client:
            assert KEY.format("no-json") in caplog.text
            found = await client.list(core_v1.ConfigMap, "default")
            assert "good" in [item.metadata.name for item in found.items]
            assert not {item.metadata.name for item in found.items} & set(BROKEN)
            _, headers, _ = await client.request("GET", "/api/v1/namespaces/default/configmaps")
            assert "cannot be read" in headers["Warning"]
            assert KEY.format("no-json") in headers["Warning"]
            _, headers, _ = await client.request("GET", "/api/v1/namespaces/kube-system/configmaps")
            assert "Warning" not in headers
            for name in BROKEN:
                with pytest.raises(errors.InternalError, match=f"corrupt object: key={KEY.format(name)}"):
                    await client.get(core_v1.ConfigMap, name, "default")
                with pytest.raises(errors.InternalError, match="corrupt object"):
                    await client.update(configmap(name))
                with pytest.raises(errors.AlreadyExists):
                    await client.create(configmap(name))
        await store.close()

    asyncio.run(story())


def test_what_is_mended_is_there_again(tmp_path: Path) -> None:
    async def story() -> None:
        store = await _broken(tmp_path)
        async with serving(tmp_path, store) as client:
            entry, _ = await store.get(KEY.format("no-json"))
            assert entry is not None
            good = b'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"no-json","namespace":"default"}}'
            await store.update(KEY.format("no-json"), good, expected=entry.revision)
            await client.create(configmap("waits-for-the-caches"))
            assert (await client.get(core_v1.ConfigMap, "no-json", "default")).metadata.name == "no-json"
        await store.close()

    asyncio.run(story())


def test_what_breaks_while_the_server_runs_is_gone_to_watchers(tmp_path: Path) -> None:
    async def story() -> None:
        store = MemoryStore()
        async with serving(tmp_path, store) as client:
            made = await client.create(configmap("fine"))
            version = made.metadata.resource_version
            await store.update(KEY.format("fine"), b"{", expected=int(version))
            assert await _changes(client, version, 1) == [("DELETED", "fine")]
            with pytest.raises(errors.InternalError, match="corrupt object"):
                await client.get(core_v1.ConfigMap, "fine", "default")
        await store.close()

    asyncio.run(story())


DEFINITION = {
    "metadata": {"name": "things.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"plural": "things", "singular": "thing", "kind": "Thing"},
        "versions": [
            {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}},
        ],
    },
}
THINGS = "/apis/example.com/v1/namespaces/default/things"


async def _served(client: Client, path: str) -> None:
    """Return when the path is there."""
    async with asyncio.timeout(10):
        while True:
            try:
                await client.request("GET", path)
                return
            except errors.NotFound:
                await asyncio.sleep(0)


def test_a_watch_of_custom_objects_goes_on_too(tmp_path: Path) -> None:
    async def story() -> None:
        store = MemoryStore()
        headers = {"Content-Type": "application/json"}
        async with serving(tmp_path, store) as client:
            body = msgspec.json.encode(DEFINITION)
            definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
            await client.request("POST", definitions, body=body, headers=headers)
            await _served(client, THINGS)
            version = msgspec.json.decode((await client.request("GET", THINGS))[2])["metadata"]["resourceVersion"]
            thing = b'{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"t"}}'
            await client.request("POST", THINGS, body=thing, headers=headers)
            await client.request("DELETE", f"{THINGS}/t", headers=headers)
        async with serving(tmp_path, store) as client:
            params = {"watch": "true", "resourceVersion": version}
            async with client.stream("GET", THINGS, params=params) as answer, asyncio.timeout(5):
                found = [msgspec.json.decode(await answer.content.readline()) for _ in range(2)]
            assert [event["type"] for event in found] == ["ADDED", "DELETED"]
        await store.close()

    asyncio.run(story())
