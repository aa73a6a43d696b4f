"""Requests without any credential."""

from __future__ import annotations

from urllib.parse import unquote

from aiohttp import web

from .user import ANONYMOUS, UNAUTHENTICATED, User

ANONYMOUS_USER = User(ANONYMOUS, groups=(UNAUTHENTICATED,))


class Anonymous:
    """Accepts everyone as ``system:anonymous``; what they may do is RBAC's to say, as upstream.

    `paths` narrows that to some paths (upstream's AnonymousAuthConfiguration); empty: all.
    """

    def __init__(self, paths: frozenset[str] = frozenset()) -> None:
        self._paths = paths

    async def authenticate(self, request: web.BaseRequest) -> User | None:
        if self._paths and path_of(request) not in self._paths:
            return None
        return ANONYMOUS_USER


def path_of(request: web.BaseRequest) -> str:
    """The path as request.py reads it: nothing is tidied up, lest another one be let in than is served."""
    return unquote(request.raw_path.partition("?")[0])
