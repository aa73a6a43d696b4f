"""Stored objects that cannot be read: what is said of them, and that they can be got rid of."""

import asyncio

from pykube.api import core_v1
from pykube.apiserver import corrupt
from tests.fakes.api_server import running

KEY = "/registry/configmaps/default/broken"
PATH = "/api/v1/namespaces/default/configmaps"
UNSAFE = {"ignoreStoreReadErrorWithClusterBreakingPotential": True}


def test_they_go_by_force_only() -> None:
    async def story() -> None:
        async with running() as api:
            entry = await api.store.create(KEY, b"{")
            await api.registry.progress.reach(entry.revision)
            assert (await api.get(f"{PATH}/broken")).status == 500
            assert (await api.delete(f"{PATH}/broken")).status == 500
            assert (await api.delete(f"{PATH}/broken", UNSAFE)).status == 200
            assert not api.registry.cache(core_v1.ConfigMap).corrupt
            assert (await api.get(f"{PATH}/broken")).status == 404
            assert (await api.post(PATH, {"metadata": {"name": "broken"}})).status == 201

    asyncio.run(story())


def test_what_only_looks_like_an_object_is_broken_too() -> None:
    async def story() -> None:
        async with running() as api:
            value = (
                b'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"broken","namespace":"default"},"data":5}'
            )
            entry = await api.store.create(KEY, value)
            await api.registry.progress.reach(entry.revision)
            answer = await api.patch(f"{PATH}/broken", {"metadata": {"labels": {"a": "b"}}})
            assert answer.status == 500
            assert "corrupt object" in answer.message
            assert (await api.delete(f"{PATH}/broken", UNSAFE)).status == 200
            assert (await api.get(f"{PATH}/broken")).status == 404

    asyncio.run(story())


def test_why_is_told() -> None:
    assert "JSON is malformed" in corrupt.explain(b"\x00", ValueError("x"))
    assert corrupt.explain(b"[]", ValueError("x")) == "it is no object with metadata"
    assert corrupt.explain(b'{"metadata":{}}', ValueError("no name")) == "no name"


def test_a_warning_names_the_first() -> None:
    assert corrupt.warning(["a", "b", "c", "d", "e"]).endswith("left out: a, b, c and 2 more")
