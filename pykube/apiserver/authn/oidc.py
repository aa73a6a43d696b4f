"""Tokens of one OpenID Connect issuer.

Source: k8s.io/apiserver, plugin/pkg/authenticator/token/oidc; the checks of ID tokens: github.com/coreos/go-oidc.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pykube.aio.clock import Clock
from pykube.errors import Unauthorized

from . import jose
from .authenticator import TokenAnswer
from .claim_mapping import ClaimMapper
from .configuration import JwtAuthenticator
from .expiring_cache import ExpiringCache
from .jose import JoseError, Token
from .key_set import KeySet, KeySetError
from .user import User

LEEWAY = 60.0
"""Seconds by which an issuer's clock may be ahead of ours."""
REMEMBERED = 60.0
"""Seconds for which a token that was found good is not checked again, unless it expires or the keys change."""
MAX_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class _Good:
    user: User
    expires: float
    generation: int


class OidcTokens:
    """The authenticator of one issuer; close it at the end."""

    def __init__(self, configured: JwtAuthenticator, clock: Clock) -> None:
        """`configured` is valid.

        Raises:
            ValueError: its certificate authority is none.
        """
        issuer = configured.issuer
        self._issuer = issuer.url
        self._audiences = frozenset(issuer.audiences)
        self._clock = clock
        self._mapper = ClaimMapper(configured)
        self._keys = KeySet(issuer.url, clock, discovery_url=issuer.discovery_url, ca=issuer.certificate_authority)
        self._good: ExpiringCache[bytes, _Good] = ExpiringCache(MAX_REMEMBERED, clock)

    async def close(self) -> None:
        """End connections to the issuer."""
        await self._keys.close()

    async def authenticate_token(self, token: str, audiences: tuple[str, ...] = ()) -> TokenAnswer | None:
        """The user of a token of this issuer.

        Raises:
            Unauthorized: the token is forged, too old or too young, for others, or its claims break a rule.
        """
        if token.count(".") != 2:
            return None
        digest = hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
        good = self._good.get(digest)
        now = self._clock.now().timestamp()
        if good is not None and now < good.expires and good.generation == self._keys.generation:
            return TokenAnswer(good.user)
        try:
            parts = jose.split(token)
        except JoseError:
            return None
        if parts.claims.get("iss") != self._issuer:
            return None
        expires = await self._verify(parts, now)
        user = self._mapper.user(parts.claims)
        self._good.put(digest, _Good(user, expires, self._keys.generation), REMEMBERED)
        return TokenAnswer(user)

    async def _verify(self, token: Token, now: float) -> float:
        """When the token, which is good, expires."""
        if token.algorithm not in jose.ALGORITHMS:
            raise _bad(f"signing algorithm {token.algorithm[:16]!r} is not accepted")
        meant_for = token.claims.get("aud")
        meant_for = [meant_for] if isinstance(meant_for, str) else meant_for
        if not isinstance(meant_for, list) or not self._audiences.intersection(map(str, meant_for)):
            raise _bad(f"expected audience in {sorted(self._audiences)} got {meant_for}")
        expires = _seconds(token.claims, "exp")
        if expires is None or now >= expires:
            raise _bad(f"token is expired (Token Expiry: {_written(expires)})")
        begins = _seconds(token.claims, "nbf")
        if begins is not None and now + LEEWAY < begins:
            raise _bad(f"current time {_written(now)} before the nbf (not before) time: {_written(begins)}")
        try:
            signed = await self._keys.signed(token)
        except KeySetError as error:
            raise Unauthorized(str(error)) from error
        if not signed:
            raise _bad("failed to verify signature: failed to verify id token signature")
        return expires


def _bad(why: str) -> Unauthorized:
    return Unauthorized(f"oidc: verify token: oidc: {why}")


def _seconds(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise _bad(f"the token's {name} is no number")
    try:
        return float(value)
    except OverflowError as error:
        raise _bad(f"the token's {name} is no time") from error


def _written(seconds: float | None) -> str:
    try:
        return str(datetime.fromtimestamp(seconds, UTC)) if seconds is not None else "none"
    except (OverflowError, OSError, ValueError):
        return str(seconds)
