"""The keys of an issuer: found through OpenID Connect Discovery, fetched when they are needed, and again when a token
is signed with one that is not among them.

Source: OpenID Connect Discovery 1.0; what is asked when: github.com/coreos/go-oidc, the remote key set.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from typing import Any

import aiohttp
import msgspec

from pykube.aio.clock import Clock

from . import jose
from .jose import JoseError, Key, Token

log = logging.getLogger(__name__)

WELL_KNOWN = "/.well-known/openid-configuration"
FETCH_SECONDS = 30.0
MAX_DOCUMENT = 1024 * 1024
"""Bytes of a document that are read."""
FRESH_SECONDS = 600.0
"""After so long the keys are fetched again: one that was withdrawn signs no longer than that."""
PAUSE_SECONDS = 2.0
"""Between two fetches, whatever tokens come: forged ones must not turn this server against the issuer."""
RETRY_SECONDS = 10.0
"""After a fetch that has failed; upstream's number."""
NEVER = float("-inf")


class KeySetError(Exception):
    """The keys could not be fetched; the text says why."""


class KeySet:
    """The keys of one issuer; close it at the end."""

    def __init__(self, issuer: str, clock: Clock, *, discovery_url: str = "", ca: str = "") -> None:
        """`ca` is PEM of the authorities that the issuer's certificate may come from; empty: those of the host.

        Raises:
            ValueError: `ca` holds no certificate.
        """
        self._issuer = issuer
        self._clock = clock
        self._discovery_url = discovery_url or issuer.rstrip("/") + WELL_KNOWN
        self._tls = _context(ca)
        self._session: aiohttp.ClientSession | None = None
        self._lock = asyncio.Lock()
        self._keys: list[Key] = []
        self._jwks_url = ""
        self._fetched = NEVER
        self._not_before = NEVER
        self._refreshing: asyncio.Task[None] | None = None
        self.generation = 0
        """Counts the key sets that differed from the one before: what was checked with another one is not believed."""

    async def close(self) -> None:
        """End connections."""
        if self._refreshing is not None:
            self._refreshing.cancel()
            await asyncio.gather(self._refreshing, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def refresh(self) -> None:
        """Fetch the keys if there are none; have them fetched if they are too old, which nobody waits for.

        Raises:
            KeySetError: there are none yet.
        """
        now = self._clock.monotonic()
        if now - self._fetched < FRESH_SECONDS:
            return
        if self._fetched == NEVER:
            await self._fetch_once(self._fetched)
        elif now >= self._not_before and (self._refreshing is None or self._refreshing.done()):
            self._refreshing = asyncio.ensure_future(self._fetch_once(self._fetched))

    async def signed(self, token: Token) -> bool:
        """Whether one of the issuer's keys has signed the token.

        Raises:
            KeySetError: there are no keys yet.
        """
        await self.refresh()
        if self._signed(token):
            return True
        if token.algorithm not in jose.ALGORITHMS or any(key.kid == token.kid for key in self._keys if token.kid):
            return False
        await self._fetch_once(self._fetched)
        return self._signed(token)

    def _signed(self, token: Token) -> bool:
        return any(key.signed(token) for key in self._keys if not token.kid or key.kid in ("", token.kid))

    async def _fetch_once(self, seen: float) -> None:
        """Fetch, unless another request has done so since, or it is too early."""
        async with self._lock:
            if self._fetched != seen:
                return
            if self._clock.monotonic() >= self._not_before:
                await self._try_fetch()
        if self._fetched == NEVER:
            raise KeySetError("oidc: authenticator not initialized")

    async def _try_fetch(self) -> None:
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                keys = await self._fetch()
        except (TimeoutError, KeySetError, JoseError, aiohttp.ClientError, OSError) as error:
            log.error("oidc: keys of issuer %s: %s", self._issuer, error or "timeout")
            self._not_before = self._clock.monotonic() + RETRY_SECONDS
            return
        if keys != self._keys:
            self.generation += 1
        self._keys = keys
        self._fetched = self._clock.monotonic()
        self._not_before = self._fetched + PAUSE_SECONDS

    async def _fetch(self) -> list[Key]:
        if not self._jwks_url:
            self._jwks_url = await self._discover()
        try:
            return jose.read_keys(await self._get(self._jwks_url))
        except KeySetError:
            self._jwks_url = ""  # it may have moved
            raise

    async def _discover(self) -> str:
        try:
            document: Any = msgspec.json.decode(await self._get(self._discovery_url))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise KeySetError(f"{self._discovery_url} is no JSON: {error}") from error
        issuer = document.get("issuer") if isinstance(document, dict) else None
        if issuer != self._issuer:
            raise KeySetError(
                f"oidc: issuer did not match the issuer returned by provider, expected {self._issuer!r} got {issuer!r}"
            )
        url = str(document.get("jwks_uri", ""))
        if not url.startswith("https://"):
            raise KeySetError(f"{self._discovery_url} has no jwks_uri with https")
        return url

    async def _get(self, url: str) -> bytes:
        """The document at `url`. Redirections are not followed: they could lead away from HTTPS."""
        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        async with self._session.get(url, ssl=self._tls, allow_redirects=False) as answer:
            if answer.status != 200:
                raise KeySetError(f"{url}: {answer.status} {answer.reason}")
            chunks: list[bytes] = []
            size = 0
            async for chunk in answer.content.iter_any():
                size += len(chunk)
                if size > MAX_DOCUMENT:
                    raise KeySetError(f"{url} has more than {MAX_DOCUMENT} bytes")
                chunks.append(chunk)
            return b"".join(chunks)


def _context(ca: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not ca:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        return context
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        context.load_verify_locations(cadata=ca)
    except (ssl.SSLError, ValueError) as error:
        raise ValueError("data does not contain any valid RSA or ECDSA certificates") from error
    return context
