"""Which writes a webhook or a policy is about: rules, match policy, namespace and object selectors.

`Criteria` is what one webhook, policy or binding looks for, compiled once. `Index` holds many and answers, per write,
which of them are concerned and in which version of the resource they want to see it: rules are looked at once for
each kind of write and remembered; selectors are looked at each time, as they depend on labels.

Source of the rules: k8s.io/apiserver, pkg/admission/plugin/webhook/predicates and plugin/policy/matching.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from pykube.api import core_v1, meta_v1, selectors
from pykube.api.admissionregistration_v1 import MatchResources
from pykube.api.scheme import Resource
from pykube.api.selectors import EVERYTHING, LabelSelector

from .. import keys, statuses
from ..write import SERVER_ITSELF, Kind, Operation, Write

ALL = "*"
EQUIVALENT = "Equivalent"

_CONFIGURATION = frozenset(
    {
        "validatingwebhookconfigurations",
        "mutatingwebhookconfigurations",
        "validatingadmissionpolicies",
        "validatingadmissionpolicybindings",
        "mutatingadmissionpolicies",
        "mutatingadmissionpolicybindings",
    }
)
_NO_LABELS: Mapping[str, str] = {}


class RuleType(Protocol):
    """``RuleWithOperations``; the named ones of policies have ``resource_names`` as well."""

    operations: list[str]
    api_groups: list[str]
    api_versions: list[str]
    resources: list[str]
    scope: str | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, compiled: each set of words may hold ``*``; no `names` means every name."""

    operations: frozenset[str]
    groups: frozenset[str]
    versions: frozenset[str]
    resources: tuple[tuple[str, str], ...]
    scope: str = ALL
    names: frozenset[str] = frozenset()

    def covers(self, write: Write, resource: Resource) -> bool:
        """Whether the rule is about a write to `resource`, whatever the name."""
        return (
            _has(self.operations, write.operation.value)
            and _has(self.groups, resource.group)
            and _has(self.versions, resource.version)
            and self._has_scope(write, resource)
            and any(
                plural in (ALL, resource.plural) and subresource in (ALL, write.subresource)
                for plural, subresource in self.resources
            )
        )

    def names_it(self, write: Write) -> bool:
        """Whether the rule is about objects of the write's name."""
        return not self.names or write.name in self.names

    def _has_scope(self, write: Write, resource: Resource) -> bool:
        """Namespaces themselves are not in a namespace."""
        if self.scope == ALL:
            return True
        return (self.scope == "Namespaced") is bool(write.namespace and resource.namespaced)


def compile_rule(rule: RuleType) -> Rule:
    """A rule as its object words it: ``pods/status``, ``*/scale``; a resource without a slash has no subresource."""
    pairs = (text.partition("/") for text in rule.resources)
    return Rule(
        frozenset(rule.operations),
        frozenset(rule.api_groups),
        frozenset(rule.api_versions),
        tuple((plural, subresource) for plural, _, subresource in pairs),
        rule.scope or ALL,
        frozenset(getattr(rule, "resource_names", ())),
    )


def is_configuration(write: Write) -> bool:
    """Whether the write is about webhooks or policies themselves: those are never asked about each other.

    Otherwise a broken one could forbid its own repair.
    """
    return write.resource.group == "admissionregistration.k8s.io" and write.resource.plural in _CONFIGURATION


def is_exempt(write: Write) -> bool:
    """Whether webhooks have no say: in what they are configured by, and in what the server needs in order to start.

    A server that could not write its own namespaces and endpoints would never come to serve the repair.
    """
    return write.user is SERVER_ITSELF or is_configuration(write)


class Criteria:
    """What one webhook, policy or binding looks for.

    `anything` says that no rules at all mean every write, as they do for policies, but not for webhooks.
    """

    __slots__ = ("_excluded", "_namespaces", "_objects", "anything", "equivalent", "rules")

    def __init__(
        self,
        rules: Iterable[RuleType],
        *,
        excluded: Iterable[RuleType] = (),
        namespace_selector: meta_v1.LabelSelector | None = None,
        object_selector: meta_v1.LabelSelector | None = None,
        match_policy: str | None = EQUIVALENT,
        anything: bool = False,
    ) -> None:
        """Raises selectors.SelectorError."""
        self.rules = tuple(compile_rule(rule) for rule in rules)
        self._excluded = tuple(compile_rule(rule) for rule in excluded)
        self._namespaces = _selector(namespace_selector)
        self._objects = _selector(object_selector)
        self.equivalent = match_policy == EQUIVALENT
        self.anything = anything

    @classmethod
    def of_resources(cls, match: MatchResources | None) -> Criteria:
        """The criteria of a policy or a binding; none are met by every write."""
        if match is None:
            return cls((), anything=True)
        return cls(
            match.resource_rules,
            excluded=match.exclude_resource_rules,
            namespace_selector=match.namespace_selector,
            object_selector=match.object_selector,
            match_policy=match.match_policy or EQUIVALENT,
            anything=True,
        )

    @property
    def by_name(self) -> bool:
        """Whether names matter, so that one write of a kind says nothing about the next."""
        return any(rule.names for rule in (*self.rules, *self._excluded))

    def match(self, write: Write) -> Resource | None:
        """The resource, in the version wanted, if the write is concerned in every respect; else None.

        Raises:
            NotFound: there is no such namespace, whose labels would have to be known.
        """
        found = self.match_rules(write)
        return found if found is not None and self.match_selectors(write) else None

    def match_rules(self, write: Write) -> Resource | None:
        """The resource in the version that the rules ask for: the one written, or else an equivalent one."""
        if self._excluded and self._first(self._excluded, write) is not None:
            return None
        if not self.rules and self.anything:
            return write.resource
        return self._first(self.rules, write)

    def _first(self, rules: Sequence[Rule], write: Write) -> Resource | None:
        for rule in rules:
            if rule.covers(write, write.resource) and rule.names_it(write):
                return write.resource
        if not self.equivalent or not rules:
            return None
        others = equivalents(write)
        for rule in rules:
            for other in others:
                if rule.covers(write, other) and rule.names_it(write):
                    return other
        return None

    def match_selectors(self, write: Write) -> bool:
        """Whether the labels of the namespace and of the object, before or after the write, are those wanted.

        Raises:
            NotFound: there is no such namespace.
        """
        return self._match_namespace(write) and self._match_object(write)

    def _match_namespace(self, write: Write) -> bool:
        if self._namespaces.empty:
            return True
        if not write.namespace and not _is_namespaces(write):
            return True
        return self._namespaces.matches(namespace_labels(write))

    def _match_object(self, write: Write) -> bool:
        if self._objects.empty:
            return True
        matches = self._objects.matches
        return any(matches(labels) for labels in (labels_of(write.object), labels_of(write.old)) if labels is not None)


