"""What a pod says about the nodes it wants: selectors, affinity, tolerations, spreading."""

from __future__ import annotations

from collections.abc import Iterable

from .. import names
from ..core_v1 import (
    Affinity,
    NodeAffinity,
    NodeSelector,
    NodeSelectorRequirement,
    NodeSelectorTerm,
    PodAffinity,
    PodAffinityTerm,
    PodAntiAffinity,
    Toleration,
    TopologySelectorTerm,
    TopologySpreadConstraint,
)
from ..field_errors import Errors, Path, duplicate, forbidden, invalid_value, not_supported, required
from ..meta_v1 import LabelSelector
from . import checks, meta

TAINT_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_UNSATISFIABLE = ("DoNotSchedule", "ScheduleAnyway")
_NODE_POLICIES = ("Honor", "Ignore")
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_WEIGHT = "must be in the range 1-100"


def affinity(found: Affinity, path: Path) -> Errors:
    if found.node_affinity is not None:
        yield from node_affinity(found.node_affinity, path.child("nodeAffinity"))
    if found.pod_affinity is not None:
        yield from _pod_affinity(found.pod_affinity, path.child("podAffinity"))
    if found.pod_anti_affinity is not None:
        yield from _pod_affinity(found.pod_anti_affinity, path.child("podAntiAffinity"))


def node_affinity(found: NodeAffinity, path: Path) -> Errors:
    required_terms = found.required_during_scheduling_ignored_during_execution
    if required_terms is not None:
        yield from node_selector(required_terms, path.child(_REQUIRED))
    for index, term in enumerate(found.preferred_during_scheduling_ignored_during_execution):
        place = path.child(_PREFERRED).index(index)
        yield from _weight(term.weight, place)
        yield from _term(term.preference, place.child("preference"), check_values=False)


def _weight(weight: int, path: Path) -> Errors:
    if not 1 <= weight <= 100:
        yield invalid_value(path.child("weight"), weight, _WEIGHT)


def node_selector(found: NodeSelector, path: Path) -> Errors:
    place = path.child("nodeSelectorTerms")
    if not found.node_selector_terms:
        yield required(place, "must have at least one node selector term")
    for index, term in enumerate(found.node_selector_terms):
        yield from _term(term, place.index(index), check_values=True)


def _term(term: NodeSelectorTerm, path: Path, *, check_values: bool) -> Errors:
    for index, requirement in enumerate(term.match_expressions):
        yield from _expression(requirement, path.child("matchExpressions").index(index), check_values=check_values)
    for index, requirement in enumerate(term.match_fields):
        yield from _field(requirement, path.child("matchFields").index(index))


