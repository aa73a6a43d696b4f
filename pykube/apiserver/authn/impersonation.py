"""Acting as somebody else, by the ``Impersonate-*`` headers; who may is for impersonation_modes.py to say.

Source: k8s.io/apiserver endpoints/filters/impersonation.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote

from multidict import CIMultiDictProxy

from pykube.errors import BadRequest

from ..authz.authorizer import Authorizer, attributes_of
from .impersonation_modes import Impersonations
from .user import User

if TYPE_CHECKING:
    from ..request import Context

log = logging.getLogger(__name__)

USER = "Impersonate-User"
GROUP = "Impersonate-Group"
UID = "Impersonate-Uid"
PREFIX = "impersonate-"
EXTRA_PREFIX = "impersonate-extra-"


class Impersonation:
    """The stage after authentication: replaces ``ctx.user`` when the request asks for it."""

    def __init__(self, authorizer: Authorizer) -> None:
        self._impersonations = Impersonations(authorizer)

    async def __call__(self, ctx: Context) -> None:
        """Replace the user.

        Raises:
            BadRequest: groups, a uid or extras were asked for without a user.
            Forbidden: the caller may not impersonate one of the things named.
        """
        headers = ctx.http.headers
        for name in headers:
            if name[0] in "iI" and name[:12].lower() == PREFIX:
                break
        else:
            return
        wanted = wanted_user(headers)
        if wanted is None:
            return
        found = await self._impersonations.become(wanted, attributes_of(ctx.info, ctx.user))
        log.debug("%s is impersonating %s", ctx.user.name, found.user.name)
        ctx.audit["authentication.kubernetes.io/impersonated-by"] = ctx.user.name
        if found.constraint:
            ctx.audit["authentication.kubernetes.io/impersonation-constraint"] = found.constraint
        ctx.user = found.user


def wanted_user(headers: CIMultiDictProxy[str]) -> User | None:
    """The user the headers name, as they name them."""
    name = headers.get(USER, "")
    groups = tuple(headers.getall(GROUP, []))
    uid = headers.get(UID, "")
    extra = extra_values(headers)
    if not name:
        if groups or uid or extra:
            asked = [*groups, *extra, *([uid] if uid else [])]
            raise BadRequest(f"requested {asked} without impersonating a user name")
        return None
    return User(name, uid, groups, extra)


def extra_values(headers: CIMultiDictProxy[str]) -> Mapping[str, tuple[str, ...]]:
    """Values by key from the ``Impersonate-Extra-<key>`` headers; keys are lower case and percent-decoded."""
    found: dict[str, tuple[str, ...]] = {}
    for header, value in headers.items():
        if header.lower().startswith(EXTRA_PREFIX):
            key = unquote(header[len(EXTRA_PREFIX) :].lower())
            found[key] = (*found.get(key, ()), value)
    return found
