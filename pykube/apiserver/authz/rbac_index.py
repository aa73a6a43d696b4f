"""Roles and bindings, indexed by the subject that holds them. Pure: objects in, rules out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pykube.api import meta_v1, rbac_v1, selectors

from ..authn.user import User, service_account_name
from .holdings import Held, Holdings
from .rules import CompiledRule

Role = rbac_v1.Role | rbac_v1.ClusterRole
Binding = rbac_v1.RoleBinding | rbac_v1.ClusterRoleBinding

RoleKey = tuple[str, str]
"""Namespace and name; the namespace of a ClusterRole is empty."""
SubjectKey = tuple[str, str]
"""``User`` or ``Group``, and the name; a service account counts as the user it is."""
HoldingsKey = tuple[str, tuple[str, ...], str]
"""A user's name and groups, and a namespace."""

MAX_CACHED_HOLDINGS = 4096
"""Pairs of a user and a namespace; the oldest goes first."""


@dataclass(slots=True)
class _RoleEntry:
    rules: tuple[CompiledRule, ...]
    labels: dict[str, str]
    aggregates: tuple[meta_v1.LabelSelector, ...] = ()

    def means_the_same(self, other: _RoleEntry) -> bool:
        """Whether nobody can tell the difference; what is written into an aggregating role is not looked at."""
        if (self.labels, self.aggregates) != (other.labels, other.aggregates):
            return False
        return bool(self.aggregates) or [rule.rule for rule in self.rules] == [rule.rule for rule in other.rules]


@dataclass(slots=True)
class _BindingEntry:
    name: str
    namespace: str
    role: RoleKey
    role_kind: str
    subjects: tuple[tuple[SubjectKey, str], ...]


