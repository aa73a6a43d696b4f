"""Attribute-based access control: a file with one policy a line, each a JSON object. There is no deny.

{"apiVersion": "abac.authorization.kubernetes.io/v1beta1", "kind": "Policy", "spec": {"user": "bob", "namespace": "x",
"resource": "pods", "readonly": true}}

Source: pkg/auth/authorizer/abac (matching) and pkg/apis/abac (v1beta1, and v0, which has no apiVersion and no spec).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from pykube.api.rbac_v1 import PolicyRule

from ..authn.user import AUTHENTICATED, User
from .authorizer import Attributes, Decision, Permissions
from .rules import url_covers

log = logging.getLogger(__name__)

API_VERSION = "abac.authorization.kubernetes.io/v1beta1"
ALL = "*"
READ_VERBS = ("get", "list", "watch")
ALLOWED = Decision(True)
NONE_MATCHED = Decision(None, "No policy matched.")


class PolicyFileError(ValueError):
    """The policy file cannot be used; the message names the line."""


class Policy(msgspec.Struct, rename="camel", frozen=True):
    """One line: a user or a group, and what they may do. An empty field matches nothing but the empty value."""

    user: str = ""
    group: str = ""
    readonly: bool = False
    api_group: str = ""
    resource: str = ""
    namespace: str = ""
    non_resource_path: str = ""

    def concerns(self, user: User) -> bool:
        """Whether it is about `user`: each of its two subjects that is given must be theirs."""
        if self.user and self.user != user.name:
            return False
        if self.group and self.group not in user.groups:
            return False
        return bool(self.user or self.group)

    def allows(self, attributes: Attributes) -> bool:
        """Whether it allows what one of its subjects asks."""
        if self.readonly and attributes.verb not in READ_VERBS:
            return False
        if not attributes.is_resource:
            return url_covers(self.non_resource_path, attributes.path)
        return (
            self.namespace in (ALL, attributes.namespace)
            and self.resource in (ALL, attributes.resource)
            and self.api_group in (ALL, attributes.group)
        )

    def rules(self, namespace: str) -> Iterator[PolicyRule]:
        """What it gives in a namespace, in RBAC's terms."""
        if self.namespace not in (ALL, namespace):
            return
        verbs = list(READ_VERBS) if self.readonly else [ALL]
        if self.resource:
            yield PolicyRule(verbs=verbs, api_groups=[self.api_group], resources=[self.resource])
        if self.non_resource_path:
            yield PolicyRule(verbs=verbs, non_resource_urls=[self.non_resource_path])


class Abac:
    """The authorizer over policies, found by their user or group."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._policies = tuple(policies)
        self._of_user: dict[str, list[Policy]] = {}
        self._of_group: dict[str, list[Policy]] = {}
        for policy in self._policies:
            if policy.user:
                self._of_user.setdefault(policy.user, []).append(policy)
            elif policy.group:
                self._of_group.setdefault(policy.group, []).append(policy)

    @classmethod
    def read(cls, path: Path) -> Abac:
        """The policies of a file.

        Raises:
            PolicyFileError: it cannot be read, or a line of it is no policy.
        """
        try:
            return cls(parse(path.read_text(), str(path)))
        except (OSError, UnicodeDecodeError) as error:
            raise PolicyFileError(f"error reading policy file {path}: {error}") from error

    async def authorize(self, attributes: Attributes) -> Decision:
        user = attributes.user
        for policy in self._of_user.get(user.name, ()):
            if policy.concerns(user) and policy.allows(attributes):
                return ALLOWED
        for group in user.groups:
            for policy in self._of_group.get(group, ()):
                if policy.allows(attributes):
                    return ALLOWED
        return NONE_MATCHED

    def permissions(self, user: User, namespace: str) -> Permissions:
        mine = [policy for policy in self._policies if policy.concerns(user)]
        return Permissions(tuple(rule for policy in mine for rule in policy.rules(namespace)))


class _Line(msgspec.Struct, rename="camel"):
    api_version: str = ""
    kind: str = ""


class _Versioned(msgspec.Struct):
    spec: Policy = msgspec.field(default_factory=Policy)


def parse(text: str, path: str = "") -> list[Policy]:
    """The policies in a file's text; blank lines and those that start with ``#`` are none.

    Raises:
        PolicyFileError: a line is no policy.
    """
    found: list[Policy] = []
    old = 0
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        try:
            head = msgspec.json.decode(stripped, type=_Line)
            versioned = (head.api_version, head.kind) == (API_VERSION, "Policy")
            found.append(_v1beta1(stripped) if versioned else _v0(stripped))
        except msgspec.DecodeError as error:
            raise PolicyFileError(f"error reading policy file {path}, line {number}: {stripped}: {error}") from error
        old += not versioned
    if old:
        log.warning("policy file %s has %d lines without apiVersion, which mean every API group", path, old)
    return found


def _v1beta1(line: str) -> Policy:
    policy = msgspec.json.decode(line, type=_Versioned).spec
    if ALL in (policy.user, policy.group):
        return msgspec.structs.replace(policy, user="", group=AUTHENTICATED)
    return policy


def _v0(line: str) -> Policy:
    """The oldest form: no subject means everybody who is known, and what is not said means everything."""
    policy = msgspec.json.decode(line, type=Policy)
    everybody = ALL in (policy.user, policy.group) or not (policy.user or policy.group)
    return Policy(
        user="" if everybody else policy.user,
        group=AUTHENTICATED if everybody else policy.group,
        readonly=policy.readonly,
        api_group=ALL,
        resource=policy.resource or ALL,
        namespace=policy.namespace or ALL,
        non_resource_path="" if policy.namespace or policy.resource else ALL,
    )
