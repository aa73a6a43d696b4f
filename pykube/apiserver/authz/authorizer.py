"""The question an authorizer is asked, the answer it gives, and the words of a refusal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pykube.api.rbac_v1 import PolicyRule
from pykube.errors import Details, Forbidden

from ..authn.user import User

if TYPE_CHECKING:
    from ..request import RequestInfo

OF_MANY = frozenset({"list", "watch", "deletecollection"})
"""Verbs whose selectors narrow what is asked for; on others they mean nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """One request, as far as permission depends on it. `path` counts only when `is_resource` is false.

    Selectors are as they were written, and may make no sense: read them by selection.py. They only ever narrow a
    request, so that one that cannot be read counts as none.
    """

    user: User
    verb: str
    group: str = ""
    version: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""
    is_resource: bool = True
    field_selector: str = ""
    label_selector: str = ""

    @property
    def full_resource(self) -> str:
        """``pods`` or ``pods/log``."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


def attributes_of(info: RequestInfo, user: User) -> Attributes:
    """What an authorizer is asked about a request."""
    if not info.is_resource:
        return Attributes(user=user, verb=info.verb, path=info.path, is_resource=False)
    selects = bool(info.query) and info.verb in OF_MANY
    return Attributes(
        user=user,
        verb=info.verb,
        group=info.group,
        version=info.version,
        resource=info.resource,
        subresource=info.subresource,
        namespace=info.namespace,
        name=info.name,
        path=info.path,
        field_selector=info.query.get("fieldSelector", "") if selects else "",
        label_selector=info.query.get("labelSelector", "") if selects else "",
    )


@dataclass(frozen=True, slots=True)
class Decision:
    """`allowed` True: yes. False: no, and nobody else is to be asked. None: this authorizer has no opinion.

    `error` tells of an authorizer that failed; whatever is not allowed is then no refusal but a failure of the server.
    """

    allowed: bool | None
    reason: str = ""
    error: str = ""


NO_OPINION = Decision(None)


@dataclass(frozen=True, slots=True)
class Permissions:
    """What somebody may do, as far as it can be listed; `incomplete` and `error` tell that not all of it can."""

    rules: Sequence[PolicyRule] = ()
    incomplete: bool = False
    error: str = ""


class Authorizer(Protocol):
    """Says whether a request is allowed."""

    async def authorize(self, attributes: Attributes) -> Decision: ...


class RuleResolver(Protocol):
    """Lists what a user may do."""

    def permissions(self, user: User, namespace: str) -> Permissions:
        """All that `user` may do in the cluster and in `namespace`."""
        ...


def forbidden(attributes: Attributes, reason: str = "") -> Forbidden:
    """The refusal of a request, in upstream's words.

    Source: k8s.io/apiserver endpoints/handlers/responsewriters (the text) and api/errors (the prefix).
    """
    message = _cannot(attributes)
    if reason:
        message = f"{message}: {reason}"
    resource = f"{attributes.resource}.{attributes.group}" if attributes.group else attributes.resource
    if attributes.name and resource:
        text = f'{resource} "{attributes.name}" is forbidden: {message}'
    elif resource:
        text = f"{resource} is forbidden: {message}"
    else:
        text = f"forbidden: {message}"
    return Forbidden(text, Details(name=attributes.name, group=attributes.group, kind=attributes.resource))


def _cannot(attributes: Attributes) -> str:
    user = quoted(attributes.user.name)
    if not attributes.is_resource:
        return f"User {user} cannot {escaped(attributes.verb)} path {quoted(attributes.path)}"
    what = f"cannot {escaped(attributes.verb)} resource {quoted(attributes.full_resource)}"
    where = f"in the namespace {quoted(attributes.namespace)}" if attributes.namespace else "at the cluster scope"
    return f"User {user} {what} in API group {quoted(attributes.group)} {where}"


def quoted(text: str) -> str:
    """`text` in double quotes with escapes, and nothing in it that a browser takes for a tag."""
    return escaped(json.dumps(text, ensure_ascii=False))


def escaped(text: str) -> str:
    """`text` with nothing in it that a browser takes for a tag."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
