"""Who calls the node API: by a client certificate of the cluster's CA, or by a token that the API server knows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from aiohttp import web

from pykube.aio.clock import Clock
from pykube.api.authentication_v1 import TokenReview, TokenReviewSpec
from pykube.errors import Unauthorized

T = TypeVar("T")

TOKEN_TTL = 120.0
"""Seconds for which a token's review is believed; the kubelet's default."""
MAX_CACHED = 1024
ANONYMOUS_GROUP = "system:unauthenticated"
AUTHENTICATED_GROUP = "system:authenticated"


class Reviewer(Protocol):
    """The part of the API client that asks for reviews."""

    async def create(self, obj: T) -> T:
        """Create a review; what comes back has its status filled."""
        ...


@dataclass(frozen=True, slots=True)
class Caller:
    """A user as the API server names it."""

    name: str
    uid: str = ""
    groups: tuple[str, ...] = ()
    extra: Mapping[str, Sequence[str]] = field(default_factory=dict)


def caller_of_certificate(certificate: Mapping[str, Any]) -> Caller | None:
    """Common name and organizations of a verified peer certificate, as `ssl.SSLSocket.getpeercert` gives it."""
    parts = [pair for part in certificate.get("subject", ()) for pair in part]
    name = next((value for key, value in parts if key == "commonName"), "")
    groups = tuple(value for key, value in parts if key == "organizationName")
    return Caller(name, groups=(*groups, AUTHENTICATED_GROUP)) if name else None


class Authentication:
    """Certificate first, then bearer token."""

    def __init__(self, reviewer: Reviewer, clock: Clock) -> None:
        self._reviewer = reviewer
        self._clock = clock
        self._cache: dict[bytes, tuple[float, Caller]] = {}

    async def caller(self, request: web.Request) -> Caller:
        """Who sent the request.

        Raises:
            Unauthorized: no credential, or one that nobody vouches for.
        """
        transport = request.transport
        certificate = transport.get_extra_info("peercert") if transport is not None else None
        if certificate and (found := caller_of_certificate(certificate)):
            return found
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthorized("Unauthorized")
        return await self._by_token(token.strip())

    async def _by_token(self, token: str) -> Caller:
        # The digest, not the token: a cache of credentials would be a prize.
        key = hashlib.sha256(token.encode()).digest()
        now = self._clock.monotonic()
        if (cached := self._cache.get(key)) and cached[0] > now:
            return cached[1]
        review = await self._reviewer.create(TokenReview(spec=TokenReviewSpec(token=token)))
        if not review.status.authenticated:
            raise Unauthorized("Unauthorized")
        user = review.status.user
        caller = Caller(user.username, user.uid, tuple(user.groups), user.extra)
        if len(self._cache) >= MAX_CACHED:
            self._cache.clear()
        self._cache[key] = (now + TOKEN_TTL, caller)
        return caller
