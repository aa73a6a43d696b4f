"""Fetching documents from issuers of tokens: over HTTPS only, in bounded time and size."""

from __future__ import annotations

import asyncio
import ssl

import aiohttp

FETCH_SECONDS = 30.0
MAX_DOCUMENT = 1024 * 1024
"""Bytes of a document that are read."""


class FetchError(Exception):
    """The document did not come; the text says why."""


class Fetcher:
    """Fetches from servers whose certificates come from one set of authorities; close it at the end."""

    def __init__(self, ca: str = "") -> None:
        """`ca` is PEM of the authorities; empty: those of the host.

        Raises:
            ValueError: `ca` holds no certificate.
        """
        self._tls = _context(ca)
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """End idle connections."""
        if self._session is not None:
            await self._session.close()

    async def get(self, url: str, *, token: str = "") -> bytes:
        """The document at `url`. Redirections are not followed: they could lead away from HTTPS.

        Raises:
            FetchError: it did not come, or is too large.
        """
        if not url.startswith("https://"):
            raise FetchError(f"{url}: URL scheme must be https")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                return await self._get(url, headers)
        except TimeoutError as error:
            raise FetchError(f"{url}: context deadline exceeded") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise FetchError(f"{url}: {error}") from error

    async def _get(self, url: str, headers: dict[str, str]) -> bytes:
        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        async with self._session.get(url, ssl=self._tls, headers=headers, allow_redirects=False) as answer:
            if answer.status != 200:
                raise FetchError(f"{url}: {answer.status} {answer.reason}")
            chunks: list[bytes] = []
            size = 0
            async for chunk in answer.content.iter_any():
                size += len(chunk)
                if size > MAX_DOCUMENT:
                    raise FetchError(f"{url} has more than {MAX_DOCUMENT} bytes")
                chunks.append(chunk)
            return b"".join(chunks)


def _context(ca: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not ca:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        return context
    # A bundle may hold the very certificate that is shown, and nothing above it.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        context.load_verify_locations(cadata=ca)
    except (ssl.SSLError, ValueError) as error:
        raise ValueError("data does not contain any valid RSA or ECDSA certificates") from error
    return context
