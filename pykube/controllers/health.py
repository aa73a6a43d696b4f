"""Says that this process lives: a unix socket that answers ``ok`` to whoever connects.

The answer comes from the event loop that controllers and scheduler run on, so that a loop that hangs does not answer.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Final

from pykube.config import ServerConfig, local_sockets

ANSWER: Final = b"ok"


def socket_of(config: ServerConfig) -> Path:
    """Where the socket is."""
    return local_sockets(config) / "health.sock"


async def serve(path: Path) -> None:
    """Answer until cancelled.

    Raises:
        OSError: the socket cannot be made.
    """
    _make_way(path)
    server = await asyncio.start_unix_server(_answer, path)
    os.chmod(path, 0o600)
    async with server:
        await server.serve_forever()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(ANSWER)
    await writer.drain()
    writer.close()


def _make_way(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
