"""The client's side of an HTTP/1.1 upgrade: asking a runtime's streaming server to speak SPDY or WebSocket.

Written by hand because what follows the 101 is not HTTP, and an HTTP client would keep its hands on the connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

MAX_HEAD_BYTES = 64 * 1024
MAX_ERROR_BYTES = 64 * 1024
PROTOCOL_HEADER = "X-Stream-Protocol-Version"


class UpgradeRefused(Exception):
    """The server answered something else than 101: `status` is its code, and the text is what it said."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class Upgraded:
    """A connection that has left HTTP behind."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    headers: Mapping[str, str]
    """Of the 101 answer, names in lower case."""


async def spdy_upgrade(url: str, protocols: Sequence[str]) -> Upgraded:
    """Connect to `url` and switch to SPDY/3.1, offering `protocols` in this order; see `upgrade`."""
    headers = [("Connection", "Upgrade"), ("Upgrade", "SPDY/3.1")]
    return await upgrade("POST", url, headers + [(PROTOCOL_HEADER, one) for one in protocols])


async def upgrade(method: str, url: str, headers: Sequence[tuple[str, str]]) -> Upgraded:
    """Connect to `url` and send a request with `headers`, which ask for the upgrade.

    Raises:
        UpgradeRefused: the server did not switch, or is not there (status 502).
    """
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80, limit=MAX_HEAD_BYTES)
    except OSError as error:
        raise UpgradeRefused(502, f"error dialing backend: {error}") from error
    try:
        lines = [
            f"{method} {target} HTTP/1.1",
            f"Host: {parts.netloc}",
            *(f"{name}: {value}" for name, value in headers),
        ]
        if method == "POST":
            lines.append("Content-Length: 0")
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        status, answer = await _read_head(reader)
        if status != 101:
            raise UpgradeRefused(status, await _read_error(reader, answer))
    except BaseException:
        writer.close()
        raise
    return Upgraded(reader, writer, answer)


async def _read_head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        status = int(first.split()[1])
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError, ValueError, IndexError) as error:
        raise UpgradeRefused(502, f"error reading the backend's answer: {error}") from error
    pairs = (line.partition(":") for line in lines if line)
    return status, {name.strip().lower(): value.strip() for name, _, value in pairs}


async def _read_error(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> str:
    length = headers.get("content-length", "")
    try:
        if length.isdigit():
            data = await reader.readexactly(min(int(length), MAX_ERROR_BYTES))
        else:
            data = await reader.read(MAX_ERROR_BYTES)
    except (OSError, asyncio.IncompleteReadError):
        data = b""
    return data.decode(errors="replace").strip()
