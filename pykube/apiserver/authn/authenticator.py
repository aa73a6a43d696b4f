"""The shape every method of authentication has."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from .user import User

WEBSOCKET_TOKEN_PREFIX = "base64url.bearer.authorization.k8s.io."


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """What a token proved: a user, for these audiences."""

    user: User
    audiences: tuple[str, ...] = ()


class Authenticator(Protocol):
    """Finds out who makes a request, by one kind of credential."""

    async def authenticate(self, request: web.BaseRequest) -> User | None:
        """The caller; None when the request carries no credential of this kind.

        Raises:
            Unauthorized: it carries one, and it is bad.
        """
        ...


class TokenAuthenticator(Protocol):
    """Finds out whom a bearer token stands for."""

    async def authenticate_token(self, token: str, audiences: tuple[str, ...] = ()) -> TokenAnswer | None:
        """The token's user and the audiences it is good for; None when it is not this method's kind of token.

        `audiences` empty means the API server's own.

        Raises:
            Unauthorized: it is this method's kind, and it is bad.
        """
        ...


def bearer_token(request: web.BaseRequest) -> str:
    """The token in the Authorization header, or in a WebSocket's subprotocol; empty when there is none."""
    header = request.headers.get("Authorization", "")
    if header:
        scheme, _, token = header.strip().partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""
    return _websocket_token(request)


def _websocket_token(request: web.BaseRequest) -> str:
    """Browsers cannot set headers on a WebSocket; upstream takes ``base64url.bearer.authorization.k8s.io.<token>``."""
    if request.headers.get("Upgrade", "").lower() != "websocket":
        return ""
    for header in request.headers.getall("Sec-WebSocket-Protocol", []):
        for protocol in header.split(","):
            if (protocol := protocol.strip()).startswith(WEBSOCKET_TOKEN_PREFIX):
                return decode_websocket_token(protocol[len(WEBSOCKET_TOKEN_PREFIX) :])
    return ""


def decode_websocket_token(encoded: str) -> str:
    """The token in base64url without padding; empty when it is not that."""
    try:
        return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except ValueError:
        return ""