def equivalents(write: Write) -> list[Resource]:
    """The same objects as served in other versions or groups; only those that have the subresource."""
    own = keys.prefix(write.resource)
    sub = write.subresource
    return [
        other
        for other in write.registry.resources()
        if other.plural == write.resource.plural
        and other.api_version != write.resource.api_version
        and keys.prefix(other) == own
        and (not sub or other.subresource(sub) is not None)
    ]


def kind_in(write: Write, resource: Resource) -> Kind:
    """The kind of the write's object when the resource is seen as `resource`; a Scale is the same in all versions."""
    return write.shown if write.shown is not None else Kind(*resource.gvk)


def namespace_labels(write: Write) -> Mapping[str, str]:
    """The labels of the namespace that a write is about: as they shall be, when it is the namespace that is written.

    Raises:
        NotFound: there is no such namespace.
    """
    if _is_namespaces(write) and not write.subresource and write.operation in (Operation.CREATE, Operation.UPDATE):
        return labels_of(write.object) or _NO_LABELS
    cache = write.registry.cache(core_v1.Namespace)
    found = cache.find("", write.namespace_name)
    if found is None:
        raise statuses.not_found(cache.resource, write.namespace_name)
    return found.labels


def labels_of(obj: Any) -> Mapping[str, str] | None:
    """The labels of an object; None where there is no object, or none that has labels."""
    metadata = getattr(obj, "metadata", None)
    return metadata.labels if metadata is not None else None


def _is_namespaces(write: Write) -> bool:
    return write.resource.plural == "namespaces" and not write.resource.group


def _has(words: frozenset[str], word: str) -> bool:
    return word in words or ALL in words


def _selector(selector: meta_v1.LabelSelector | None) -> LabelSelector:
    """An absent selector chooses everything here."""
    return EVERYTHING if selector is None else selectors.from_label_selector(selector)


T = TypeVar("T")
_Place = tuple[str, str, str, str, Operation, bool]


class Index(Generic[T]):
    """Many criteria, and whose they are, in an order that is kept.

    Make a new one when any of them changes, or when other resources are served than before.
    """

    def __init__(self, entries: Iterable[tuple[T, Criteria]] = ()) -> None:
        self._entries = tuple(entries)
        self._candidates: dict[_Place, tuple[tuple[T, Criteria, Resource | None], ...]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[T]:
        return (owner for owner, _ in self._entries)

    def candidates(self, write: Write) -> Iterator[tuple[T, Criteria, Resource]]:
        """Those whose rules the write is about, with the version they want; selectors are not looked at yet."""
        for owner, criteria, resource in self._found(write):
            wanted = resource if resource is not None else criteria.match_rules(write)
            if wanted is not None:
                yield owner, criteria, wanted

    def find(self, write: Write) -> list[tuple[T, Resource]]:
        """Those that are concerned in every respect.

        Raises:
            NotFound: there is no such namespace, whose labels would have to be known.
        """
        return [
            (owner, resource) for owner, criteria, resource in self.candidates(write) if criteria.match_selectors(write)
        ]

    def _found(self, write: Write) -> tuple[tuple[T, Criteria, Resource | None], ...]:
        if not self._entries:
            return ()
        resource = write.resource
        place = (
            resource.group,
            resource.version,
            resource.plural,
            write.subresource,
            write.operation,
            bool(write.namespace),
        )
        found = self._candidates.get(place)
        if found is None:
            found = self._candidates[place] = tuple(self._look(write))
        return found

    def _look(self, write: Write) -> Iterator[tuple[T, Criteria, Resource | None]]:
        """Where names matter, the rules have to be looked at each time: None stands for that."""
        for owner, criteria in self._entries:
            if criteria.by_name:
                yield owner, criteria, None
            elif (resource := criteria.match_rules(write)) is not None:
                yield owner, criteria, resource
