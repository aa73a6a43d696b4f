"""Another server says whose a token is: it is sent a TokenReview, and its answers are remembered.

Source: k8s.io/apiserver, plugin/pkg/authenticator/token/webhook and pkg/authentication/token/cache.
"""

from __future__ import annotations

import hashlib
import logging
from typing import Any

import msgspec

from pykube.aio.clock import Clock
from pykube.errors import Unauthorized

from .authenticator import TokenAnswer
from .expiring_cache import ExpiringCache
from .review_client import ReviewClient, ReviewError
from .user import User

log = logging.getLogger(__name__)

REMEMBERED = 120.0
"""Seconds; upstream's number."""
MAX_REMEMBERED = 4096


class _User(msgspec.Struct):
    username: str = ""
    uid: str = ""
    groups: list[str] = []
    extra: dict[str, list[str]] = {}


class _Status(msgspec.Struct):
    authenticated: bool = False
    user: _User = msgspec.field(default_factory=_User)
    audiences: list[str] = []
    error: str = ""


class WebhookTokens:
    """The authenticator that asks; close it at the end. `own` are the API server's audiences."""

    def __init__(
        self, client: ReviewClient, clock: Clock, *, own: tuple[str, ...], seconds: float = REMEMBERED
    ) -> None:
        self._client = client
        self._own = own
        self._seconds = seconds
        self._answers: ExpiringCache[bytes, TokenAnswer] = ExpiringCache(MAX_REMEMBERED, clock)

    async def close(self) -> None:
        """End connections."""
        await self._client.close()

    async def authenticate_token(self, token: str, audiences: tuple[str, ...] = ()) -> TokenAnswer | None:
        """The user that the server names; None when it knows none.

        Raises:
            Unauthorized: the server could not be asked, or says what is wrong with the token.
        """
        wanted = audiences or self._own
        key = hashlib.sha256(msgspec.json.encode([token, wanted])).digest()
        found = self._answers.get(key)
        if found is None:
            found = await self._ask(token, wanted)
            if found is not None:
                self._answers.put(key, found, self._seconds)
        return found

    async def _ask(self, token: str, wanted: tuple[str, ...]) -> TokenAnswer | None:
        spec: dict[str, Any] = {"token": token, "audiences": list(wanted)}
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "metadata": {}, "spec": spec}
        try:
            status = msgspec.convert(await self._client.ask(review), _Status)
        except (ReviewError, msgspec.ValidationError) as error:
            log.error("token webhook: %s", error)
            raise Unauthorized(f"token webhook: {error}") from error
        # A server that says nothing of audiences has not looked at them: then the token is for the API server only.
        meant_for = status.audiences or self._own
        good = tuple(one for one in wanted if one in meant_for)
        if not good:
            return None
        if not status.authenticated:
            if status.error:
                raise Unauthorized(status.error)
            return None
        user = status.user
        extra = {key: tuple(values) for key, values in user.extra.items()}
        return TokenAnswer(User(user.username, user.uid, tuple(user.groups), extra), good)
