"""Port-forward through a WebSocket: SPDY bytes inside binary messages.

Newer clients open a WebSocket with the protocol below and speak SPDY/3.1 inside it, from the first byte, without an
HTTP upgrade of its own. The runtime's streaming server speaks the same SPDY, so the bytes only change their wrapping.
"""

from __future__ import annotations

import asyncio

from agent.streams import splice
from agent.streams.upgrade import Upgraded
from agent.streams.websocket_channels import MessageSocket

TUNNEL_PROTOCOL = "SPDY/3.1+portforward.k8s.io"
SPDY_PROTOCOL = "portforward.k8s.io"


async def tunnel(socket: MessageSocket, runtime: Upgraded) -> None:
    """Carry bytes both ways until one side has closed."""
    inwards = asyncio.ensure_future(_inwards(socket, runtime.writer))
    outwards = asyncio.ensure_future(_outwards(socket, runtime.reader))
    try:
        await asyncio.wait([inwards, outwards], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (inwards, outwards):
            task.cancel()
        await asyncio.gather(inwards, outwards, return_exceptions=True)
        await splice.close(runtime.writer)
        await socket.close()


async def _inwards(socket: MessageSocket, writer: asyncio.StreamWriter) -> None:
    while isinstance(message := await socket.receive(), bytes):
        writer.write(message)
        await writer.drain()


async def _outwards(socket: MessageSocket, reader: asyncio.StreamReader) -> None:
    while data := await reader.read(splice.CHUNK_BYTES):
        await socket.send(data)
