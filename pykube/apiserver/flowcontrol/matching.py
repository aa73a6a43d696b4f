"""FlowSchemas, compiled: whose request for what belongs to which.

Source: k8s.io/apiserver util/flowcontrol/rule.go; the field documentation of flowcontrol.apiserver.k8s.io/v1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pykube.api import flowcontrol_v1 as v1

from ..authn.user import SERVICE_ACCOUNT_PREFIX, User, service_account_name
from ..request import RequestInfo

EVERYTHING = "*"

Matcher = Callable[[User, RequestInfo], bool]
"""Whether a request of a user is meant."""

_Who = Callable[[User], bool]
_What = Callable[[RequestInfo], bool]
_Has = Callable[[str], bool]


def compiled(rules: Sequence[v1.PolicyRulesWithSubjects]) -> Matcher:
    """Whether one of the rules of a FlowSchema matches."""
    parts = [(_who(rule.subjects), _objects(rule.resource_rules), _paths(rule.non_resource_rules)) for rule in rules]

    def matches(user: User, info: RequestInfo) -> bool:
        return any(who(user) and (objects(info) if info.is_resource else paths(info)) for who, objects, paths in parts)

    return matches


def _who(subjects: Sequence[v1.Subject]) -> _Who:
    names: set[str] = set()
    groups: set[str] = set()
    prefixes: list[str] = []
    for subject in subjects:
        if subject.kind == "User" and subject.user is not None:
            names.add(subject.user.name)
        elif subject.kind == "Group" and subject.group is not None:
            groups.add(subject.group.name)
        elif subject.kind == "ServiceAccount" and (account := subject.service_account) is not None:
            if account.name == EVERYTHING:
                prefixes.append(f"{SERVICE_ACCOUNT_PREFIX}{account.namespace}:")
            else:
                names.add(service_account_name(account.namespace, account.name))
    everybody = EVERYTHING in names or EVERYTHING in groups
    starts = tuple(prefixes)

    def matches(user: User) -> bool:
        if everybody or user.name in names or not groups.isdisjoint(user.groups):
            return True
        return bool(starts) and user.name.startswith(starts)

    return matches


def _one_of(values: Sequence[str]) -> _Has:
    """Membership; a lone ``*`` is everything."""
    if list(values) == [EVERYTHING]:
        return lambda _value: True
    return frozenset(values).__contains__


def _objects(rules: Sequence[v1.ResourcePolicyRule]) -> _What:
    parts = [
        (
            _one_of(rule.verbs),
            _one_of(rule.api_groups),
            _one_of(rule.resources),
            _one_of(rule.namespaces),
            rule.cluster_scope,
        )
        for rule in rules
    ]

    def matches(info: RequestInfo) -> bool:
        resource = f"{info.resource}/{info.subresource}" if info.subresource else info.resource
        return any(
            verbs(info.verb)
            and resources(resource)
            and groups(info.group)
            and (namespaces(info.namespace) if info.namespace else cluster)
            for verbs, groups, resources, namespaces, cluster in parts
        )

    return matches


def _paths(rules: Sequence[v1.NonResourcePolicyRule]) -> _What:
    parts = [(_one_of(rule.verbs), _below(rule.non_resource_urls)) for rule in rules]

    def matches(info: RequestInfo) -> bool:
        return any(verbs(info.verb) and below(info.path) for verbs, below in parts)

    return matches


def _below(urls: Sequence[str]) -> _Has:
    """A path that is named, or lies below one that is: upstream takes ``/healthz`` for ``/healthz/*`` as well."""
    if EVERYTHING in urls:
        return lambda _path: True
    exact = frozenset(urls)
    prefixes = tuple(url.removesuffix(EVERYTHING).removesuffix("/") + "/" for url in urls)
    return lambda path: path in exact or path.startswith(prefixes)
