"""Requests that leave HTTP (exec, attach, port-forward) tell when they begin."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from pykube.apiserver.request import HttpRequest
from pykube.apiserver.streams.takeover import TakenOver, Takeover


def request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> HttpRequest:
    return HttpRequest(message, payload, protocol, writer, task, asyncio.get_running_loop())


def test_a_switch_of_protocols_is_told_before_anything_is_sent() -> None:
    told: list[int] = []

    async def on_answer(response: web.StreamResponse) -> None:
        told.append(response.status)

    async def handle(http: web.BaseRequest) -> web.StreamResponse:
        assert isinstance(http, HttpRequest)
        http.on_answer = on_answer
        async with Takeover(http) as (_, writer):
            assert told == [101]
            writer.write(b"HTTP/1.1 101 Switching Protocols\r\n\r\nhello")
            await writer.drain()
        return TakenOver()

    async def story() -> None:
        server = web.Server(handle, request_factory=request)
        listener = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*listener.sockets[0].getsockname())
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await reader.read()).endswith(b"hello")
        writer.close()
        listener.close()
        await server.shutdown(1.0)

    asyncio.run(story())
    assert told == [101]
