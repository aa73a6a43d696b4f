"""Tokens that say nothing of whom they are meant for: they are good for the API server and nobody else.

Source: k8s.io/apiserver, pkg/authentication/authenticator/audagnostic.go.
"""

from __future__ import annotations

from .authenticator import TokenAnswer, TokenAuthenticator


class OwnAudiences:
    """An authenticator whose tokens are good for the audiences `own`."""

    def __init__(self, inner: TokenAuthenticator, own: tuple[str, ...]) -> None:
        self._inner = inner
        self._own = own

    async def authenticate_token(self, token: str, audiences: tuple[str, ...] = ()) -> TokenAnswer | None:
        good = tuple(one for one in audiences or self._own if one in self._own)
        if not good:
            return None
        answer = await self._inner.authenticate_token(token)
        return TokenAnswer(answer.user, good) if answer is not None else None
