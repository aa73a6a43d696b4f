"""Local ports joined to ports of a pod.

One WebSocket carries a SPDY/3.1 connection (``SPDY/3.1+portforward.k8s.io``), in which every TCP connection made here
is a pair of streams: one for its data, one for what goes wrong. SPDY knows half-closed connections, as TCP does.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket as sockets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

import aiohttp

from agent.streams.spdy_frames import SpdyError
from agent.streams.spdy_session import SpdySession, SpdyStream

PROTOCOL = "SPDY/3.1+portforward.k8s.io"
CHUNK = 64 * 1024

Say = Callable[[str], None]


class WebSocket(Protocol):
    """Either end of one, as aiohttp has them."""

    async def receive(self) -> aiohttp.WSMessage:
        """The next message; of another type than BINARY when there are no more."""
        ...

    async def send_bytes(self, data: bytes) -> None:
        """Send a binary message."""
        ...


@asynccontextmanager
async def session_over(socket: WebSocket, *, client: bool = True) -> AsyncIterator[SpdySession]:
    """A SPDY session whose bytes travel in binary messages; a socket pair lies between the two."""
    near, far = sockets.socketpair()
    reader, writer = await asyncio.open_connection(sock=far)
    pumps = [asyncio.ensure_future(_to_socket(reader, socket)), asyncio.ensure_future(_from_socket(socket, writer))]
    try:
        async with SpdySession(*await asyncio.open_connection(sock=near), client=client) as session:
            yield session
    finally:
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        writer.close()


async def _to_socket(reader: asyncio.StreamReader, socket: WebSocket) -> None:
    while data := await reader.read(CHUNK):
        await socket.send_bytes(data)


async def _from_socket(socket: WebSocket, writer: asyncio.StreamWriter) -> None:
    while (message := await socket.receive()).type is aiohttp.WSMsgType.BINARY:
        writer.write(message.data)
        await writer.drain()
    writer.close()


class Forwarder:
    """Joins each connection to a port of the pod; what happens is said with `say`, what fails with `complain`."""

    def __init__(self, session: SpdySession, say: Say, complain: Say) -> None:
        self._session = session
        self._say = say
        self._complain = complain
        self._ids = itertools.count()

    async def join(self, remote: int, local: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until both sides have ended."""
        self._say(f"Handling connection for {local}")
        headers = {"port": str(remote), "requestid": str(next(self._ids))}
        try:
            errors = await self._session.open({"streamtype": "error", **headers})
            await errors.close()
            data = await self._session.open({"streamtype": "data", **headers})
            outwards = asyncio.ensure_future(_outwards(reader, data))
            failure = asyncio.ensure_future(errors.read_all())
            try:
                await _inwards(data, writer)
                if text := (await failure).decode(errors="replace"):
                    self._complain(f"error: an error occurred forwarding {local} -> {remote}: {text}")
            finally:
                outwards.cancel()
                failure.cancel()
                await asyncio.gather(outwards, failure, return_exceptions=True)
        except SpdyError as error:
            self._complain(f"error: forwarding {local} -> {remote}: {error}")
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def _outwards(reader: asyncio.StreamReader, stream: SpdyStream) -> None:
    with contextlib.suppress(OSError, SpdyError):
        while data := await reader.read(CHUNK):
            await stream.write(data)
    await stream.close()


async def _inwards(stream: SpdyStream, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await stream.read():
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
