"""The order in which methods are tried, and the group every known caller is in."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from aiohttp import web

from pykube.errors import Unauthorized

from .authenticator import Authenticator, TokenAnswer, TokenAuthenticator, bearer_token
from .failure_limit import FailureLimit
from .user import ANONYMOUS, AUTHENTICATED, UNAUTHENTICATED, User

log = logging.getLogger(__name__)


class Chain:
    """Tries each method; the first that knows the caller wins.

    A method that finds its credential bad does not end the search: as upstream, another method may still accept the
    request. When none does, the request is refused even if anonymous requests are allowed, since a caller who shows a
    bad credential must learn of it.
    """

    def __init__(self, methods: Sequence[Authenticator], *, anonymous: Authenticator | None = None) -> None:
        self._methods = tuple(methods)
        self._anonymous = anonymous

    async def authenticate(self, request: web.BaseRequest) -> User:
        """The caller of `request`.

        Raises:
            Unauthorized: the credential is bad, or there is none and anonymous requests are not allowed here.
        """
        refused: Unauthorized | None = None
        for method in self._methods:
            try:
                user = await method.authenticate(request)
            except Unauthorized as error:
                refused = error
                continue
            if user is not None:
                return known(user)
        if refused is not None:
            log.info("a credential from %s was refused: %s", request.remote or "a local socket", refused)
            raise Unauthorized("Unauthorized") from refused
        if self._anonymous is not None:
            user = await self._anonymous.authenticate(request)
            if user is not None:
                return user
        raise Unauthorized("Unauthorized")


def known(user: User) -> User:
    """`user` in the group of all authenticated callers, unless it already carries one of the two groups."""
    if user.name == ANONYMOUS or UNAUTHENTICATED in user.groups:
        return user
    return user.with_group(AUTHENTICATED)


def chain(*methods: Authenticator, anonymous: Authenticator | None = None) -> Chain:
    """A `Chain` of `methods`, then `anonymous` where no credential was shown."""
    return Chain(methods, anonymous=anonymous)


class BearerTokens:
    """Bearer tokens, whatever issued them: asks each issuer in turn. Serves requests and TokenReviews alike."""

    def __init__(self, issuers: Sequence[TokenAuthenticator], limit: FailureLimit | None = None) -> None:
        """`limit` None: addresses may fail as often as they like."""
        self._issuers = tuple(issuers)
        self._limit = limit

    async def authenticate(self, request: web.BaseRequest) -> User | None:
        """The token's user; None when there is no token.

        Raises:
            Unauthorized: the token is no good.
            TooManyRequests: too many from the same address were no good.
        """
        token = bearer_token(request)
        if not token:
            return None
        limit = self._limit
        if limit is None:
            return (await self._answer(token)).user
        address = request.remote or ""
        limit.check(address, token)
        try:
            answer = await self._answer(token)
        except Unauthorized:
            limit.failed(address)
            raise
        limit.succeeded(token)
        return answer.user

    async def _answer(self, token: str) -> TokenAnswer:
        answer = await self.authenticate_token(token)
        if answer is None:
            raise Unauthorized("invalid bearer token")
        return answer

    async def authenticate_token(self, token: str, audiences: tuple[str, ...] = ()) -> TokenAnswer | None:
        if not token.isascii():
            return None
        refused: Unauthorized | None = None
        for issuer in self._issuers:
            try:
                answer = await issuer.authenticate_token(token, audiences)
            except Unauthorized as error:
                refused = error
                continue
            except RecursionError:  # lists within lists within lists
                refused = Unauthorized("invalid bearer token")
                continue
            if answer is not None and answer.user.name:
                return TokenAnswer(known(answer.user), answer.audiences)
        if refused is not None:
            raise refused
        return None
