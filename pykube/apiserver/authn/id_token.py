"""Checking an ID token of one issuer: signature, audience and times.

Source: OpenID Connect Core 1.0, section 3.1.3.7; github.com/coreos/go-oidc.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pykube.errors import Unauthorized

from . import jose
from .jose import Token
from .key_set import KeySet, KeySetError

LEEWAY = 60.0
"""Seconds by which an issuer's clock may be ahead of ours."""
_GOOGLE = "accounts.google.com"


def issuer_of(token: Token) -> str:
    """Who claims to have signed the token; Google's older name for itself counts as the newer one."""
    issuer = token.claims.get("iss")
    return f"https://{_GOOGLE}" if issuer == _GOOGLE else issuer if isinstance(issuer, str) else ""


class IdTokenVerifier:
    """Checks tokens of the issuer whose keys `keys` are, meant for one of `audiences`."""

    def __init__(self, keys: KeySet, audiences: frozenset[str]) -> None:
        self.keys = keys
        self._audiences = audiences

    async def verify(self, token: Token, now: float) -> float:
        """When the token, which is good, expires.

        Raises:
            Unauthorized: it is no good.
        """
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
            signed = await self.keys.signed(token)
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
    if isinstance(value, bool) or not isinstance(value, int | float):
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
