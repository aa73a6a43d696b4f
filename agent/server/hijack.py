"""Taking a connection away from the HTTP server, for protocols that it does not speak.

aiohttp knows only WebSocket upgrades. For others the transport gets another protocol object before the 101 is
written, which asyncio allows at any time; the HTTP server gets it back, closing, when the stream has ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import cast

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter


class Hijacked(web.Response):
    """Stands for an answer that has been given already, outside of HTTP."""

    def __init__(self) -> None:
        super().__init__(status=101)
        self.force_close()

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        return None


def hijack(
    request: web.Request, headers: Iterable[tuple[str, str]]
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Answer 101 with `headers` and return the raw connection; call `release` at its end.

    Raises:
        ConnectionResetError: the client is gone.
    """
    if request.transport is None or request.transport.is_closing():
        raise ConnectionResetError("the client is gone")
    transport = _transport(request)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    transport.set_protocol(protocol)
    protocol.connection_made(transport)
    transport.resume_reading()
    writer = asyncio.StreamWriter(transport, protocol, reader, loop)
    lines = ["HTTP/1.1 101 Switching Protocols", *(f"{name}: {value}" for name, value in headers), "", ""]
    writer.write("\r\n".join(lines).encode("latin-1"))
    return reader, writer


def release(request: web.Request) -> Hijacked:
    """Hand the (closing) connection back to the HTTP server, which cleans up after it."""
    if request.transport is not None:
        transport = _transport(request)
        transport.set_protocol(request.protocol)
        transport.close()
    return Hijacked()


def _transport(request: web.Request) -> asyncio.Transport:
    # By type only: uvloop's transports have the methods and not the base class.
    return cast(asyncio.Transport, request.transport)
