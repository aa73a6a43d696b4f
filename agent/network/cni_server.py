"""Where the CNI plugin's executable hands its calls to: a Unix socket of the agent.

The framing is described in ``cni/entry.py``. Each call runs in a thread of its own: it blocks in netlink and in the
lock on the addresses. A caller that goes away does not stop a call that has begun.
"""

from __future__ import annotations

import asyncio
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from pykube.aio.clock import Clock, SystemClock

from . import plugin

log = logging.getLogger(__name__)

SOCKET_NAME = "cni.sock"
_WORKERS = 16
_LIMIT = 4 * 2**20
"""Bytes of one request; a network configuration has some hundred."""


class CniServer:
    """Answers the plugin's executable on ``<run_dir>/cni.sock``."""

    def __init__(self, run_dir: Path, clock: Clock | None = None) -> None:
        self.path = run_dir / SOCKET_NAME
        self._clock = clock or SystemClock()
        self.listening = asyncio.Event()
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="cni")

    async def run(self) -> None:
        """Serve until cancelled. A socket left by a dead agent is replaced."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            self.path.unlink()
        server = await asyncio.start_unix_server(self._handle, path=str(self.path), limit=_LIMIT)
        os.chmod(self.path, 0o600)
        self.listening.set()
        try:
            async with server:
                await server.serve_forever()
        finally:
            self.listening.clear()
            with suppress(FileNotFoundError):
                self.path.unlink()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await _read_all(reader)
            environment, stdin = decode(request)
            began = self._clock.monotonic()
            work = asyncio.get_running_loop().run_in_executor(self._pool, plugin.run, environment, stdin)
            code, answer = await asyncio.shield(work)
            self._report(environment, code, answer, self._clock.monotonic() - began)
            writer.write(bytes([code]) + answer)
            await writer.drain()
        except (ConnectionError, ValueError) as error:
            log.warning("a CNI call was lost: %s", error)
        finally:
            writer.close()

    def _report(self, environment: dict[str, str], code: int, answer: bytes, seconds: float) -> None:
        command, container = environment.get("CNI_COMMAND", ""), environment.get("CNI_CONTAINERID", "")[:13]
        if code:
            log.warning("CNI %s %s failed: %s", command, container, answer.decode(errors="replace"))
        else:
            log.debug("CNI %s %s took %.1f ms", command, container, seconds * 1e3)


async def _read_all(reader: asyncio.StreamReader) -> bytes:
    parts, size = [], 0
    while part := await reader.read(65536):
        parts.append(part)
        size += len(part)
        if size > _LIMIT:
            raise ValueError("the request is too large")
    return b"".join(parts)


def decode(request: bytes) -> tuple[dict[str, str], bytes]:
    """Environment and standard input out of one request.

    Raises:
        ValueError: the request was cut off.
    """
    head, separator, stdin = request.partition(b"\0\0")
    if not separator:
        raise ValueError("the request is cut off")
    variables = (part.decode(errors="surrogateescape").partition("=") for part in head.split(b"\0") if part)
    return {name: value for name, _, value in variables}, stdin
