"""Speaking TLS to backends: whom to believe, what to show, and the connections that are kept.

Certificates are verified against the APIService's own bundle and the service's name, whatever address is dialled.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from yarl import URL

from ..streams.target import Target
from .delegates import Delegate
from .endpoints import Address
from .identity import ITSELF, Headers, headers_of

DIAL_SECONDS = 30.0
"""How long a backend may take to accept a connection, TLS included."""
MAX_DOCUMENT = 32 * 1024 * 1024
"""Bytes of a discovery or OpenAPI document that are read; a backend that sends more is not believed."""


class Unreachable(Exception):
    """A backend gave no answer; the text says why."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A backend's answer to a question of our own."""

    status: int
    content_type: str
    etag: str
    body: bytes


class Transport:
    """The client side toward backends; `certificate` and `key` prove that requests come from this server."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._certificate, self._key = certificate, key
        self._contexts: dict[tuple[bytes, bool], ssl.SSLContext] = {}
        self._session: aiohttp.ClientSession | None = None

    def renew(self, certificate: Path, key: Path) -> None:
        """Show a newer client certificate on new connections."""
        self._certificate, self._key = certificate, key
        for context in self._contexts.values():
            context.load_cert_chain(certificate, key)

    def keep_only(self, delegates: Sequence[Delegate]) -> None:
        """Forget how to speak to backends other than those of `delegates`."""
        wanted = {(one.ca_bundle, one.insecure) for one in delegates}
        self._contexts = {key: context for key, context in self._contexts.items() if key in wanted}

    def tls(self, delegate: Delegate) -> ssl.SSLContext:
        """How to speak to the backend of a delegate.

        Raises:
            ssl.SSLError: the bundle holds no certificates.
        """
        key = (delegate.ca_bundle, delegate.insecure)
        context = self._contexts.get(key)
        if context is None:
            context = self._contexts[key] = self._context(*key)
        return context

    def _context(self, bundle: bytes, insecure: bool) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        elif bundle:
            context.load_verify_locations(cadata=bundle.decode("ascii", "replace"))
        else:
            context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        context.set_alpn_protocols(["http/1.1"])
        context.load_cert_chain(self._certificate, self._key)
        return context

    def target(self, delegate: Delegate, address: Address, path: str) -> Target:
        """A path, percent-encoded and with its query, at one address of a delegate's backend.

        Raises:
            ssl.SSLError: the bundle holds no certificates.
        """
        return Target(*address, path, self.tls(delegate), delegate.backend.server_name)

    def session(self) -> aiohttp.ClientSession:
        """The connections to all backends; nothing is added to requests and nothing is unpacked."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                auto_decompress=False,
                connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=10),
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent", "Content-Type"),
            )
        return self._session

    async def fetch(self, delegate: Delegate, address: Address, path: str, headers: Headers, seconds: float) -> Fetched:
        """Ask the backend something on our own account, within `seconds`.

        Raises:
            Unreachable: there is no answer, or one that is too long.
        """
        try:
            target = self.target(delegate, address, path)
            async with (
                asyncio.timeout(seconds),
                self.session().get(
                    URL(target.url, encoded=True),
                    headers=[*headers, *headers_of(ITSELF)],
                    allow_redirects=False,
                    ssl=target.tls or False,
                    server_hostname=target.server_name,
                    timeout=aiohttp.ClientTimeout(total=None),
                ) as answer,
            ):
                return await _read(answer)
        except TimeoutError as error:
            raise Unreachable(f'Get "{_url(address, path)}": timed out after {seconds:.0f} s') from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Unreachable(f'Get "{_url(address, path)}": {reason(error)}') from error

    async def close(self) -> None:
        """End idle connections."""
        if self._session is not None:
            await self._session.close()


async def _read(answer: aiohttp.ClientResponse) -> Fetched:
    chunks = []
    size = 0
    async for chunk in answer.content.iter_any():
        chunks.append(chunk)
        size += len(chunk)
        if size > MAX_DOCUMENT:
            raise ValueError(f"the answer has more than {MAX_DOCUMENT} bytes")
    content_type = answer.headers.get("Content-Type", "")
    return Fetched(answer.status, content_type, answer.headers.get("ETag", ""), b"".join(chunks))


def _url(address: Address, path: str) -> str:
    return f"https://{Target(*address, path).netloc}{path}"


def reason(error: BaseException) -> str:
    """Why a connection failed, in Go's words where clients know them."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"tls: failed to verify certificate: {error.certificate_error}"
    if isinstance(error, aiohttp.ClientConnectorError):
        where, number = Target(error.host, error.port or 0, "").netloc, error.os_error.errno
        why = os.strerror(number).lower() if number and number > 0 else str(error.os_error)
        return f"dial tcp {where}: connect: {why}"
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "EOF"
    return str(error) or type(error).__name__
