"""Passing a plain HTTP request on and streaming the answer back."""

from __future__ import annotations

from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from pykube.errors import ServiceUnavailable

from .headers import for_backend, for_client
from .html_links import location, rewritten
from .target import Target
from .upgrade import DIAL_SECONDS, dial_error

CHUNK = 64 * 1024
MAX_PAGE = 8 * 1024 * 1024
"""Bytes of a page whose links are rewritten; a larger one goes through as it is."""


async def forward(
    session: aiohttp.ClientSession, http: web.BaseRequest, target: Target, *, prefix: str
) -> web.StreamResponse:
    """Answer with what `target` says; `prefix` is the path that leads through this proxy to the target's root.

    Raises:
        InternalError: the backend cannot be reached.
        ServiceUnavailable: it broke off before its answer.
    """
    headers = [*for_backend(http.headers), *_forwarded(http, prefix)]
    try:
        answer = await session.request(
            http.method,
            URL(target.url, encoded=True),
            headers=headers,
            data=http.content if http.can_read_body else None,
            allow_redirects=False,
            ssl=target.tls or False,
            timeout=aiohttp.ClientTimeout(total=None, connect=DIAL_SECONDS),
        )
    except aiohttp.ClientConnectorError as error:
        raise dial_error(target, error.os_error) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise ServiceUnavailable(f"error trying to reach service: {error}") from error
    async with answer:
        return await _relay(http, answer, target, prefix)


def _forwarded(http: web.BaseRequest, prefix: str) -> list[tuple[str, str]]:
    return [
        ("X-Forwarded-Uri", prefix + "/"),
        ("X-Forwarded-Host", http.headers.get("Host", "")),
        ("X-Forwarded-Proto", http.scheme),
    ]


async def _relay(
    http: web.BaseRequest, answer: aiohttp.ClientResponse, target: Target, prefix: str
) -> web.StreamResponse:
    headers = for_client(answer.headers)
    if "Location" in headers and urlsplit(headers["Location"]).netloc in ("", target.netloc):
        headers["Location"] = location(headers["Location"], prefix, target.netloc)
    if answer.content_type == "text/html" and not answer.headers.get("Content-Encoding"):
        page = await answer.content.read(MAX_PAGE + 1) if http.method != "HEAD" else b""
        page += b"" if answer.content.at_eof() or len(page) > MAX_PAGE else await answer.content.read(MAX_PAGE)
        if answer.content.at_eof():
            headers.pop("Content-Length", None)
            body = rewritten(page, prefix, target.netloc)
            return web.Response(status=answer.status, body=body, headers=headers)
        return await stream(http, answer, headers, first=page)
    return await stream(http, answer, headers)


async def stream(
    http: web.BaseRequest, answer: aiohttp.ClientResponse, headers: CIMultiDict[str], *, first: bytes = b""
) -> web.StreamResponse:
    """Give the client the rest of a backend's answer as it comes, `first` before it.

    Raises:
        ConnectionResetError: the backend broke off, and the client's connection has been cut.
    """
    response = web.StreamResponse(status=answer.status, reason=answer.reason, headers=headers)
    await response.prepare(http)
    if first:
        await response.write(first)
    try:
        async for chunk in answer.content.iter_any():
            await response.write(chunk)
    except aiohttp.ClientError:
        # Too late for another answer: a cut connection tells the client that something is missing.
        if http.transport is not None:
            http.transport.close()
        raise ConnectionResetError("the backend broke off") from None
    await response.write_eof()
    return response
