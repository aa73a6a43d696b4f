"""Answers load balancers on ``healthCheckNodePort``: does this node have local endpoints of the Service?

A load balancer in front of a Service with an external policy of Local asks each node this way where to send traffic.
The answer is 200 with at least one local endpoint and 503 without, with a JSON body as kube-proxy gives it.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

from .model import HealthCheck

log = logging.getLogger(__name__)

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

_TIMEOUT = 5.0
"""Seconds a caller has to send its request."""


class HealthChecks:
    """One small HTTP server per Service that wants one."""

    def __init__(self, host: str = "") -> None:
        self._host = host or None
        self._checks: dict[int, HealthCheck] = {}
        self._servers: dict[int, asyncio.Server] = {}

    async def apply(self, checks: Iterable[HealthCheck]) -> None:
        """Serve exactly these; a port that is taken is logged and tried again with the next change."""
        self._checks = {check.port: check for check in checks}
        for port in [port for port in self._servers if port not in self._checks]:
            self._servers.pop(port).close()
        for port, check in self._checks.items():
            if port in self._servers:
                continue
            try:
                self._servers[port] = await asyncio.start_server(self._handler(port), self._host, port)
            except OSError as error:
                log.warning("no health check of %s/%s on port %s: %s", check.namespace, check.name, port, error)

    def _handler(self, port: int) -> Handler:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                async with asyncio.timeout(_TIMEOUT):
                    await reader.readuntil(b"\r\n\r\n")
                    writer.write(answer(self._checks.get(port)))
                    await writer.drain()
            writer.close()

        return handle

    async def close(self) -> None:
        """Stop serving."""
        await self.apply(())


def answer(check: HealthCheck | None) -> bytes:
    """The HTTP response for one check."""
    alive = check is not None and check.local_endpoints > 0
    body = {
        "service": {"namespace": check.namespace if check else "", "name": check.name if check else ""},
        "localEndpoints": check.local_endpoints if check else 0,
        "serviceProxyHealthy": True,
    }
    content = json.dumps(body).encode()
    headers = (
        f"HTTP/1.1 {'200 OK' if alive else '503 Service Unavailable'}",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        f"X-Load-Balancing-Endpoint-Weight: {body['localEndpoints']}",
        "Connection: close",
    )
    return "\r\n".join((*headers, "", "")).encode() + content
