"""Upstream's audit Policy: what of which requests is recorded.

Source: k8s.io/apiserver, pkg/apis/audit (types, validation) and pkg/audit/policy (matching).
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import yaml

from pykube.api import names
from pykube.api.field_errors import FieldError, Path, aggregate, invalid_value, not_supported, required

from ..authz.authorizer import Attributes

VERSION = "audit.k8s.io/v1"


class PolicyError(ValueError):
    """The policy cannot be used; the message says why."""


class Level(enum.IntEnum):
    """How much is recorded; each holds what those before it hold."""

    NONE = 0
    METADATA = 1
    REQUEST = 2
    REQUEST_RESPONSE = 3

    def __str__(self) -> str:
        return _LEVEL_NAMES[self]


_LEVEL_NAMES = {
    Level.NONE: "None",
    Level.METADATA: "Metadata",
    Level.REQUEST: "Request",
    Level.REQUEST_RESPONSE: "RequestResponse",
}
LEVELS = {name: level for level, name in _LEVEL_NAMES.items()}


class Stage(enum.Enum):
    """When an event is made."""

    RECEIVED = "RequestReceived"
    STARTED = "ResponseStarted"
    COMPLETE = "ResponseComplete"
    PANIC = "Panic"


_STAGES = tuple(stage.value for stage in Stage)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is recorded of one request."""

    level: Level
    omitted: frozenset[str] = frozenset()
    """Stages that make no event."""
    omit_managed_fields: bool = False


