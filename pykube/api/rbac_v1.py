"""``rbac.authorization.k8s.io/v1``: roles and their bindings."""

from __future__ import annotations

from typing import Annotated

from . import meta_v1
from .schema import ListAtomic, Required, Struct, always, atomic, constant


class PolicyRule(Struct):
    """Verbs that are allowed on resources or paths."""

    verbs: Annotated[list[str], Required, ListAtomic] = always(list)
    """What may be done: get, list, watch, create, update, patch, delete and others; * is everything."""
    api_groups: Annotated[list[str], ListAtomic] = []
    """Groups of the resources; empty text is the core group, * every group."""
    resources: Annotated[list[str], ListAtomic] = []
    """Resources by plural name, with subresources as pods/log; * is all."""
    resource_names: Annotated[list[str], ListAtomic] = []
    """Only objects with these names; empty: all. Does not limit create, as there is no name yet."""
    non_resource_urls: Annotated[list[str], ListAtomic] = []
    """Paths outside resources, such as /healthz; a * may stand at the end. Only in cluster roles."""


@atomic
class Subject(Struct):
    """A user, group or service account."""

    kind: Annotated[str, Required] = always(str)
    """User, Group or ServiceAccount."""
    api_group: str = ""
    """rbac.authorization.k8s.io for users and groups (their default), empty for service accounts."""
    name: Annotated[str, Required] = always(str)
    """Name of the user, group or service account."""
    namespace: str = ""
    """Namespace of the service account; empty for the others."""


@atomic
class RoleRef(Struct):
    """The role that a binding grants; cannot be changed."""

    api_group: str = always(str)
    """rbac.authorization.k8s.io."""
    kind: Annotated[str, Required] = always(str)
    """Role or ClusterRole."""
    name: Annotated[str, Required] = always(str)
    """Name of the role."""


class Role(Struct):
    """Rights within one namespace."""

    api_version: str = constant("rbac.authorization.k8s.io/v1")
    kind: str = constant("Role")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    rules: Annotated[list[PolicyRule], ListAtomic] = always(list)
    """What the role allows."""


class RoleBinding(Struct):
    """Grants a role to subjects within one namespace."""

    api_version: str = constant("rbac.authorization.k8s.io/v1")
    kind: str = constant("RoleBinding")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    subjects: Annotated[list[Subject], ListAtomic] = []
    """Who gets the rights."""
    role_ref: Annotated[RoleRef, Required] = always(RoleRef)
    """A Role of this namespace, or a ClusterRole whose rights are then limited to this namespace."""


class RoleBindingList(Struct):
    api_version: str = constant("rbac.authorization.k8s.io/v1")
    kind: str = constant("RoleBindingList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[RoleBinding], Required] = always(list)


class RoleList(Struct):
    api_version: str = constant("rbac.authorization.k8s.io/v1")
    kind: str = constant("RoleList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[Role], Required] = always(list)


class ClusterRole(Struct):
    """Rights in the whole cluster, or in whichever namespace it is bound."""

    api_version: str = constant("rbac.authorization.k8s.io/v1")
    kind: str = constant("ClusterRole")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    rules: Annotated[list[PolicyRule], ListAtomic] = always(list)
    """What the role allows. Overwritten by the controller when there is an aggregationRule."""
    aggregation_rule: AggregationRule | None = None
    """Collects the rules of other cluster roles into this one."""


class AggregationRule(Struct):
    """Which cluster roles are collected into another one."""

    cluster_role_selectors: Annotated[list[meta_v1.LabelSelector], ListAtomic] = []
    """A cluster role that any of these selects is collected."""


class ClusterRoleBinding(Struct):
    """Grants a cluster role to subjects everywhere."""

    api_version: str = constant("rbac.authorization.k8s.io/v1")
    kind: str = constant("ClusterRoleBinding")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    subjects: Annotated[list[Subject], ListAtomic] = []
    """Who gets the rights."""
    role_ref: Annotated[RoleRef, Required] = always(RoleRef)
    """The ClusterRole whose rights are given in every namespace and outside of them."""


class ClusterRoleBindingList(Struct):
    api_version: str = constant("rbac.authorization.k8s.io/v1")
    kind: str = constant("ClusterRoleBindingList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[ClusterRoleBinding], Required] = always(list)


class ClusterRoleList(Struct):
    api_version: str = constant("rbac.authorization.k8s.io/v1")
    kind: str = constant("ClusterRoleList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[ClusterRole], Required] = always(list)
