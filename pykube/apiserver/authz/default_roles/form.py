"""The form in which the default roles are written down: verbs, groups and resources as words in a string."""

from __future__ import annotations

from dataclasses import dataclass

READ = "get list watch"
WRITE = "create delete deletecollection patch update"
READ_WRITE = f"{READ} {WRITE}"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, as ``rbac.authorization.k8s.io/v1`` PolicyRule has it."""

    verbs: tuple[str, ...]
    groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    """A role; with `namespace` a Role, else a ClusterRole.

    `aggregates` names the user-facing role whose parts it gathers, `aggregate_to` the one it is a part of.
    """

    name: str
    rules: tuple[Rule, ...] = ()
    namespace: str = ""
    aggregate_to: str = ""
    aggregates: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who holds a role: `kind` is User, Group or ServiceAccount (then with a namespace)."""

    kind: str
    name: str
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Binding:
    """Subjects that hold `role`; with `namespace` a RoleBinding to a Role, else a ClusterRoleBinding."""

    name: str
    role: str
    subjects: tuple[Subject, ...]
    namespace: str = ""


def allow(verbs: str, groups: str, resources: str, names: str = "") -> Rule:
    """A rule about resources; the group of v1 is written ``core``."""
    return Rule(
        tuple(verbs.split()),
        tuple("" if group == "core" else group for group in groups.split()),
        tuple(resources.split()),
        tuple(names.split()),
    )


def paths(verbs: str, urls: str) -> Rule:
    """A rule about paths that are no resources."""
    return Rule(tuple(verbs.split()), paths=tuple(urls.split()))


def user(name: str) -> Subject:
    """A user as a subject."""
    return Subject("User", name)


def group(name: str) -> Subject:
    """A group as a subject."""
    return Subject("Group", name)


def account(namespace: str, name: str) -> Subject:
    """A service account as a subject."""
    return Subject("ServiceAccount", name, namespace)


EVENTS = allow("create patch update", "core events.k8s.io", "events")
"""Writing events, in either of the two groups that have them."""
