"""Asking another server by a review: connections are kept, time and size are bounded, what may pass is tried again.

Source: k8s.io/apiserver, pkg/util/webhook.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Mapping
from typing import Any

import aiohttp
import msgspec

from pykube.aio.clock import Clock

from .review_server import ReviewServer

log = logging.getLogger(__name__)

MAX_ANSWER = 3 * 1024 * 1024
"""Bytes of an answer that are read."""
ATTEMPTS = 5
FIRST_WAIT = 0.5
"""Seconds before the second attempt; each further wait is `GROWTH` times as long."""
GROWTH = 1.5
_PASSING = frozenset({429, 500, 504})
"""Codes after which asking again may help; others only with a Retry-After header."""


class ReviewError(Exception):
    """No answer came; the text says why."""


class _Passing(ReviewError):
    """The same, but asking again may help."""


class ReviewClient:
    """Asks one server; close it at the end."""

    def __init__(self, server: ReviewServer, clock: Clock, *, seconds: float) -> None:
        """`seconds` is what each attempt may take.

        Raises:
            ReviewServerError: the certificate to show is none.
        """
        self._server = server
        self._clock = clock
        self._seconds = seconds
        self._tls: ssl.SSLContext = server.context()
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """End idle connections."""
        if self._session is not None:
            await self._session.close()

    async def ask(self, review: Mapping[str, Any]) -> dict[str, Any]:
        """The ``status`` of the review, as the server has filled it in.

        Raises:
            ReviewError: it did not.
        """
        body = msgspec.json.encode(review)
        wait = FIRST_WAIT
        for attempt in range(ATTEMPTS):
            if attempt:
                await self._clock.sleep(wait)
                wait *= GROWTH
            try:
                return _status(await self._post(body), str(review.get("kind")))
            except _Passing as error:
                last = error
        raise last

    async def _post(self, body: bytes) -> bytes:
        url = self._server.url
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._open().post(url, data=body, ssl=self._tls, **self._options()) as answer,
            ):
                found = await _read(answer)
                if not 200 <= answer.status < 300:
                    text = f'Post "{url}": the server answered {answer.status}: {_excerpt(found)}'
                    passing = answer.status in _PASSING or "Retry-After" in answer.headers
                    raise _Passing(text) if passing else ReviewError(text)
                return found
        except TimeoutError as error:
            raise ReviewError(f'Post "{url}": context deadline exceeded') from error
        except (aiohttp.ServerDisconnectedError, ConnectionResetError) as error:
            raise _Passing(f'Post "{url}": {error}') from error
        except (aiohttp.ClientError, OSError) as error:
            raise ReviewError(f'Post "{url}": {error}') from error

    def _options(self) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "Accept": "application/json, */*"}
        if self._server.token:
            headers["Authorization"] = f"Bearer {self._server.token}"
        options: dict[str, Any] = {"headers": headers, "allow_redirects": False}
        if self._server.name:
            options["server_hostname"] = self._server.name
        return options

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=10),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
            )
        return self._session


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    found = await answer.content.read(MAX_ANSWER + 1)
    while len(found) <= MAX_ANSWER and (more := await answer.content.read(MAX_ANSWER + 1 - len(found))):
        found += more
    if len(found) > MAX_ANSWER:
        raise ReviewError(f"the answer has more than {MAX_ANSWER} bytes")
    return found


def _status(body: bytes, kind: str) -> dict[str, Any]:
    """The status in an answer, which must be a review of the kind that was sent."""
    try:
        doc = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ReviewError(f"the answer is no JSON: {error}") from error
    if not isinstance(doc, dict) or doc.get("kind") != kind or not isinstance(doc.get("status"), dict):
        raise ReviewError(f"the answer is no {kind} with a status: {_excerpt(body)}")
    found: dict[str, Any] = doc["status"]
    return found


def _excerpt(body: bytes) -> str:
    return body[:256].decode("utf-8", "replace")
