"""The keys of an issuer: found through OpenID Connect Discovery, fetched when they are needed, and again when a token
is signed with one that is not among them.

Source: OpenID Connect Discovery 1.0; what is asked when: github.com/coreos/go-oidc, the remote key set.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import msgspec

from pykube.aio.clock import Clock

from . import jose
from .fetching import Fetcher, FetchError
from .jose import JoseError, Key, Token

log = logging.getLogger(__name__)

WELL_KNOWN = "/.well-known/openid-configuration"
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

    def __init__(self, issuer: str, clock: Clock, fetcher: Fetcher, *, discovery_url: str = "") -> None:
        self._issuer = issuer
        self._clock = clock
        self._fetcher = fetcher
        self._discovery_url = discovery_url or issuer.rstrip("/") + WELL_KNOWN
        self._lock = asyncio.Lock()
        self._keys: list[Key] = []
        self._jwks_url = ""
        self._fetched = NEVER
        self._not_before = NEVER
        self._refreshing: asyncio.Task[None] | None = None
        self.generation = 0
        """Counts the key sets that differed from the one before: what was checked with another one is not believed."""

    async def close(self) -> None:
        """End what is under way."""
        if self._refreshing is not None:
            self._refreshing.cancel()
            await asyncio.gather(self._refreshing, return_exceptions=True)

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
            keys = await self._fetch()
        except (KeySetError, FetchError, JoseError) as error:
            log.error("oidc: keys of issuer %r: %s", self._issuer, error)
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
            return jose.read_keys(await self._fetcher.get(self._jwks_url))
        except FetchError:
            self._jwks_url = ""  # it may have moved
            raise

    async def _discover(self) -> str:
        try:
            document: Any = msgspec.json.decode(await self._fetcher.get(self._discovery_url))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise KeySetError(f"{self._discovery_url} is no JSON: {error}") from error
        issuer = document.get("issuer") if isinstance(document, dict) else None
        if issuer != self._issuer:
            raise KeySetError(
                f"oidc: issuer did not match the issuer returned by provider, expected {self._issuer!r} got {issuer!r}"
            )
        url = str(document.get("jwks_uri", ""))
        if not url:
            raise KeySetError(f"{self._discovery_url} has no jwks_uri")
        return url
