"""Passing requests on to the server that answers for their group version.

By then this server has authenticated and authorized them; the backend learns who asks from headers. Failures of the
way there are plain text, as upstream's, so that clients tell them from the backend's own answers.
Source: kube-aggregator pkg/apiserver (``handler_proxy``), apimachinery util/proxy (``UpgradeAwareHandler``).
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import ssl
from collections.abc import Sequence
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import web
from yarl import URL

from pykube.errors import BadRequest, InternalError, ServiceUnavailable

from ..registry import Registry
from ..streams.headers import asks_upgrade, for_client
from ..streams.reverse_proxy import stream
from ..streams.target import Target
from ..streams.upgrade import forward_upgrade
from .delegates import Delegate
from .endpoints import addresses
from .identity import Headers, passed_on
from .transport import DIAL_SECONDS, Transport, reason

if TYPE_CHECKING:
    from ..request import Context, RequestInfo

log = logging.getLogger(__name__)

REQUEST_SECONDS = 60.0
"""How long a request may take, watches and the like excepted; upstream's ``--request-timeout``."""
DISCOVERY_SECONDS = 5.0
"""The same for what a group version contains: every client asks for that first, and one slow backend stops them."""

TRIES = 3
"""How many of a service's endpoints are dialled before a request fails."""

_LONG_RUNNING = frozenset({"attach", "exec", "proxy", "log", "portforward"})


class Proxy:
    """Passes requests on to delegates."""

    def __init__(self, registry: Registry, transport: Transport) -> None:
        self._registry = registry
        self._transport = transport
        self._via = f"1.1 {secrets.token_hex(8)}"
        """What this server calls itself on the way, so that it knows a request that comes back (RFC 9110, 7.6.3)."""

    async def forward(self, ctx: Context, delegate: Delegate) -> web.StreamResponse:
        """Answer with what the delegate's backend says.

        Raises:
            BadRequest: the path could be read in two ways.
        """
        _check_path(ctx.http.raw_path)
        if self._via in ", ".join(ctx.http.headers.getall("Via", [])):
            return _plain(503, "error trying to reach service: it leads back to this server")
        if not delegate.available:
            return _plain(503, "service unavailable")
        try:
            found = addresses(self._registry, delegate.backend)[:TRIES]
            targets = [self._transport.target(delegate, address, ctx.http.raw_path) for address in found]
        except ServiceUnavailable as error:
            log.warning("%s: %s", delegate.api_service, error)
            return _plain(503, "service unavailable")
        except ssl.SSLError as error:
            return _plain(500, f"unable to load root certificates: {error}")
        if asks_upgrade(ctx.http.headers):
            return await self._upgrade(ctx, targets[0])
        return await self._relay(ctx, targets)

    async def _upgrade(self, ctx: Context, target: Target) -> web.StreamResponse:
        try:
            headers = [*passed_on(ctx.http.headers, ctx.user, upgrade=True), ("Via", self._via)]
            return await forward_upgrade(ctx.http, target, headers)
        except InternalError as error:
            return _plain(503, f"error trying to reach service: {error}")

    async def _relay(self, ctx: Context, targets: Sequence[Target]) -> web.StreamResponse:
        try:
            async with asyncio.timeout(_bound(ctx.info)):
                async with await self._ask_one(ctx, targets) as answer:
                    return await _answered(ctx, answer)
        except aiohttp.ClientConnectionError as error:  # also when dialling lasts too long: a TimeoutError as well
            return _plain(503, f"error trying to reach service: {reason(error)}")
        except TimeoutError:
            return _timed_out(ctx)
        except (aiohttp.ClientError, ValueError) as error:
            # ValueError: a user's name that no header can hold
            return _plain(503, f"error trying to reach service: {error}")

    async def _ask_one(self, ctx: Context, targets: Sequence[Target]) -> aiohttp.ClientResponse:
        """The answer of the first target that accepts a connection; no other has seen anything of the request."""
        for target in targets[:-1]:
            try:
                return await self._ask(ctx, target)
            except aiohttp.ClientConnectorError as error:
                log.info("another endpoint is tried: %s", reason(error))
        return await self._ask(ctx, targets[-1])

    async def _ask(self, ctx: Context, target: Target) -> aiohttp.ClientResponse:
        http = ctx.http
        return await self._transport.session().request(
            http.method,
            URL(target.url, encoded=True),
            headers=[
                *(one for one in passed_on(http.headers, ctx.user) if not _is_forwarded(one)),
                *_forwarded(ctx),
                ("Via", self._via),
            ],
            data=http.content if http.can_read_body else None,
            allow_redirects=False,
            ssl=target.tls or False,
            server_hostname=target.server_name,
            timeout=aiohttp.ClientTimeout(total=None, connect=DIAL_SECONDS),
        )


def _check_path(raw_path: str) -> None:
    """Refuse a path that the backend could take for another one than was authorized.

    Raises:
        BadRequest: it has empty or dotted segments, or an encoded slash.
    """
    path = raw_path.partition("?")[0]
    segments = path.strip("/").replace("%2e", ".").replace("%2E", ".").split("/")
    if "%2f" in path.lower() or any(segment in ("", ".", "..") for segment in segments):
        raise BadRequest("the path of a request to an aggregated API may not have empty or dotted segments")


def _bound(info: RequestInfo) -> float | None:
    """How long the request may take, in seconds."""
    if info.verb == "watch" or info.subresource in _LONG_RUNNING:
        return None
    if info.path.strip("/").count("/") == 2:
        return DISCOVERY_SECONDS
    return REQUEST_SECONDS


def _is_forwarded(header: tuple[str, str]) -> bool:
    return header[0].lower().startswith("x-forwarded-")


def _forwarded(ctx: Context) -> Headers:
    """Where the request came from; other proxies on the way have named themselves in the first of these."""
    http = ctx.http
    way = [*http.headers.getall("X-Forwarded-For", []), http.remote or ""]
    return [
        ("X-Forwarded-For", ", ".join(one for one in way if one)),
        ("X-Forwarded-Uri", http.raw_path.partition("?")[0]),
        ("X-Forwarded-Host", http.headers.get("Host", "")),
        ("X-Forwarded-Proto", http.scheme),
    ]


async def _answered(ctx: Context, answer: aiohttp.ClientResponse) -> web.StreamResponse:
    """The backend's answer; it may not send the client elsewhere, where the client would show its credentials."""
    if 300 <= answer.status < 400 and "Location" in answer.headers:
        return _plain(502, "the backend attempted to redirect this request, which is not permitted")
    headers = for_client(answer.headers)
    for name in [name for name in headers if name.lower().startswith("access-control-")]:
        del headers[name]
    return await stream(ctx.http, answer, headers)


def _timed_out(ctx: Context) -> web.Response:
    """The answer when time is up; when some of the backend's has been sent, the connection is cut instead."""
    if ctx.http.writer.output_size > 0 and ctx.http.transport is not None:
        ctx.http.transport.close()
        raise ConnectionResetError("the backend took too long")
    return _plain(504, "Timeout: request did not complete within requested timeout")


def _plain(status: int, text: str) -> web.Response:
    headers = {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}
    return web.Response(status=status, body=f"{text}\n".encode(), headers=headers)
