"""Tokens of one OpenID Connect issuer.

Source: k8s.io/apiserver, plugin/pkg/authenticator/token/oidc.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from pykube.aio.clock import Clock

from . import jose
from .authenticator import TokenAnswer
from .claim_mapping import ClaimMapper
from .configuration import JwtAuthenticator
from .distributed_claims import DistributedClaims
from .expiring_cache import ExpiringCache
from .fetching import Fetcher
from .id_token import IdTokenVerifier, issuer_of
from .jose import JoseError
from .key_set import KeySet
from .user import User

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
        issuer, groups = configured.issuer, configured.claim_mappings.groups.claim
        audiences = frozenset(issuer.audiences)
        self._issuer = issuer.url
        self._clock = clock
        self._mapper = ClaimMapper(configured)
        self._fetcher = Fetcher(issuer.certificate_authority)
        self._keys = KeySet(issuer.url, clock, self._fetcher, discovery_url=issuer.discovery_url)
        self._verifier = IdTokenVerifier(self._keys, audiences)
        self._distributed = DistributedClaims(groups, audiences, self._fetcher, clock) if groups else None
        self._good: ExpiringCache[bytes, _Good] = ExpiringCache(MAX_REMEMBERED, clock)

    async def close(self) -> None:
        """End connections to the issuer."""
        await self._keys.close()
        if self._distributed is not None:
            await self._distributed.close()
        await self._fetcher.close()

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
        if issuer_of(parts) != self._issuer:
            return None
        expires = await self._verifier.verify(parts, now)
        claims = parts.claims
        if self._distributed is not None:
            claims = await self._distributed.expanded(claims)
        user = self._mapper.user(claims)
        self._good.put(digest, _Good(user, expires, self._keys.generation), REMEMBERED)
        return TokenAnswer(user)