class _Strict(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    pass


class GroupResources(_Strict):
    """Resources of one group: ``pods``, ``pods/log``, ``pods/*``, ``*/scale``, ``*``."""

    group: str = ""
    resources: list[str] = []
    resource_names: list[str] = []

    def matches(self, a: Attributes) -> bool:
        """Whether a resource request is about one of them."""
        if self.group not in (a.group, "*"):
            return False
        if not self.resources:
            return True
        if self.resource_names and a.name not in self.resource_names:
            return False
        wanted = {a.full_resource, "*", f"{a.resource}/*"}
        if a.subresource:
            wanted.add(f"*/{a.subresource}")
        return not wanted.isdisjoint(self.resources)


class Rule(_Strict):
    """A request matches when it meets all that is given."""

    level: str = ""
    users: list[str] = []
    user_groups: list[str] = []
    verbs: list[str] = []
    resources: list[GroupResources] = []
    namespaces: list[str] = []
    non_resource_urls: list[str] = msgspec.field(default_factory=list, name="nonResourceURLs")
    omit_stages: list[str] = []
    omit_managed_fields: bool | None = None

    def matches(self, a: Attributes, *, known: bool) -> bool:
        """Whether the rule is about a request; `known` is false where nobody knows who asks."""
        if self.users and not (known and a.user.name in self.users):
            return False
        if self.user_groups and not (known and not set(self.user_groups).isdisjoint(a.user.groups)):
            return False
        if self.verbs and a.verb not in self.verbs:
            return False
        if self.namespaces or self.resources:
            return a.is_resource and self._matches_resource(a)
        if self.non_resource_urls:
            return not a.is_resource and any(_covers(one, a.path) for one in self.non_resource_urls)
        return True

    def _matches_resource(self, a: Attributes) -> bool:
        if self.namespaces and a.namespace not in self.namespaces:
            return False
        return not self.resources or any(one.matches(a) for one in self.resources)


def _covers(pattern: str, path: str) -> bool:
    return pattern in (path, "*") or (pattern.endswith("*") and path.startswith(pattern.rstrip("*")))


class Policy(_Strict):
    """Rules in order; the first that matches decides, and nothing is recorded where none does."""

    metadata: dict[str, Any] = {}
    rules: list[Rule] = []
    omit_stages: list[str] = []
    omit_managed_fields: bool = False


class Judge:
    """A policy made ready for every request to be held against it: rules that cannot match are not looked at."""

    def __init__(self, policy: Policy) -> None:
        rules = [(rule, _verdict(policy, rule)) for rule in policy.rules]
        of_resources = [one for one in rules if not one[0].non_resource_urls]
        of_paths = [one for one in rules if not one[0].resources and not one[0].namespaces]
        self._rules = {True: of_resources, False: of_paths}
        self._rest = Verdict(Level.NONE, frozenset(policy.omit_stages), policy.omit_managed_fields)

    def judge(self, attributes: Attributes, *, known: bool = True) -> Verdict:
        """What is recorded of a request; `known` is false where nobody knows who asks."""
        for rule, verdict in self._rules[attributes.is_resource]:
            if rule.matches(attributes, known=known):
                return verdict
        return self._rest


def _verdict(policy: Policy, rule: Rule) -> Verdict:
    omit = policy.omit_managed_fields if rule.omit_managed_fields is None else rule.omit_managed_fields
    return Verdict(LEVELS[rule.level], frozenset([*policy.omit_stages, *rule.omit_stages]), omit)


def parse(text: str) -> Policy:
    """The policy in a file's text.

    Raises:
        PolicyError: it is none, or breaks a rule; all that it breaks is told at once.
    """
    try:
        doc: Any = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise PolicyError(f"no YAML: {error}") from error
    if not isinstance(doc, dict):
        raise PolicyError("expected Policy, got no object")
    found = (doc.pop("apiVersion", ""), doc.pop("kind", ""))
    if found != (VERSION, "Policy"):
        raise PolicyError(f"expected Policy of {VERSION}, got {found[1]} of {found[0]}")
    try:
        policy = msgspec.convert(doc, Policy)
    except msgspec.ValidationError as error:
        raise PolicyError(f"strict decoding error: {error}") from error
    if not policy.rules:
        raise PolicyError("loaded illegal policy with 0 rules")
    if errors := list(_errors(policy)):
        raise PolicyError(aggregate(errors))
    return policy


def _errors(policy: Policy) -> Iterator[FieldError]:
    yield from _stage_errors(Path("omitStages"), policy.omit_stages)
    for position, rule in enumerate(policy.rules):
        path = Path("rules").index(position)
        if not rule.level:
            yield required(path.child("level"))
        elif rule.level not in LEVELS:
            yield not_supported(path.child("level"), rule.level, list(LEVELS))
        urls = path.child("nonResourceURLs")
        yield from _url_errors(urls, rule.non_resource_urls)
        yield from _resource_errors(path.child("resources"), rule.resources)
        yield from _stage_errors(path.child("omitStages"), rule.omit_stages)
        if rule.non_resource_urls and (rule.resources or rule.namespaces):
            detail = "rules cannot apply to both regular resources and non-resource URLs"
            yield invalid_value(urls, rule.non_resource_urls, detail)


def _stage_errors(path: Path, stages: Sequence[str]) -> Iterator[FieldError]:
    for position, stage in enumerate(stages):
        if stage not in _STAGES:
            yield invalid_value(path.index(position), stage, f"allowed stages are {','.join(_STAGES)}")


def _url_errors(path: Path, urls: Sequence[str]) -> Iterator[FieldError]:
    for position, url in enumerate(urls):
        if url == "*":
            continue
        if not url.startswith("/"):
            yield invalid_value(path.index(position), url, "non-resource URL rules must begin with a '/' character")
        if "*" in url[:-1]:
            detail = "non-resource URL wildcards '*' must be the final character of the rule"
            yield invalid_value(path.index(position), url, detail)


def _resource_errors(path: Path, resources: Sequence[GroupResources]) -> Iterator[FieldError]:
    for one in resources:
        if one.group and one.group != "*" and (messages := list(names.dns_subdomain(one.group))):
            yield invalid_value(path.child("group"), one.group, ",".join(messages))
        if one.resource_names and not one.resources:
            detail = "using resourceNames requires at least one resource"
            yield invalid_value(path.child("resourceNames"), one.resource_names, detail)
