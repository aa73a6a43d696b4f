"""Roles and bindings, indexed by the subject that holds them. Pure: objects in, rules out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pykube.api import meta_v1, rbac_v1, selectors

from ..authn.user import User, service_account_name
from .rules import CompiledRule

Role = rbac_v1.Role | rbac_v1.ClusterRole
Binding = rbac_v1.RoleBinding | rbac_v1.ClusterRoleBinding

RoleKey = tuple[str, str]
"""Namespace and name; the namespace of a ClusterRole is empty."""
SubjectKey = tuple[str, str]
"""``User`` or ``Group``, and the name; a service account counts as the user it is."""

MAX_CACHED_USERS = 2048
MAX_CACHED_RESOURCES = 256
"""Per user: clients may ask about resources that do not exist."""


@dataclass(slots=True)
class Held:
    """A role as one binding gives it: its rules, and how upstream words where they come from."""

    reason: str
    rules: tuple[CompiledRule, ...]


@dataclass(slots=True)
class _RoleEntry:
    rules: tuple[CompiledRule, ...]
    labels: dict[str, str]
    aggregates: tuple[meta_v1.LabelSelector, ...] = ()


@dataclass(slots=True)
class _BindingEntry:
    name: str
    namespace: str
    role: RoleKey
    role_kind: str
    subjects: tuple[tuple[SubjectKey, str], ...]


@dataclass(slots=True)
class Holdings:
    """All that a user holds in one place: roles in the order upstream asks them, and bindings to absent roles."""

    held: list[Held] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    _concerning: dict[str, list[tuple[CompiledRule, str]]] = field(default_factory=dict)

    def concerning(self, full_resource: str) -> list[tuple[CompiledRule, str]]:
        """The rules about a resource (or about paths, when empty), each with its reason; sifted once per resource."""
        found = self._concerning.get(full_resource)
        if found is None:
            if len(self._concerning) >= MAX_CACHED_RESOURCES:
                self._concerning.clear()
            found = self._concerning[full_resource] = [
                (rule, held.reason) for held in self.held for rule in held.rules if rule.concerns(full_resource)
            ]
        return found


class RbacIndex:
    """The roles and bindings of the cluster; answers from a cache until any of them changes."""

    def __init__(self) -> None:
        self._roles: dict[RoleKey, _RoleEntry] = {}
        self._bindings: dict[RoleKey, _BindingEntry] = {}
        self._by_subject: dict[SubjectKey, dict[str, set[RoleKey]]] = {}
        self._holdings: dict[tuple[str, tuple[str, ...], str], Holdings] = {}
        self._effective: dict[RoleKey, tuple[CompiledRule, ...]] = {}

    def put_role(self, role: Role) -> None:
        """Add or replace a role."""
        rule = role.aggregation_rule if isinstance(role, rbac_v1.ClusterRole) else None
        self._roles[role.metadata.namespace, role.metadata.name] = _RoleEntry(
            tuple(CompiledRule(rule) for rule in role.rules),
            role.metadata.labels,
            tuple(rule.cluster_role_selectors) if rule else (),
        )
        self._forget()

    def drop_role(self, namespace: str, name: str) -> None:
        """Remove a role."""
        self._roles.pop((namespace, name), None)
        self._forget()

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

    def drop_binding(self, namespace: str, name: str) -> None:
        """Remove a binding."""
        self._forget()
        entry = self._bindings.pop((namespace, name), None)
        for subject, _ in entry.subjects if entry else ():
            scopes = self._by_subject.get(subject, {})
            scopes.get(namespace, set()).discard((namespace, name))
            if not scopes.get(namespace):
                scopes.pop(namespace, None)
            if not scopes:
                self._by_subject.pop(subject, None)

    def _forget(self) -> None:
        self._holdings.clear()
        self._effective.clear()

    def holdings(self, user: User, namespace: str) -> Holdings:
        """What `user` holds in the cluster and, when `namespace` is given, there."""
        key = (user.name, user.groups, namespace)
        found = self._holdings.get(key)
        if found is None:
            if len(self._holdings) >= MAX_CACHED_USERS:
                self._holdings.clear()
            found = self._holdings[key] = self._gather(user, namespace)
        return found

    def _gather(self, user: User, namespace: str) -> Holdings:
        found = Holdings()
        subjects = [("User", user.name), *(("Group", group) for group in user.groups)]
        for scope in ("", namespace) if namespace else ("",):
            for entry, subject in self._bindings_of(subjects, scope):
                rules = self.rules_of(*entry.role)
                if rules is None:
                    found.missing.append(role_not_found(entry.role_kind, entry.role[1]))
                else:
                    found.held.append(Held(_reason(entry, subject), rules))
        return found

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
