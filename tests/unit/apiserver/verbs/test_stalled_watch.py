"""A watch whose client takes nothing: cut, its memory bounded, and the others none the wiser."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from pykube.apiserver import watcher as watchers
from tests.fakes.api_server import Api, running

MAPS = "/api/v1/namespaces/default/configmaps"
LIMIT = 1 << 20
LARGE = "x" * (100 << 10)


def story(run: Callable[[Api], Awaitable[None]]) -> None:
    async def inside() -> None:
        async with running() as api:
            await run(api)

    asyncio.run(inside())


async def stalled(api: Api) -> socket.socket:
    """A watch on a connection with little room, of which nothing is read but that it has begun."""
    address = urlsplit(api._url)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(connection, (address.hostname, address.port))
    await loop.sock_sendall(connection, f"GET {MAPS}?watch=true HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert (await loop.sock_recv(connection, 12)) == b"HTTP/1.1 200"
    return connection


async def change(api: Api, name: str, number: int) -> None:
    body: dict[str, Any] = {"metadata": {"name": name}, "data": {"large": LARGE, "number": str(number)}}
    answer = await (api.put(f"{MAPS}/{name}", body) if number else api.post(MAPS, body))
    assert answer.status < 300


def test_one_that_takes_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchers, "MAX_PENDING", LIMIT)

    async def run(api: Api) -> None:
        async with api.watch(MAPS) as healthy:
            connection = await stalled(api)
            waiting = [found for found in api.registry.watchers if not found.overflowed]
            assert len(waiting) == 2
            for number in range(40):
                await change(api, "busy", number)
                event = await healthy.next()
                assert event["object"]["data"]["number"] == str(number)
                assert all(found.pending <= LIMIT + 2 * len(LARGE) for found in waiting)
            assert [found.overflowed for found in waiting].count(True) == 1
            assert await _ended(connection)
            assert sum(found.pending for found in waiting) == 0
            await change(api, "busy", 40)
            assert (await healthy.next())["object"]["data"]["number"] == "40"
            assert len(api.registry.watchers) == 1

    story(run)


async def _ended(connection: socket.socket) -> bool:
    """Whether the server ends the connection, whatever still waits in it."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(10):
        try:
            while await loop.sock_recv(connection, 1 << 20):
                pass
        except ConnectionResetError:
            pass
    connection.close()
    return True


def test_many_that_take_nothing_share_what_waits_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchers, "MAX_PENDING", 100 * len(LARGE))

    async def run(api: Api) -> None:
        connections = [await stalled(api) for _ in range(4)]
        try:
            # the kernel takes some MB for each connection before anything waits here
            for number in range(70):
                await change(api, "busy", number)
            frames = [frame for found in api.registry.watchers for frame in found.frames]
            assert len(frames) > 10 * len(connections)
            assert len({id(frame) for frame in frames}) < len(frames) / 2
        finally:
            for connection in connections:
                connection.close()

    story(run)
