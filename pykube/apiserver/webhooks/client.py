"""Posting to a webhook: connections are kept, certificates are checked, time and size are bounded.

Services are resolved to their ready endpoints here, so that the API server needs no proxy on its own host.
Source: k8s.io/apiserver, pkg/util/webhook/client.go.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import Sequence

import aiohttp
from yarl import URL

from pykube.errors import ApiError

from ..aggregator import endpoints
from ..aggregator.delegates import Backend
from ..registry import Registry
from . import failures
from .target import WebhookTarget

MAX_ANSWER = 32 * 1024 * 1024
"""Bytes of an answer that are read. Upstream reads any number; ten requests of the largest size fit in this."""
_CONTEXTS = 256
"""TLS settings that are kept, the least used going first; upstream keeps as many clients."""
_HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json, */*",
    "User-Agent": "kube-apiserver-admission",
}


class CallError(Exception):
    """The webhook was not reached, or gave no answer; the text says why."""


class WebhookClient:
    """Calls webhooks; close it at the end."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._contexts: OrderedDict[tuple[bytes, str], ssl.SSLContext] = OrderedDict()
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """End idle connections."""
        if self._session is not None:
            await self._session.close()

    async def post(self, target: WebhookTarget, body: bytes, *, seconds: float, limit: int = MAX_ANSWER) -> bytes:
        """What the webhook answers with success.

        Raises:
            CallError: it did not, or not within `seconds`, or with more than `limit` bytes.
        """
        url = target.url(max(1, round(seconds)))
        try:
            async with asyncio.timeout(seconds):
                return await self._post(target, url, body, limit)
        except TimeoutError as error:
            raise CallError(f'Post "{url}": {failures.of_connection(error, target.host)}') from error
        except (aiohttp.ClientError, OSError, ssl.SSLError) as error:
            raise CallError(f'Post "{url}": {failures.of_connection(error, target.host)}') from error
        except ApiError as error:
            raise CallError(f'Post "{url}": {error.message}') from error

    async def _post(self, target: WebhookTarget, url: str, body: bytes, limit: int) -> bytes:
        """A kept connection may have been closed by the other side at the moment it is used again: then once more."""
        try:
            return await self._post_to_any(target, url, body, limit)
        except (aiohttp.ServerDisconnectedError, ConnectionResetError):
            return await self._post_to_any(target, url, body, limit)

    async def _post_to_any(self, target: WebhookTarget, url: str, body: bytes, limit: int) -> bytes:
        """The answer of the first endpoint that listens."""
        refused: aiohttp.ClientConnectorError | None = None
        for host, port in self._addresses(target):
            try:
                return await self._post_to(target, host, port, url, body, limit)
            except aiohttp.ClientConnectorCertificateError:
                raise
            except aiohttp.ClientConnectorError as error:
                refused = error
        assert refused is not None
        raise refused

    def _addresses(self, target: WebhookTarget) -> Sequence[tuple[str, int]]:
        if not target.service:
            return [(target.host, target.port)]
        return endpoints.addresses(self._registry, Backend(target.namespace, target.service, target.port))

    async def _post_to(self, target: WebhookTarget, host: str, port: int, url: str, body: bytes, limit: int) -> bytes:
        query = url.partition("?")[2]
        where = f"[{host}]" if ":" in host else host
        address = URL(f"https://{where}:{port}{target.path}?{query}", encoded=True)
        async with self._open().post(
            address,
            data=body,
            headers={**_HEADERS, "Host": target.netloc},
            ssl=self._tls(target),
            server_hostname=target.host,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=None),
        ) as answer:
            found = await _read(answer, limit)
            if not 200 <= answer.status < 300:
                raise CallError(failures.of_status(answer.status, found))
            return found

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=10), cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session

    def _tls(self, target: WebhookTarget) -> ssl.SSLContext:
        """The settings for a bundle and a name, of their own, so that no connection serves two names."""
        key = (target.ca_bundle, target.host)
        context = self._contexts.get(key)
        if context is None:
            context = self._contexts[key] = _context(target.ca_bundle)
            if len(self._contexts) > _CONTEXTS:
                self._contexts.popitem(last=False)
        self._contexts.move_to_end(key)
        return context


def _context(bundle: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if not bundle:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        return context
    # A bundle may hold the very certificate that is shown, and nothing above it.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        context.load_verify_locations(cadata=bundle.decode("ascii", "replace"))
    except ssl.SSLError as error:
        raise CallError("unable to load root certificates: unable to parse bytes as PEM block") from error
    return context


async def _read(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in answer.content.iter_any():
        size += len(chunk)
        if size > limit:
            raise CallError(f"the answer has more than {limit} bytes")
        chunks.append(chunk)
    return b"".join(chunks)
