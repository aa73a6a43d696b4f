"""Rules of priority and fairness. Source: pkg/apis/flowcontrol/validation."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .. import names
from ..field_errors import SPEC, STATUS, Errors, Path, duplicate, forbidden, invalid_value, not_supported, required
from ..flowcontrol_bootstrap import EXEMPT, MANDATORY_LEVELS, MANDATORY_SCHEMAS
from ..flowcontrol_v1 import (
    FlowSchema,
    FlowSchemaCondition,
    LimitedPriorityLevelConfiguration,
    NonResourcePolicyRule,
    PolicyRulesWithSubjects,
    PriorityLevelConfiguration,
    PriorityLevelConfigurationCondition,
    QueuingConfiguration,
    ResourcePolicyRule,
    Subject,
)
from . import checks
from .rules import Rules

_PRECEDENCE_MAX = 10_000
_QUEUES_MAX = 10**7
_PRESERVE_ZERO = "flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares"
_ENTROPY_MAX_BITS = 60
_METHODS = ("ByNamespace", "ByUser")
_KINDS = ("Group", "ServiceAccount", "User")
_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch")


def _schema(found: FlowSchema) -> Errors:
    spec, path = found.spec, SPEC.child("matchingPrecedence")
    precedence = spec.matching_precedence
    if precedence <= 0:
        yield invalid_value(path, precedence, "must be a positive value")
    if precedence > _PRECEDENCE_MAX:
        yield invalid_value(path, precedence, f"must not be greater than {_PRECEDENCE_MAX}")
    if precedence == 1 and found.metadata.name != "exempt":
        yield invalid_value(path, precedence, "only the schema named 'exempt' may have matchingPrecedence 1")
    if spec.distinguisher_method is not None:
        place = SPEC.child("distinguisherMethod").child("type")
        yield from checks.supported(place, spec.distinguisher_method.type, _METHODS)
    place = SPEC.child("priorityLevelConfiguration").child("name")
    if not spec.priority_level_configuration.name:
        yield required(place, "must reference a priority level")
    else:
        yield from checks.follows(place, spec.priority_level_configuration.name, names.dns_subdomain)
    for index, rule in enumerate(spec.rules):
        yield from _rule(rule, SPEC.child("rules").index(index))
    mandatory = MANDATORY_SCHEMAS.get(found.metadata.name)
    if mandatory is not None and spec != mandatory.spec:
        yield invalid_value(SPEC, spec, f"spec of '{found.metadata.name}' must equal the fixed value")
    yield from _conditions(found.status.conditions)


def _conditions(conditions: Sequence[FlowSchemaCondition | PriorityLevelConfigurationCondition]) -> Errors:
    seen: set[str] = set()
    for index, condition in enumerate(conditions):
        path = STATUS.child("conditions").index(index).child("type")
        if condition.type in seen:
            yield duplicate(path, condition.type)
        seen.add(condition.type)
        if not condition.type:
            yield required(path)


def _status(new: FlowSchema | PriorityLevelConfiguration, old: FlowSchema | PriorityLevelConfiguration) -> Errors:
    return _conditions(new.status.conditions)


def _rule(rule: PolicyRulesWithSubjects, path: Path) -> Errors:
    if not rule.subjects:
        yield required(path.child("subjects"), "subjects must contain at least one value")
    for index, subject in enumerate(rule.subjects):
        yield from _subject(subject, path.child("subjects").index(index))
    if not rule.resource_rules and not rule.non_resource_rules:
        yield required(path, "at least one of resourceRules and nonResourceRules has to be non-empty")
    for index, resource in enumerate(rule.resource_rules):
        yield from _resource_rule(resource, path.child("resourceRules").index(index))
    for index, other in enumerate(rule.non_resource_rules):
        yield from _other_rule(other, path.child("nonResourceRules").index(index))


def _subject(subject: Subject, path: Path) -> Errors:
    if subject.kind not in _KINDS:
        yield not_supported(path.child("kind"), subject.kind, _KINDS)
        return
    account = subject.service_account
    for kind, field, given in (
        ("ServiceAccount", "serviceAccount", account),
        ("User", "user", subject.user),
        ("Group", "group", subject.group),
    ):
        place = path.child(field)
        if kind != subject.kind:
            if given is not None:
                yield forbidden(place, f"{field} is forbidden when subject kind is not '{kind}'")
        elif given is None:
            yield required(place, f"{field} is required when subject kind is '{kind}'")
        elif not given.name:
            yield required(place.child("name"))
    if subject.kind == "ServiceAccount" and account is not None:
        place = path.child("serviceAccount")
        if account.name not in ("", "*"):
            yield from checks.follows(place.child("name"), account.name, names.dns_subdomain)
        if not account.namespace:
            yield required(place.child("namespace"), "must specify namespace for service account")
        else:
            yield from checks.follows(place.child("namespace"), account.namespace, names.dns_label)


def _verbs(verbs: Sequence[str], path: Path) -> Errors:
    place = path.child("verbs")
    if not verbs:
        yield required(place, "verbs must contain at least one value")
    elif "*" in verbs:
        if len(verbs) > 1:
            yield invalid_value(place, verbs, "if '*' is present, must not specify other verbs")
    elif not set(verbs) <= set(_VERBS):
        yield not_supported(place, verbs, _VERBS)


def _resource_rule(rule: ResourcePolicyRule, path: Path) -> Errors:
    yield from _verbs(rule.verbs, path)
    for field, values, one, others in (
        ("apiGroups", rule.api_groups, "api group", "api groups"),
        ("resources", rule.resources, "resource", "resources"),
    ):
        if not values:
            yield required(path.child(field), f"resource rules must supply at least one {one}")
        elif len(values) > 1 and "*" in values:
            yield invalid_value(path.child(field), values, f"if '*' is present, must not specify other {others}")
    place = path.child("namespaces")
    if not rule.namespaces and not rule.cluster_scope:
        yield required(place, "resource rules that are not cluster scoped must supply at least one namespace")
    elif "*" in rule.namespaces:
        if len(rule.namespaces) > 1:
            yield invalid_value(place, rule.namespaces, "if '*' is present, must not specify other namespaces")
    else:
        for index, namespace in enumerate(rule.namespaces):
            for message in names.dns_label(namespace):
                intro = "each member of this list must be '*' or a DNS-1123 label; "
                yield invalid_value(place.index(index), namespace, intro + message)


def _other_rule(rule: NonResourcePolicyRule, path: Path) -> Errors:
    yield from _verbs(rule.verbs, path)
    place, urls = path.child("nonResourceURLs"), rule.non_resource_urls
    if not urls:
        yield required(place, "nonResourceURLs must contain at least one value")
    elif "*" in urls:
        if len(urls) > 1:
            yield invalid_value(place, urls, "if '*' is present, must not specify other non-resource URLs")
    else:
        for index, url in enumerate(urls):
            if problem := _url_problem(url):
                yield invalid_value(place.index(index), url, problem)


def _url_problem(url: str) -> str:
    if not url:
        return "must not be empty"
    if not url.startswith("/"):
        return "must start with slash"
    if " " in url:
        return "must not contain white-space"
    if "//" in url:
        return "must not contain double slash"
    if url.count("*") > 1 or ("*" in url and not url.endswith("/*")):
        return "wildcard can only do suffix matching"
    return ""


def _level(found: PriorityLevelConfiguration) -> Errors:
    spec, kind = found.spec, SPEC.child("type")
    if _PRESERVE_ZERO in found.metadata.annotations:
        yield forbidden(Path("metadata").child("annotations"), f"annotation '{_PRESERVE_ZERO}' is forbidden")
    if (found.metadata.name == "exempt") != (spec.type == "Exempt"):
        yield invalid_value(kind, spec.type, "must be 'Exempt' if and only if `name` is 'exempt'")
    if spec.type == "Exempt":
        if spec.limited is not None:
            yield forbidden(SPEC.child("limited"), "must be nil if the type is not Limited")
        if spec.exempt is not None:
            yield from _nominal(spec.exempt.nominal_concurrency_shares, SPEC.child("exempt"))
            yield from _lendable(spec.exempt.lendable_percent, SPEC.child("exempt"))
    elif spec.type == "Limited":
        if spec.exempt is not None:
            yield forbidden(SPEC.child("exempt"), "must be nil if the type is Limited")
        if spec.limited is None:
            yield required(SPEC.child("limited"), "must not be empty when type is Limited")
        else:
            yield from _limited(spec.limited, SPEC.child("limited"))
    else:
        yield not_supported(kind, spec.type, ("Exempt", "Limited"))
    yield from _mandatory_level(found)
    yield from _conditions(found.status.conditions)


def _mandatory_level(found: PriorityLevelConfiguration) -> Errors:
    """Of the levels that the server cannot do without, only the shares of the exempt one may be chosen."""
    name, spec = found.metadata.name, found.spec
    if name not in MANDATORY_LEVELS:
        return
    if name == EXEMPT:
        if spec.type != "Exempt" or spec.limited is not None:
            message = f"spec of '{name}' except the 'spec.exempt' field must equal the fixed value"
            yield invalid_value(SPEC, spec, message)
    elif spec != MANDATORY_LEVELS[name].spec:
        yield invalid_value(SPEC, spec, f"spec of '{name}' must equal the fixed value")


def _nominal(shares: int | None, path: Path) -> Errors:
    if shares is not None and shares < 0:
        yield invalid_value(path.child("nominalConcurrencyShares"), shares, "must be a non-negative integer")


def _lendable(percent: int | None, path: Path) -> Errors:
    if percent is not None and not 0 <= percent <= 100:
        yield invalid_value(path.child("lendablePercent"), percent, "must be between 0 and 100, inclusive")


def _limited(found: LimitedPriorityLevelConfiguration, path: Path) -> Errors:
    yield from _nominal(found.nominal_concurrency_shares, path)
    response, place = found.limit_response, path.child("limitResponse")
    if response.type == "Reject":
        if response.queuing is not None:
            message = "must be nil if limited.limitResponse.type is not Limited"
            yield forbidden(place.child("queuing"), message)
    elif response.type != "Queue":
        yield not_supported(place.child("type"), response.type, ("Queue", "Reject"))
    elif response.queuing is None:
        yield required(place.child("queuing"), "must not be empty if limited.limitResponse.type is Limited")
    else:
        yield from _queuing(response.queuing, place.child("queuing"))
    yield from _lendable(found.lendable_percent, path)
    limit = found.borrowing_limit_percent
    if limit is not None and limit < 0:
        message = "if specified, must be a non-negative integer"
        yield invalid_value(path.child("borrowingLimitPercent"), limit, message)


def _queuing(found: QueuingConfiguration, path: Path) -> Errors:
    if found.queue_length_limit <= 0:
        yield invalid_value(path.child("queueLengthLimit"), found.queue_length_limit, "must be positive")
    if found.queues <= 0:
        yield invalid_value(path.child("queues"), found.queues, "must be positive")
    elif found.queues > _QUEUES_MAX:
        yield invalid_value(path.child("queues"), found.queues, f"must not be greater than {_QUEUES_MAX}")
    place = path.child("handSize")
    if found.hand_size <= 0:
        yield invalid_value(place, found.hand_size, "must be positive")
    elif found.hand_size > found.queues:
        yield invalid_value(place, found.hand_size, f"should not be greater than queues ({found.queues})")
    else:
        bits = math.ceil(math.log2(found.queues) * found.hand_size)
        if bits > _ENTROPY_MAX_BITS:
            message = (
                f"required entropy bits of deckSize {found.queues} and handSize {found.hand_size}"
                f" should not be greater than {_ENTROPY_MAX_BITS}"
            )
            yield invalid_value(place, found.hand_size, message)


CATALOG = {
    FlowSchema: Rules(create=_schema, status=_status),
    PriorityLevelConfiguration: Rules(create=_level, status=_status),
}
