from __future__ import annotations

import asyncio
import json
import socket

from agent.proxy.health_check import HealthChecks, answer
from agent.proxy.model import HealthCheck


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


async def get(port: int) -> tuple[int, dict[str, object]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return int(head.split()[1]), json.loads(body)


def test_ports_open_change_and_close() -> None:
    async def story() -> None:
        port = free_port()
        checks = HealthChecks("127.0.0.1")
        await checks.apply([HealthCheck(port, "default", "web", 2)])
        code, body = await get(port)
        assert (code, body["localEndpoints"]) == (200, 2)
        assert body["service"] == {"namespace": "default", "name": "web"}
        await checks.apply([HealthCheck(port, "default", "web", 0)])
        assert (await get(port))[0] == 503
        await checks.close()
        with socket.create_server(("127.0.0.1", port)):
            pass

    asyncio.run(story())


def test_port_that_is_taken_does_no_harm() -> None:
    async def story() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            checks = HealthChecks("127.0.0.1")
            other = free_port()
            await checks.apply(
                [HealthCheck(taken.getsockname()[1], "default", "web", 1), HealthCheck(other, "default", "api", 1)]
            )
            assert (await get(other))[0] == 200
            await checks.close()

    asyncio.run(story())


def test_unknown_service_is_unavailable() -> None:
    assert answer(None).startswith(b"HTTP/1.1 503 ")
