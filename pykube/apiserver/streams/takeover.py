"""Taking a connection away from the HTTP server, for what follows a ``101 Switching Protocols``.

aiohttp knows no protocol but WebSocket to switch to. The transport is therefore given another protocol object before
the 101 is written. Clients send nothing after their request until they have seen the 101, so no byte goes astray.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from ..request import HttpRequest

LIMIT = 64 * 1024
"""Bytes held in each direction before the sender is made to wait; asyncio lets twice as much in."""


class TakenOver(web.StreamResponse):
    """Stands for an answer that was given outside of HTTP: the server writes nothing more."""

    def __init__(self) -> None:
        super().__init__(status=101)
        self.force_close()

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        return None


class _RawProtocol(asyncio.StreamReaderProtocol):
    """Feeds a stream reader; tells the HTTP protocol when the connection is lost, which it waits to hear."""

    def __init__(self, reader: asyncio.StreamReader, http: asyncio.BaseProtocol) -> None:
        super().__init__(reader)
        self._http = http

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._http.connection_lost(exc)


class Takeover:
    """The client's connection as a pair of raw streams; use it as an asynchronous context."""

    def __init__(self, http: web.BaseRequest) -> None:
        self._http = http

    async def __aenter__(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Take the connection.

        Raises:
            ConnectionResetError: the client is gone.
        """
        # uvloop's transports are no subclasses of asyncio's: they are told by what they can do.
        transport = cast(asyncio.Transport, self._http.transport)
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the client is gone")
        if isinstance(self._http, HttpRequest) and self._http.on_answer is not None:
            await self._http.on_answer(TakenOver())
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=LIMIT, loop=loop)
        self._protocol = _RawProtocol(reader, self._http.protocol)
        transport.set_protocol(self._protocol)
        self._protocol.connection_made(transport)
        transport.resume_reading()
        self._transport = transport
        return reader, asyncio.StreamWriter(transport, self._protocol, reader, loop)

    async def __aexit__(self, *error: Any) -> None:
        """Close the connection; the HTTP server then cleans up after it."""
        if not self._transport.is_closing():
            self._transport.close()
