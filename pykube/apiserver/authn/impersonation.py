"""Acting as somebody else, by the ``Impersonate-*`` headers; each thing taken on must be allowed to the caller.

Source: k8s.io/apiserver endpoints/filters/impersonation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote

from multidict import CIMultiDictProxy

from pykube.errors import BadRequest

from ..authz.authorizer import Attributes, Authorizer, forbidden
from .user import (
    ANONYMOUS,
    AUTHENTICATED,
    UNAUTHENTICATED,
    User,
    service_account_groups,
    split_service_account,
)

if TYPE_CHECKING:
    from ..request import Context

USER = "Impersonate-User"
GROUP = "Impersonate-Group"
UID = "Impersonate-Uid"
EXTRA_PREFIX = "impersonate-extra-"
AUTHENTICATION = "authentication.k8s.io"


class Impersonation:
    """The stage after authentication: replaces ``ctx.user`` when the request asks for it."""

    def __init__(self, authorizer: Authorizer) -> None:
        self._authorizer = authorizer

    async def __call__(self, ctx: Context) -> None:
        """Replace the user.

        Raises:
            BadRequest: groups, a uid or extras were asked for without a user.
            Forbidden: the caller may not impersonate one of the things named.
        """
        headers = ctx.http.headers
        # one search in C instead of one step for each header: few requests impersonate anybody
        if "impersonate-" not in "".join(headers).lower():
            return
        wanted = wanted_user(headers)
        if wanted is None:
            return
        for attributes in questions(ctx.user, wanted, explicit_groups=bool(headers.getall(GROUP, []))):
            decision = await self._authorizer.authorize(attributes)
            if not decision.allowed:
                raise forbidden(attributes, decision.reason)
        ctx.audit["authentication.kubernetes.io/impersonated-by"] = ctx.user.name
        ctx.user = completed(wanted)


def wanted_user(headers: CIMultiDictProxy[str]) -> User | None:
    """The user the headers name; a service account brings its own groups unless some are given."""
    name = headers.get(USER, "")
    groups = tuple(headers.getall(GROUP, []))
    uid = headers.get(UID, "")
    extra = extra_values(headers)
    if not name:
        if groups or uid or extra:
            raise BadRequest(f"requested {[*groups, *extra, *([uid] if uid else [])]} without impersonating a user")
        return None
    account = split_service_account(name)
    if account and not groups:
        groups = service_account_groups(account[0])
    return User(name, uid, groups, extra)


def extra_values(headers: CIMultiDictProxy[str]) -> Mapping[str, tuple[str, ...]]:
    """Values by key from the ``Impersonate-Extra-<key>`` headers; keys are lower case and percent-decoded."""
    found: dict[str, tuple[str, ...]] = {}
    for header, value in headers.items():
        if header.lower().startswith(EXTRA_PREFIX):
            key = unquote(header[len(EXTRA_PREFIX) :].lower())
            found[key] = (*found.get(key, ()), value)
    return found


def questions(caller: User, wanted: User, *, explicit_groups: bool) -> Iterator[Attributes]:
    """What `caller` must be allowed, each with the verb ``impersonate``."""
    account = split_service_account(wanted.name)
    if account:
        yield Attributes(
            user=caller,
            verb="impersonate",
            version="v1",
            resource="serviceaccounts",
            namespace=account[0],
            name=account[1],
        )
    else:
        yield Attributes(user=caller, verb="impersonate", resource="users", name=wanted.name)
    for group in wanted.groups if explicit_groups else ():
        yield Attributes(user=caller, verb="impersonate", resource="groups", name=group)
    for key, values in wanted.extra.items():
        for value in values:
            yield Attributes(
                user=caller,
                verb="impersonate",
                group=AUTHENTICATION,
                version="v1",
                resource="userextras",
                subresource=key,
                name=value,
            )
    if wanted.uid:
        yield Attributes(
            user=caller, verb="impersonate", group=AUTHENTICATION, version="v1", resource="uids", name=wanted.uid
        )


def completed(wanted: User) -> User:
    """`wanted` in the group of authenticated or of anonymous callers, unless it names one of them itself."""
    if AUTHENTICATED in wanted.groups or UNAUTHENTICATED in wanted.groups:
        return wanted
    return wanted.with_group(UNAUTHENTICATED if wanted.name == ANONYMOUS else AUTHENTICATED)
