"""The default roles and bindings as API objects."""

from __future__ import annotations

from collections.abc import Iterator

from pykube.api import meta_v1, rbac_v1

from .agents import AGENT_BINDINGS, AGENT_ROLES
from .bindings import BINDINGS
from .components import COMPONENTS
from .controllers import CONTROLLERS
from .form import Binding, Role, Rule, account, user
from .namespaced import NAMESPACED_BINDINGS, NAMESPACED_ROLES
from .user_facing import USER_FACING

GROUP = "rbac.authorization.k8s.io"
AUTOUPDATE = "rbac.authorization.kubernetes.io/autoupdate"
BOOTSTRAPPING = {"kubernetes.io/bootstrapping": "rbac-defaults"}
CONTROLLER_PREFIX = "system:controller:"
CONTROLLER_MANAGER = "system:kube-controller-manager"


def cluster_roles() -> Iterator[rbac_v1.ClusterRole]:
    """Every default ClusterRole."""
    for role in (*USER_FACING, *COMPONENTS, *AGENT_ROLES):
        yield _cluster_role(role, role.name)
    for role in CONTROLLERS:
        yield _cluster_role(role, CONTROLLER_PREFIX + role.name)


def cluster_role_bindings() -> Iterator[rbac_v1.ClusterRoleBinding]:
    """Every default ClusterRoleBinding.

    Each controller's service account holds the role of its name, and so does the user that our controllers run as:
    all in one process, they share its connection and its caches.
    """
    for binding in (*BINDINGS, *AGENT_BINDINGS):
        yield _cluster_binding(binding)
    for role in CONTROLLERS:
        name = CONTROLLER_PREFIX + role.name
        yield _cluster_binding(Binding(name, name, (account("kube-system", role.name), user(CONTROLLER_MANAGER))))


def roles() -> Iterator[rbac_v1.Role]:
    """Every default Role."""
    for role in NAMESPACED_ROLES:
        yield rbac_v1.Role(
            metadata=_metadata(role.name, namespace=role.namespace), rules=[_rule(rule) for rule in role.rules]
        )


def role_bindings() -> Iterator[rbac_v1.RoleBinding]:
    """Every default RoleBinding."""
    for binding in NAMESPACED_BINDINGS:
        yield rbac_v1.RoleBinding(
            metadata=_metadata(binding.name, namespace=binding.namespace),
            role_ref=rbac_v1.RoleRef(api_group=GROUP, kind="Role", name=binding.role),
            subjects=_subjects(binding),
        )


def _metadata(name: str, *, namespace: str = "", aggregate_to: str = "") -> meta_v1.ObjectMeta:
    labels = dict(BOOTSTRAPPING)
    if aggregate_to:
        labels[f"{GROUP}/aggregate-to-{aggregate_to}"] = "true"
    return meta_v1.ObjectMeta(name=name, namespace=namespace, labels=labels, annotations={AUTOUPDATE: "true"})


def _rule(rule: Rule) -> rbac_v1.PolicyRule:
    return rbac_v1.PolicyRule(
        verbs=list(rule.verbs),
        api_groups=list(rule.groups),
        resources=list(rule.resources),
        resource_names=list(rule.names),
        non_resource_urls=list(rule.paths),
    )


def _cluster_role(role: Role, name: str) -> rbac_v1.ClusterRole:
    found = rbac_v1.ClusterRole(
        metadata=_metadata(name, aggregate_to=role.aggregate_to), rules=[_rule(rule) for rule in role.rules]
    )
    if role.aggregates:
        selector = meta_v1.LabelSelector(match_labels={f"{GROUP}/aggregate-to-{role.aggregates}": "true"})
        found.aggregation_rule = rbac_v1.AggregationRule(cluster_role_selectors=[selector])
    return found


def _cluster_binding(binding: Binding) -> rbac_v1.ClusterRoleBinding:
    return rbac_v1.ClusterRoleBinding(
        metadata=_metadata(binding.name),
        role_ref=rbac_v1.RoleRef(api_group=GROUP, kind="ClusterRole", name=binding.role),
        subjects=_subjects(binding),
    )


def _subjects(binding: Binding) -> list[rbac_v1.Subject]:
    return [
        rbac_v1.Subject(
            kind=subject.kind,
            name=subject.name,
            namespace=subject.namespace,
            api_group="" if subject.kind == "ServiceAccount" else GROUP,
        )
        for subject in binding.subjects
    ]
