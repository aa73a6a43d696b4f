"""Joining two byte streams so that each end sees the other's bytes, half-closes included."""

from __future__ import annotations

import asyncio
import contextlib

CHUNK_BYTES = 64 * 1024


async def splice(
    left: tuple[asyncio.StreamReader, asyncio.StreamWriter], right: tuple[asyncio.StreamReader, asyncio.StreamWriter]
) -> None:
    """Copy both ways until both sides have ended, or one is broken; both writers are closed then."""
    tasks = [
        asyncio.ensure_future(_copy(left[0], right[1])),
        asyncio.ensure_future(_copy(right[0], left[1])),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.ALL_COMPLETED)
    finally:
        # Closed before anything is awaited: this may be a cancellation, and the next await its end. Nor is the end
        # of a TLS connection waited for, which a peer can delay.
        for _, writer in (left, right):
            writer.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def close(writer: asyncio.StreamWriter) -> None:
    """Close `writer`; a peer that is gone already is no error."""
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
            return
    except OSError:
        pass
    # TLS has no half-close, and a broken side will not answer: nothing more can come of this connection.
    writer.close()
