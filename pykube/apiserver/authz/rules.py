"""What one RBAC rule allows, what it covers, and how it is written in a message. Pure.

Source: k8s.io/component-helpers auth/rbac/validation for coverage, pkg/apis/rbac/v1 for matching.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pykube.api.rbac_v1 import PolicyRule

from .authorizer import Attributes, quoted

ALL = "*"


class CompiledRule:
    """A rule with sets in place of lists, so that a check costs a few look-ups."""

    __slots__ = (
        "_any_group",
        "_any_resource",
        "_any_verb",
        "_groups",
        "_names",
        "_resources",
        "_urls",
        "_verbs",
        "rule",
    )

    def __init__(self, rule: PolicyRule) -> None:
        self.rule = rule
        self._verbs = frozenset(rule.verbs)
        self._groups = frozenset(rule.api_groups)
        self._resources = frozenset(rule.resources)
        self._names = frozenset(rule.resource_names)
        self._urls = tuple(rule.non_resource_urls)
        self._any_verb = ALL in self._verbs
        self._any_group = ALL in self._groups
        self._any_resource = ALL in self._resources

    def concerns(self, full_resource: str) -> bool:
        """Whether the rule can have something to say about ``pods/log``, or about paths when that is empty."""
        if not full_resource:
            return bool(self._urls)
        if self._any_resource or full_resource in self._resources:
            return True
        _, slash, subresource = full_resource.partition("/")
        return bool(slash) and f"*/{subresource}" in self._resources

    @property
    def names(self) -> frozenset[str]:
        """The only objects it is about; empty: all."""
        return self._names

    @property
    def urls(self) -> tuple[str, ...]:
        """The paths it is about."""
        return self._urls

    def has_verb(self, verb: str) -> bool:
        """Whether it lets that be done to what it is about."""
        return self._any_verb or verb in self._verbs

    def has_group(self, group: str) -> bool:
        """Whether it is about resources of that API group."""
        return self._any_group or group in self._groups

    def allows(self, attributes: Attributes) -> bool:
        """Whether the rule, which `concerns` the request's resource, allows the request."""
        if not self.has_verb(attributes.verb):
            return False
        if not attributes.is_resource:
            return any(url_covers(url, attributes.path) for url in self._urls)
        return self.has_group(attributes.group) and (not self._names or attributes.name in self._names)


def url_covers(rule_url: str, path: str) -> bool:
    """Whether a rule's URL, possibly with a star at its end, covers `path`."""
    if rule_url in (path, ALL):
        return True
    return rule_url.endswith(ALL) and path.startswith(rule_url.rstrip(ALL))


def broken_down(rule: PolicyRule) -> Iterator[PolicyRule]:
    """`rule` as rules of one verb, one resource and at most one name each."""
    for group in rule.api_groups:
        for resource in rule.resources:
            for verb in rule.verbs:
                for names in [[name] for name in rule.resource_names] or [[]]:
                    yield PolicyRule(api_groups=[group], resources=[resource], verbs=[verb], resource_names=names)
    for url in rule.non_resource_urls:
        for verb in rule.verbs:
            yield PolicyRule(non_resource_urls=[url], verbs=[verb])


def uncovered(owned: Sequence[PolicyRule], wanted: Iterable[PolicyRule]) -> list[PolicyRule]:
    """The parts of `wanted` that no single rule of `owned` covers."""
    return [part for rule in wanted for part in broken_down(rule) if not any(_covers(own, part) for own in owned)]


def _covers(owned: PolicyRule, part: PolicyRule) -> bool:
    names = not owned.resource_names or bool(
        part.resource_names and set(part.resource_names) <= set(owned.resource_names)
    )
    return (
        names
        and _has_all(owned.verbs, part.verbs)
        and _has_all(owned.api_groups, part.api_groups)
        and all(_resource_covered(owned.resources, resource) for resource in part.resources)
        and all(any(url_covers(url, path) for url in owned.non_resource_urls) for path in part.non_resource_urls)
    )


def _has_all(owned: Sequence[str], wanted: Sequence[str]) -> bool:
    return ALL in owned or all(item in owned for item in wanted)


def _resource_covered(owned: Sequence[str], resource: str) -> bool:
    if ALL in owned or resource in owned:
        return True
    _, slash, subresource = resource.partition("/")
    return bool(slash) and f"*/{subresource}" in owned


def compacted(rules: Iterable[PolicyRule]) -> list[PolicyRule]:
    """Rules that differ only in their verb, as one: shorter to read in a message."""
    found: dict[tuple[tuple[str, ...], ...], PolicyRule] = {}
    for rule in rules:
        key = (
            tuple(rule.api_groups),
            tuple(rule.resources),
            tuple(rule.resource_names),
            tuple(rule.non_resource_urls),
        )
        if known := found.get(key):
            known.verbs.extend(verb for verb in rule.verbs if verb not in known.verbs)
            continue
        groups, resources, names, urls = (list(part) for part in key)
        found[key] = PolicyRule(
            api_groups=groups,
            resources=resources,
            resource_names=names,
            non_resource_urls=urls,
            verbs=list(rule.verbs),
        )
    return list(found.values())


def described(rule: PolicyRule) -> str:
    """The rule as upstream writes it in a message: ``{APIGroups:[""], Resources:["pods"], Verbs:["get"]}``."""
    parts = (
        ("APIGroups", rule.api_groups),
        ("Resources", rule.resources),
        ("NonResourceURLs", rule.non_resource_urls),
        ("ResourceNames", rule.resource_names),
        ("Verbs", rule.verbs),
    )
    return "{" + ", ".join(f"{name}:{quoted_list(values)}" for name, values in parts if values) + "}"


def quoted_list(values: Iterable[str]) -> str:
    """Strings as Go's ``%q`` prints a slice of them: ``["a" "b"]``."""
    return "[" + " ".join(quoted(value) for value in values) + "]"