def _expression(found: NodeSelectorRequirement, path: Path, *, check_values: bool) -> Errors:
    values = path.child("values")
    if found.operator in ("In", "NotIn"):
        if not found.values:
            yield required(values, "must be specified when `operator` is 'In' or 'NotIn'")
    elif found.operator in ("Exists", "DoesNotExist"):
        if found.values:
            yield forbidden(values, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
    elif found.operator in ("Gt", "Lt"):
        if len(found.values) != 1:
            yield required(values, "must be specified single value when `operator` is 'Lt' or 'Gt'")
    else:
        yield invalid_value(path.child("operator"), found.operator, "not a valid selector operator")
    yield from checks.follows(path.child("key"), found.key, names.qualified_name)
    if check_values:
        for index, value in enumerate(found.values):
            yield from checks.follows(values.index(index), value, names.label_value)


def _field(found: NodeSelectorRequirement, path: Path) -> Errors:
    if found.operator in ("In", "NotIn"):
        if len(found.values) != 1:
            message = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
            yield required(path.child("values"), message)
    else:
        yield invalid_value(path.child("operator"), found.operator, "not a valid selector operator")
    if found.key != "metadata.name":
        yield invalid_value(path.child("key"), found.key, "not a valid field selector key")
        return
    for index, value in enumerate(found.values):
        yield from checks.follows(path.child("values").index(index), value, names.dns_subdomain)


def _pod_affinity(found: PodAffinity | PodAntiAffinity, path: Path) -> Errors:
    for index, term in enumerate(found.required_during_scheduling_ignored_during_execution):
        yield from _pod_term(term, path.child(_REQUIRED).index(index))
    for index, weighted in enumerate(found.preferred_during_scheduling_ignored_during_execution):
        place = path.child(_PREFERRED).index(index)
        yield from _weight(weighted.weight, place)
        yield from _pod_term(weighted.pod_affinity_term, place.child("podAffinityTerm"))


def _pod_term(term: PodAffinityTerm, path: Path) -> Errors:
    yield from meta.label_selector(term.label_selector, path.child("labelSelector"))
    yield from meta.label_selector(term.namespace_selector, path.child("namespaceSelector"))
    for name in term.namespaces:
        yield from checks.follows(path.child("namespace"), name, names.dns_label)
    yield from _label_keys(term.match_label_keys, term.mismatch_label_keys, term.label_selector, path)
    if not term.topology_key:
        yield required(path.child("topologyKey"), "can not be empty")
    yield from checks.follows(path.child("topologyKey"), term.topology_key, names.qualified_name)


def _label_keys(matching: list[str], other: list[str], selector: LabelSelector | None, path: Path) -> Errors:
    """Keys whose values are taken from the pod itself."""
    for name, keys in (("matchLabelKeys", matching), ("mismatchLabelKeys", other)):
        if keys and selector is None:
            yield forbidden(path.child(name), "must not be specified when labelSelector is not set")
            continue
        for index, key in enumerate(keys):
            yield from checks.follows(path.child(name).index(index), key, names.qualified_name)
    if selector is not None:
        seen = set(selector.match_labels)
        for expression in selector.match_expressions:
            if expression.key in matching and expression.key in seen:
                place = path.index(matching.index(expression.key))
                yield invalid_value(place, expression.key, "exists in both matchLabelKeys and labelSelector")
            seen.add(expression.key)
    for index, key in enumerate(matching):
        if key in other:
            place = path.child("matchLabelKeys").index(index)
            yield invalid_value(place, key, "exists in both matchLabelKeys and mismatchLabelKeys")


def tolerations(found: Iterable[Toleration], path: Path) -> Errors:
    for index, toleration in enumerate(found):
        yield from _toleration(toleration, path.index(index))


def _toleration(found: Toleration, path: Path) -> Errors:
    operator = path.child("operator")
    if found.key:
        yield from checks.follows(path.child("key"), found.key, names.qualified_name)
    elif found.operator != "Exists":
        message = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
        yield invalid_value(operator, found.operator, message)
    if found.toleration_seconds is not None and found.effect != "NoExecute":
        message = "effect must be 'NoExecute' when `tolerationSeconds` is set"
        yield invalid_value(path.child("effect"), found.effect, message)
    if found.operator in ("", "Equal"):
        messages = names.label_value(found.value)
        if messages:
            yield invalid_value(operator, found.value, ";".join(messages))
    elif found.operator == "Exists":
        if found.value:
            yield invalid_value(operator, found.value, "value must be empty when `operator` is 'Exists'")
    elif found.operator in ("Lt", "Gt"):
        yield from checks.follows(path.child("value"), found.value, names.decimal_integer)
    else:
        yield not_supported(operator, found.operator, ("Equal", "Exists"))
    if found.effect and found.effect not in TAINT_EFFECTS:
        yield not_supported(path.child("effect"), found.effect, TAINT_EFFECTS)


def spreading(found: list[TopologySpreadConstraint], path: Path) -> Errors:
    for index, constraint in enumerate(found):
        place = path.index(index)
        yield from checks.positive(place.child("maxSkew"), constraint.max_skew)
        if not constraint.topology_key:
            yield required(place.child("topologyKey"), "can not be empty")
        yield from checks.supported(place.child("whenUnsatisfiable"), constraint.when_unsatisfiable, _UNSATISFIABLE)
        kind = (constraint.topology_key, constraint.when_unsatisfiable)
        if any((other.topology_key, other.when_unsatisfiable) == kind for other in found[index + 1 :]):
            yield duplicate(place.child("{topologyKey, whenUnsatisfiable}"), f"{{{kind[0]}, {kind[1]}}}")
        yield from _min_domains(constraint, place.child("minDomains"))
        for name, policy in (
            ("nodeAffinityPolicy", constraint.node_affinity_policy),
            ("nodeTaintsPolicy", constraint.node_taints_policy),
        ):
            if policy is not None:
                yield from checks.supported(place.child(name), policy, _NODE_POLICIES)
        yield from _label_keys(constraint.match_label_keys, [], constraint.label_selector, place)
        yield from meta.label_selector(constraint.label_selector, place.child("labelSelector"))


def _min_domains(constraint: TopologySpreadConstraint, path: Path) -> Errors:
    if constraint.min_domains is None:
        return
    yield from checks.positive(path, constraint.min_domains)
    if constraint.when_unsatisfiable != "DoNotSchedule":
        yield invalid_value(
            path,
            constraint.min_domains,
            "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " + constraint.when_unsatisfiable,
        )


def topology_terms(found: list[TopologySelectorTerm], path: Path) -> Errors:
    """Where a StorageClass makes volumes."""
    for index, term in enumerate(found):
        seen: set[str] = set()
        for position, requirement in enumerate(term.match_label_expressions):
            place = path.index(index).child("matchLabelExpressions").index(position)
            if not requirement.values:
                yield required(place.child("values"))
            yield from checks.unique(place.child("values"), requirement.values)
            yield from checks.follows(place.child("key"), requirement.key, names.qualified_name)
            if requirement.key in seen:
                yield duplicate(place.child("key"), requirement.key)
            seen.add(requirement.key)
