"""Passing an upgrade on: the request goes to the backend, and once that has switched, bytes go both ways untouched.

What the protocol is (SPDY/3.1, WebSocket, anything) does not matter here: both ends speak it to each other.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

from pykube.errors import BadRequest, InternalError

from .headers import asks_upgrade, for_backend
from .splice import Streams, splice
from .takeover import LIMIT, TakenOver, Takeover
from .target import Target

log = logging.getLogger(__name__)

DIAL_SECONDS = 30.0
"""How long a backend may take to accept the connection and to answer the upgrade."""
MAX_REFUSAL = 64 * 1024
"""Bytes of a refusal's body that are passed on."""


async def forward_upgrade(
    http: web.BaseRequest, target: Target, headers: Sequence[tuple[str, str]] | None = None
) -> web.StreamResponse:
    """Answer an upgrade request with what `target` makes of it; returns when the connection has ended.

    `headers` go to the backend in place of the client's, which `for_backend` has passed otherwise.

    Raises:
        BadRequest: the request asks for no upgrade.
        InternalError: the backend cannot be reached, or answers nonsense.
    """
    if not asks_upgrade(http.headers):
        raise BadRequest("Upgrade request required")
    async with dialed(target) as backend:
        async with _within(target):
            backend[1].write(_request_head(http, target, headers))
            head = await _read_head(backend[0], target)
        status, answered = parse_head(head)
        if status != 101:
            return await _refusal(backend[0], status, answered)
        async with Takeover(http) as client:
            client[1].write(head)
            await splice(client, backend)
    return TakenOver()


@asynccontextmanager
async def dialed(target: Target) -> AsyncIterator[Streams]:
    """A connection to `target`, closed at the end.

    Raises:
        InternalError: nobody listens there, or TLS fails.
    """
    async with _within(target):
        try:
            reader, writer = await asyncio.open_connection(
                target.host,
                target.port,
                ssl=target.tls,
                server_hostname=(target.server_name or target.host) if target.tls else None,
                limit=LIMIT,
            )
        except OSError as error:
            raise dial_error(target, error) from error
    # A session may be silent for hours; a backend that vanished must be noticed all the same.
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    try:
        yield reader, writer
    finally:
        writer.close()


def dial_error(target: Target, error: OSError) -> InternalError:
    """The answer when a backend cannot be reached."""
    reason = error.strerror.lower() if error.strerror else str(error)
    if isinstance(error, ConnectionRefusedError):
        reason = "connect: connection refused"
    return InternalError(f"error dialing backend: dial tcp {target.netloc}: {reason}")


@asynccontextmanager
async def _within(target: Target) -> AsyncIterator[None]:
    """Bound how long the backend may take."""
    try:
        async with asyncio.timeout(DIAL_SECONDS):
            yield
    except TimeoutError as error:
        raise InternalError(f"error dialing backend: dial tcp {target.netloc}: i/o timeout") from error


def _request_head(http: web.BaseRequest, target: Target, headers: Sequence[tuple[str, str]] | None) -> bytes:
    lines = [f"{http.method} {target.path} HTTP/1.1", f"Host: {target.netloc}"]
    given = for_backend(http.headers, upgrade=True) if headers is None else headers
    lines += [f"{name}: {value}" for name, value in given]
    if any("\r" in line or "\n" in line for line in lines):
        raise BadRequest("a header may not hold line breaks")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


async def _read_head(reader: asyncio.StreamReader, target: Target) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError) as error:
        raise InternalError(f"error reading the upgrade answer of {target.netloc}: {error}") from error


def parse_head(head: bytes) -> tuple[int, Mapping[str, str]]:
    """The status code and the headers, their names in lower case, of an HTTP/1.1 answer.

    Raises:
        InternalError: it is none.
    """
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split()
    if len(words) < 2 or not words[0].startswith("HTTP/1.") or not words[1].isdigit():
        raise InternalError(f"the backend answered no HTTP: {first[:80]!r}")
    pairs = (line.partition(":") for line in lines if line)
    return int(words[1]), {name.strip().lower(): value.strip() for name, _, value in pairs}


async def _refusal(reader: asyncio.StreamReader, status: int, headers: Mapping[str, str]) -> web.Response:
    """The backend's answer when it did not switch.

    The connection is never handed to the client then: it would carry the client's next requests past authorization.
    """
    body = b""
    try:
        async with asyncio.timeout(DIAL_SECONDS):
            if headers.get("transfer-encoding", "").lower() == "chunked":
                body = await _read_chunked(reader)
            elif headers.get("content-length", "").isdigit():
                body = await reader.readexactly(min(int(headers["content-length"]), MAX_REFUSAL))
            elif headers.get("connection", "").lower() == "close":
                body = await reader.read(MAX_REFUSAL)
    except (TimeoutError, asyncio.IncompleteReadError, ValueError, OSError) as error:
        log.debug("a refusal's body was cut short: %s", error)
    content_type = headers.get("content-type", "text/plain; charset=utf-8")
    return web.Response(status=status, body=body, headers={"Content-Type": content_type})


async def _read_chunked(reader: asyncio.StreamReader) -> bytes:
    found = b""
    while len(found) < MAX_REFUSAL:
        size = int((await reader.readline()).split(b";")[0], 16)
        if size == 0:
            break
        found += await reader.readexactly(min(size, MAX_REFUSAL))
        await reader.readline()
    return found
