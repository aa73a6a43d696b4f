"""Events to another server, which a kubeconfig file names: EventLists by POST, tried again whatever went wrong.

Source: k8s.io/apiserver, plugin/pkg/audit/webhook and pkg/util/webhook.
"""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

from pykube.aio.clock import Clock

from ..authn.review_server import ReviewServer
from .event import event_list
from .outlet import DeliveryError, Encode

ATTEMPTS = 5
FIRST_WAIT = 10.0
"""Seconds before the second attempt; each further wait is `GROWTH` times as long."""
GROWTH = 1.5
SECONDS = 30.0
"""What each attempt may take; upstream's number."""
MAX_LIST = 10 * 1024 * 1024
"""Bytes of a list; upstream's number. One event alone may be larger."""


class Webhook:
    """The receiver that sends."""

    name = "webhook"

    def __init__(self, server: ReviewServer, clock: Clock, *, max_list: int = MAX_LIST) -> None:
        """Raises ReviewServerError: the certificate to show is none."""
        self._server = server
        self._clock = clock
        self._max_list = max_list
        self._tls = server.context()
        self._session: aiohttp.ClientSession | None = None

    async def deliver(self, encode: Encode) -> None:
        rest = list(await asyncio.to_thread(encode))
        while rest:
            count, size = 1, len(rest[0])
            while count < len(rest) and size + len(rest[count]) <= self._max_list:
                size += len(rest[count])
                count += 1
            await self._send(event_list(rest[:count]))
            del rest[:count]

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _send(self, body: bytes) -> None:
        wait = FIRST_WAIT
        for attempt in range(ATTEMPTS):
            if attempt:
                await self._clock.sleep(wait)
                wait *= GROWTH
            try:
                return await self._post(body)
            except DeliveryError as error:
                last = error
        raise last

    async def _post(self, body: bytes) -> None:
        url = self._server.url
        headers = {"Content-Type": "application/json"}
        if self._server.token:
            headers["Authorization"] = f"Bearer {self._server.token}"
        options: dict[str, Any] = {"server_hostname": self._server.name} if self._server.name else {}
        try:
            async with (
                asyncio.timeout(SECONDS),
                self._open().post(
                    url, data=body, ssl=self._tls, headers=headers, allow_redirects=False, **options
                ) as answer,
            ):
                if not 200 <= answer.status < 300:
                    raise DeliveryError(f'Post "{url}": the server answered {answer.status}')
        except TimeoutError as error:
            raise DeliveryError(f'Post "{url}": it took more than {SECONDS:.0f} s') from error
        except (aiohttp.ClientError, OSError) as error:
            raise DeliveryError(f'Post "{url}": {error}') from error

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=None)
            )
        return self._session
