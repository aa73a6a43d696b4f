"""Claims that are not in the token but elsewhere: the token, which is verified, says where, and what is fetched there
is a signed token again.

Source: OpenID Connect Core 1.0, section 5.6.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pykube.aio.clock import Clock
from pykube.errors import Unauthorized

from . import jose
from .fetching import Fetcher, FetchError
from .id_token import IdTokenVerifier, issuer_of
from .jose import JoseError
from .key_set import KeySet

MAX_ISSUERS = 16
"""Others than the configured one whose keys are kept."""


class DistributedClaims:
    """Fetches one claim; close it at the end."""

    def __init__(self, claim: str, audiences: frozenset[str], fetcher: Fetcher, clock: Clock) -> None:
        self._claim = claim
        self._audiences = audiences
        self._fetcher = fetcher
        self._clock = clock
        self._verifiers: dict[str, IdTokenVerifier] = {}

    async def close(self) -> None:
        """End what is under way."""
        for verifier in self._verifiers.values():
            await verifier.keys.close()

    async def expanded(self, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        """The claims, with the one that is elsewhere if it is.

        Raises:
            Unauthorized: it cannot be had from where it is said to be.
        """
        if self._claim in claims or "_claim_names" not in claims:
            return claims
        url, token = _endpoint(claims, self._claim)
        if not url:
            return claims
        try:
            parts = jose.split((await self._fetcher.get(url, token=token)).decode("ascii").strip())
        except (FetchError, JoseError, UnicodeDecodeError) as error:
            raise _failed(f'while getting distributed claim "{self._claim}": {error}') from error
        await self._verifier(issuer_of(parts)).verify(parts, self._clock.now().timestamp())
        if self._claim not in parts.claims:
            raise _failed(f'jwt returned by distributed claim endpoint "{url}" did not contain claim: {self._claim}')
        return {**claims, self._claim: parts.claims[self._claim]}

    def _verifier(self, issuer: str) -> IdTokenVerifier:
        found = self._verifiers.get(issuer)
        if found is None:
            if len(self._verifiers) >= MAX_ISSUERS:
                raise _failed(f"verifying untrusted issuer {issuer!r} failed: too many issuers")
            keys = KeySet(issuer, self._clock, self._fetcher)
            found = self._verifiers[issuer] = IdTokenVerifier(keys, self._audiences)
        return found


def _endpoint(claims: Mapping[str, Any], claim: str) -> tuple[str, str]:
    """Where a claim is, and what is to be shown there; empty when it is nowhere."""
    names, sources = claims["_claim_names"], claims.get("_claim_sources")
    if not isinstance(names, dict):
        raise _failed("error parsing distributed claim names")
    if not isinstance(sources, dict):
        raise _failed("no claim sources")
    if claim not in names:
        return "", ""
    source = sources.get(names[claim]) if isinstance(names[claim], str) else None
    if not isinstance(source, dict):
        raise _failed(f"id token _claim_names contained a source {names[claim]!r} missing in _claims_sources")
    return str(source.get("endpoint", "")), str(source.get("access_token", ""))


def _failed(why: str) -> Unauthorized:
    return Unauthorized(f"oidc: could not expand distributed claims: {why}")