class RbacIndex:
    """The roles and bindings of the cluster; answers from a cache until any of them changes."""

    def __init__(self) -> None:
        self._roles: dict[RoleKey, _RoleEntry] = {}
        self._bindings: dict[RoleKey, _BindingEntry] = {}
        self._by_subject: dict[SubjectKey, dict[str, set[RoleKey]]] = {}
        self._holdings: dict[HoldingsKey, Holdings] = {}
        self._effective: dict[RoleKey, tuple[CompiledRule, ...]] = {}

    def put_role(self, role: Role) -> None:
        """Add or replace a role."""
        aggregation = role.aggregation_rule if isinstance(role, rbac_v1.ClusterRole) else None
        namespace = role.metadata.namespace
        entry = _RoleEntry(
            tuple(CompiledRule(rule) for rule in role.rules),
            role.metadata.labels,
            tuple(aggregation.cluster_role_selectors) if aggregation else (),
        )
        old = self._roles.get((namespace, role.metadata.name))
        self._roles[namespace, role.metadata.name] = entry
        if old is None or not old.means_the_same(entry):
            self._forget_roles(namespace)

    def drop_role(self, namespace: str, name: str) -> None:
        """Remove a role."""
        if self._roles.pop((namespace, name), None) is not None:
            self._forget_roles(namespace)

    def put_binding(self, binding: Binding) -> None:
        """Add or replace a binding."""
        namespace, name = binding.metadata.namespace, binding.metadata.name
        self.drop_binding(namespace, name)
        kind = binding.role_ref.kind
        role = (namespace if kind == "Role" else "", binding.role_ref.name)
        subjects = tuple(found for subject in binding.subjects if (found := subject_key(subject, namespace)))
        entry = _BindingEntry(name, namespace, role, kind, subjects)
        self._bindings[namespace, name] = entry
        for subject, _ in subjects:
            self._by_subject.setdefault(subject, {}).setdefault(namespace, set()).add((namespace, name))
        self._forget_subjects(entry)

    def drop_binding(self, namespace: str, name: str) -> None:
        """Remove a binding."""
        entry = self._bindings.pop((namespace, name), None)
        if entry is None:
            return
        for subject, _ in entry.subjects:
            scopes = self._by_subject.get(subject, {})
            scopes.get(namespace, set()).discard((namespace, name))
            if not scopes.get(namespace):
                scopes.pop(namespace, None)
            if not scopes:
                self._by_subject.pop(subject, None)
        self._forget_subjects(entry)

    def _forget_roles(self, namespace: str) -> None:
        """A role has changed: forget what it may have been part of. A ClusterRole may be part of anything."""
        if not namespace:
            self._holdings.clear()
            self._effective.clear()
            return
        for role in [key for key in self._effective if key[0] == namespace]:
            del self._effective[role]
        for key in [key for key in self._holdings if key[2] == namespace]:
            del self._holdings[key]

    def _forget_subjects(self, entry: _BindingEntry) -> None:
        """A binding has changed: forget what its subjects hold where it is."""
        users = {name for (kind, name), _ in entry.subjects if kind == "User"}
        groups = {name for (kind, name), _ in entry.subjects if kind == "Group"}
        for key in [
            key
            for key in self._holdings
            if (not entry.namespace or key[2] == entry.namespace) and (key[0] in users or not groups.isdisjoint(key[1]))
        ]:
            del self._holdings[key]

    def holdings(self, user: User, namespace: str) -> Holdings:
        """What `user` holds in the cluster and, when `namespace` is given, there."""
        key = (user.name, user.groups, namespace)
        found = self._holdings.get(key)
        if found is None:
            if len(self._holdings) >= MAX_CACHED_HOLDINGS:
                del self._holdings[next(iter(self._holdings))]
            found = self._holdings[key] = self._gather(user, namespace)
        return found

    def _gather(self, user: User, namespace: str) -> Holdings:
        """A role that several bindings give is held once, by the first of them."""
        held: dict[RoleKey, Held] = {}
        missing: dict[str, None] = {}
        subjects = [("User", user.name), *(("Group", group) for group in user.groups)]
        for scope in ("", namespace) if namespace else ("",):
            for entry, subject in self._bindings_of(subjects, scope):
                if entry.role in held:
                    continue
                rules = self.rules_of(*entry.role)
                if rules is None:
                    missing[role_not_found(entry.role_kind, entry.role[1])] = None
                else:
                    held[entry.role] = Held(_reason(entry, subject), rules)
        return Holdings(list(held.values()), list(missing))

    def _bindings_of(self, subjects: Iterable[SubjectKey], scope: str) -> Iterator[tuple[_BindingEntry, SubjectKey]]:
        seen: dict[RoleKey, SubjectKey] = {}
        for subject in subjects:
            for key in self._by_subject.get(subject, {}).get(scope, ()):
                seen.setdefault(key, subject)
        for key in sorted(seen):
            yield self._bindings[key], seen[key]

    def rules_of(self, namespace: str, name: str) -> tuple[CompiledRule, ...] | None:
        """The rules of a role, those it aggregates included; None when there is no such role."""
        key = (namespace, name)
        if key not in self._roles:
            return None
        if key not in self._effective:
            self._effective[key] = tuple(self._aggregate(key, set()))
        return self._effective[key]

    def _aggregate(self, key: RoleKey, seen: set[RoleKey]) -> Iterator[CompiledRule]:
        """The role's own rules, or those of the roles that its selectors match, as deep as that goes.

        The rules written into an aggregating role are for its readers: they may lag behind what it gathers.
        """
        if key in seen:
            return
        seen.add(key)
        entry = self._roles[key]
        if not entry.aggregates:
            yield from entry.rules
        for selector in entry.aggregates:
            matching = selectors.from_label_selector(selector)
            for other, candidate in sorted(self._roles.items()):
                if not other[0] and matching.matches(candidate.labels):
                    yield from self._aggregate(other, seen)


def subject_key(subject: rbac_v1.Subject, namespace: str) -> tuple[SubjectKey, str] | None:
    """How a binding's subject is found, and how it is worded; None for a kind that RBAC does not know."""
    if subject.kind == "ServiceAccount":
        where = subject.namespace or namespace
        return ("User", service_account_name(where, subject.name)), f'ServiceAccount "{subject.name}/{where}"'
    if subject.kind in ("User", "Group"):
        return (subject.kind, subject.name), f'{subject.kind} "{subject.name}"'
    return None


def role_not_found(kind: str, name: str) -> str:
    """Upstream's words for a binding to an absent role."""
    return f'{kind.lower()}.rbac.authorization.k8s.io "{name}" not found'


def _reason(entry: _BindingEntry, subject: SubjectKey) -> str:
    """``RBAC: allowed by ClusterRoleBinding "a" of ClusterRole "b" to User "c"``."""
    who = next(text for key, text in entry.subjects if key == subject)
    if entry.namespace:
        binding = f'RoleBinding "{entry.name}/{entry.namespace}"'
    else:
        binding = f'ClusterRoleBinding "{entry.name}"'
    return f'RBAC: allowed by {binding} of {entry.role_kind} "{entry.role[1]}" to {who}'
