"""The ways in which somebody may be allowed to act as somebody else, tried one after the other.

The constrained ones (KEP-5284) ask twice: may the caller take this user on at all (``impersonate:<mode>``), and may
they do what they ask for while being that user (``impersonate-on:<mode>:<verb>``). The old one asks only the first
question, with the verb ``impersonate``, for each part of the user.
Source: k8s.io/apiserver endpoints/filters/impersonation/mode.go.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pykube.api import names
from pykube.errors import Forbidden

from ..authz.authorizer import Attributes, Authorizer, forbidden
from .user import (
    ANONYMOUS,
    AUTHENTICATED,
    MASTERS,
    NODE_NAME,
    NODE_PREFIX,
    NODES,
    UNAUTHENTICATED,
    User,
    service_account_groups,
    split_service_account,
)

AUTHENTICATION = "authentication.k8s.io"
MANY = 4
"""So many groups or values are first asked about by a star, all at once."""

_NODE_KEYS = "authentication.kubernetes.io/associated-node-keys"


@dataclass(frozen=True, slots=True)
class Impersonated:
    """Whom the caller has become, and by which verb; none for the old way."""

    user: User
    constraint: str = ""


@dataclass(frozen=True, slots=True)
class Mode:
    """A constrained way: its name, and for whom it is there."""

    name: str
    applies: Callable[[User, User], bool]
    """From the user wanted and the caller."""

    @property
    def verb(self) -> str:
        """What the caller must be allowed to do to the user."""
        return f"impersonate:{self.name}"


def _node(name: str) -> str:
    """The node behind a user name; empty when it is none."""
    node = name.removeprefix(NODE_PREFIX)
    return node if name.startswith(NODE_PREFIX) and not names.dns_subdomain(node) else ""


def _only_name(wanted: User) -> bool:
    return not (wanted.uid or wanted.groups or wanted.extra)


def _own_node(wanted: User, caller: User) -> bool:
    """A service account whose token is bound to a node, and that node."""
    node = _node(wanted.name)
    if not node or not _only_name(wanted) or split_service_account(caller.name) is None:
        return False
    return caller.extra.get(NODE_NAME, ()) == (node,)


ASSOCIATED_NODE = Mode("associated-node", _own_node)
MODES = (
    ASSOCIATED_NODE,
    Mode("arbitrary-node", lambda wanted, _: bool(_node(wanted.name)) and _only_name(wanted)),
    Mode("serviceaccount", lambda wanted, _: split_service_account(wanted.name) is not None and _only_name(wanted)),
    Mode("user-info", lambda wanted, _: not _node(wanted.name) and split_service_account(wanted.name) is None),
)


class Impersonations:
    """Asks `authorizer` by all modes."""

    def __init__(self, authorizer: Authorizer) -> None:
        self._authorizer = authorizer

    async def become(self, wanted: User, asked: Attributes) -> Impersonated:
        """Whom the caller, who asks for `asked`, may be.

        Raises:
            Forbidden: no mode allows it; the message is that of the first that applies.
        """
        caller = asked.user
        refused: Forbidden | None = None
        for mode in MODES:
            if not mode.applies(wanted, caller):
                continue
            try:
                await self._check_mode(mode, wanted, asked)
            except Forbidden as error:
                refused = refused or error
                continue
            return Impersonated(_completed(wanted, _fixed_groups(wanted)), mode.verb)
        try:
            for question in _old_questions(caller, wanted):
                await self._check(question)
        except Forbidden as error:
            raise refused or error from None
        return Impersonated(_completed(wanted, _account_groups(wanted)))

    async def _check(self, question: Attributes) -> None:
        decision = await self._authorizer.authorize(question)
        if not decision.allowed:
            raise forbidden(question, ": ".join(filter(None, (decision.error, decision.reason))))

    async def _check_mode(self, mode: Mode, wanted: User, asked: Attributes) -> None:
        caller = asked.user
        star_node = False
        if mode is ASSOCIATED_NODE:
            # Whichever node it is, the same is asked: that it is the caller's own has been checked.
            caller = dataclasses.replace(caller, extra={_NODE_KEYS: tuple(sorted(caller.extra))})
            star_node = True
        await self._check(dataclasses.replace(asked, user=caller, verb=f"impersonate-on:{mode.name}:{asked.verb}"))
        await self._check(_name_question(mode.verb, caller, wanted, star_node=star_node))
        if wanted.uid:
            await self._check(_question(mode.verb, caller, AUTHENTICATION, "uids", wanted.uid))
        await self._check_groups(mode.verb, caller, wanted)
        await self._check_extra(mode.verb, caller, wanted.extra)

    async def _check_groups(self, verb: str, caller: User, wanted: User) -> None:
        def question(name: str) -> Attributes:
            return _question(verb, caller, AUTHENTICATION, "groups", name)

        if "" in wanted.groups:
            raise forbidden(question(""), "impersonating the empty string group is not allowed")
        if MASTERS in wanted.groups:
            raise forbidden(question(MASTERS), "impersonating the system:masters group is not allowed")
        if len(wanted.groups) >= MANY and await self._allowed(question("*")):
            return
        for group in wanted.groups:
            await self._check(question(group))

    async def _check_extra(self, verb: str, caller: User, extra: Mapping[str, tuple[str, ...]]) -> None:
        def question(key: str, value: str) -> Attributes:
            return _question(verb, caller, AUTHENTICATION, "userextras", value, subresource=key)

        for key, values in extra.items():
            if why := _wrong_extra(key, values):
                raise forbidden(question("", ""), why)
        if sum(map(len, extra.values())) >= MANY and await self._allowed(question("*", "*")):
            return
        for key, values in extra.items():
            for value in values:
                await self._check(question(key, value))

    async def _allowed(self, question: Attributes) -> bool:
        return (await self._authorizer.authorize(question)).allowed is True


def _question(
    verb: str, caller: User, group: str, resource: str, name: str, *, subresource: str = "", namespace: str = ""
) -> Attributes:
    return Attributes(
        user=caller,
        verb=verb,
        group=group,
        version="v1",
        resource=resource,
        subresource=subresource,
        namespace=namespace,
        name=name,
    )


def _name_question(verb: str, caller: User, wanted: User, *, star_node: bool) -> Attributes:
    """May the caller be the user of that name; nodes and service accounts are asked for as such."""
    if node := _node(wanted.name):
        return _question(verb, caller, AUTHENTICATION, "nodes", "*" if star_node else node)
    if account := split_service_account(wanted.name):
        return _question(verb, caller, AUTHENTICATION, "serviceaccounts", account[1], namespace=account[0])
    return _question(verb, caller, AUTHENTICATION, "users", wanted.name)


def _wrong_extra(key: str, values: tuple[str, ...]) -> str:
    """What is wrong with an extra, by the rules of the constrained ways."""
    domain, slash, path = key.partition("/")
    if not key:
        return "impersonating the empty string key in extra is not allowed"
    if not slash or not path or names.dns_subdomain(domain) or names.http_path(path):
        return f'impersonating an invalid key in extra is not allowed: "{key}" must be a domain-prefixed path'
    if key != key.lower():
        return f'impersonating a non-lowercase key in extra is not allowed: "{key}"'
    if "" in values:
        return "impersonating the empty string value in extra is not allowed"
    return ""


def _old_questions(caller: User, wanted: User) -> Iterator[Attributes]:
    """What the caller must be allowed in the old way, each with the verb ``impersonate``."""
    verb = "impersonate"
    if account := split_service_account(wanted.name):
        yield _question(verb, caller, "", "serviceaccounts", account[1], namespace=account[0])
    else:
        yield _question(verb, caller, "", "users", wanted.name)
    if wanted.uid:
        yield _question(verb, caller, AUTHENTICATION, "uids", wanted.uid)
    for group in wanted.groups:
        yield _question(verb, caller, "", "groups", group)
    for key, values in wanted.extra.items():
        for value in values:
            yield _question(verb, caller, AUTHENTICATION, "userextras", value, subresource=key)


def _fixed_groups(wanted: User) -> tuple[str, ...]:
    return (NODES,) if _node(wanted.name) else _account_groups(wanted)


def _account_groups(wanted: User) -> tuple[str, ...]:
    """A service account brings its own groups unless some are given."""
    account = split_service_account(wanted.name)
    return service_account_groups(account[0]) if account and not wanted.groups else wanted.groups


def _completed(wanted: User, groups: tuple[str, ...]) -> User:
    """The user in the group of anonymous or of authenticated callers, too."""
    found = dataclasses.replace(wanted, groups=groups)
    if found.name == ANONYMOUS:
        return found.with_group(UNAUTHENTICATED)
    return found if UNAUTHENTICATED in groups else found.with_group(AUTHENTICATED)
