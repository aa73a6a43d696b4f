"""Rules of RBAC. Source: pkg/apis/rbac/validation."""

from __future__ import annotations

from .. import names
from ..field_errors import Errors, Path, invalid_value, not_supported, required
from ..rbac_v1 import ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, Subject
from . import checks, meta
from .rules import Rules

_GROUP = "rbac.authorization.k8s.io"
_ROLE_REF = Path("roleRef")
_KINDS = ("ServiceAccount", "User", "Group")


def _rules(found: list[PolicyRule], *, namespaced: bool) -> Errors:
    for index, rule in enumerate(found):
        path = Path("rules").index(index)
        if not rule.verbs:
            yield required(path.child("verbs"), "verbs must contain at least one value")
        if rule.non_resource_urls:
            place = path.child("nonResourceURLs")
            if namespaced:
                message = "namespaced rules cannot apply to non-resource URLs"
                yield invalid_value(place, rule.non_resource_urls, message)
            if rule.api_groups or rule.resources or rule.resource_names:
                message = "rules cannot apply to both regular resources and non-resource URLs"
                yield invalid_value(place, rule.non_resource_urls, message)
            continue
        if not rule.api_groups:
            yield required(path.child("apiGroups"), "resource rules must supply at least one api group")
        if not rule.resources:
            yield required(path.child("resources"), "resource rules must supply at least one resource")


def _role(found: Role) -> Errors:
    yield from _rules(found.rules, namespaced=True)


def _cluster_role(found: ClusterRole) -> Errors:
    yield from _rules(found.rules, namespaced=False)
    if found.aggregation_rule is None:
        return
    path = Path("aggregationRule").child("clusterRoleSelectors")
    selectors = found.aggregation_rule.cluster_role_selectors
    if not selectors:
        yield required(path, "at least one clusterRoleSelector required if aggregationRule is non-nil")
    for index, selector in enumerate(selectors):
        yield from meta.label_selector(selector, path.index(index))


def _binding(found: RoleBinding | ClusterRoleBinding, kinds: tuple[str, ...]) -> Errors:
    role = found.role_ref
    if role.api_group != _GROUP:
        yield not_supported(_ROLE_REF.child("apiGroup"), role.api_group, (_GROUP,))
    if role.kind not in kinds:
        yield not_supported(_ROLE_REF.child("kind"), role.kind, kinds)
    yield from checks.named(_ROLE_REF.child("name"), role.name, names.path_segment)
    for index, subject in enumerate(found.subjects):
        yield from _subject(subject, Path("subjects").index(index), namespaced=isinstance(found, RoleBinding))


def _subject(subject: Subject, path: Path, *, namespaced: bool) -> Errors:
    if not subject.name:
        yield required(path.child("name"))
    if subject.kind == "ServiceAccount":
        if subject.name:
            yield from checks.follows(path.child("name"), subject.name, names.dns_subdomain)
        if subject.api_group:
            yield not_supported(path.child("apiGroup"), subject.api_group, ("",))
        if not namespaced and not subject.namespace:
            yield required(path.child("namespace"))
    elif subject.kind not in _KINDS:
        yield not_supported(path.child("kind"), subject.kind, _KINDS)
    elif subject.api_group != _GROUP:
        yield not_supported(path.child("apiGroup"), subject.api_group, (_GROUP,))


def _role_binding(found: RoleBinding) -> Errors:
    yield from _binding(found, ("Role", "ClusterRole"))


def _role_binding_update(new: RoleBinding, old: RoleBinding) -> Errors:
    yield from _role_binding(new)
    if new.role_ref != old.role_ref:
        yield invalid_value(_ROLE_REF, new.role_ref, "cannot change roleRef")


def _cluster_role_binding(found: ClusterRoleBinding) -> Errors:
    yield from _binding(found, ("ClusterRole",))


def _cluster_role_binding_update(new: ClusterRoleBinding, old: ClusterRoleBinding) -> Errors:
    yield from _cluster_role_binding(new)
    if new.role_ref != old.role_ref:
        yield invalid_value(_ROLE_REF, new.role_ref, "cannot change roleRef")


CATALOG = {
    Role: Rules(name=names.path_segment, create=_role),
    ClusterRole: Rules(name=names.path_segment, create=_cluster_role),
    RoleBinding: Rules(name=names.path_segment, create=_role_binding, update=_role_binding_update),
    ClusterRoleBinding: Rules(
        name=names.path_segment, create=_cluster_role_binding, update=_cluster_role_binding_update
    ),
}
