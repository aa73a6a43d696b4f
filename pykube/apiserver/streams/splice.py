"""Joining two byte streams, so that each end sees what the other sends.

At most `CHUNK` bytes and what the transports hold are between the two: a slow reader slows its sender down.
"""

from __future__ import annotations

import asyncio
import contextlib

CHUNK = 64 * 1024

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def splice(left: Streams, right: Streams) -> None:
    """Copy both ways until both sides have ended, or one is broken; both are closed then.

    The end of one side's bytes is passed on where the transport can say so. TLS cannot: the other side is closed then,
    once it has got everything.
    """
    copies = [
        asyncio.ensure_future(_copy(left[0], right[1])),
        asyncio.ensure_future(_copy(right[0], left[1])),
    ]
    try:
        await asyncio.wait(copies)
    finally:
        for copy in copies:
            copy.cancel()
        await asyncio.gather(*copies, return_exceptions=True)
        for _, writer in (left, right):
            writer.close()
        for _, writer in (left, right):
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
            return
    writer.close()
