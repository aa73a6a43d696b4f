"""Two ends of a byte stream inside one process."""

from __future__ import annotations

import asyncio
import socket

End = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def stream_pair() -> tuple[End, End]:
    """Two connected (reader, writer) pairs."""
    left, right = socket.socketpair()
    return await asyncio.open_connection(sock=left), await asyncio.open_connection(sock=right)
