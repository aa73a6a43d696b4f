"""``rbac.authorization.k8s.io/v1``: roles and their bindings."""

from __future__ import annotations

from typing import Annotated

from . import meta_v1
from .schema import ListAtomic, Required, Struct, always, atomic, constant


class PolicyRule(Struct):
    """Verbs that are allowed on resources or paths."""

    verbs: Annotated[list[str], Required, ListAtomic] = always(list)
    api_groups: Annotated[list[str], ListAtomic] = []
    resources: Annotated[list[str], ListAtomic] = []
    resource_names: Annotated[list[str], ListAtomic] = []
    non_resource_urls: Annotated[list[str], ListAtomic] = []


@atomic
class Subject(Struct):
    """A user, group or service account."""

    kind: Annotated[str, Required] = always(str)
    api_group: str = ""
    name: Annotated[str, Required] = always(str)
    namespace: str = ""


@atomic
class RoleRef(Struct):
    api_group: str = always(str)
    kind: Annotated[str, Required] = always(str)
    name: Annotated[str, Required] = always(str)


class Role(Struct):
    """Rights within one namespace."""

    api_version: str = constant("rbac.authorization.k8s.io/v1")
    kind: str = constant("Role")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    rules: Annotated[list[PolicyRule], ListAtomic] = always(list)


class RoleBinding(Struct):
    """Grants a role to subjects within one namespace."""

    api_version: str = constant("rbac.authorization.k8s.io/v1")
    kind: str = constant("RoleBinding")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    subjects: Annotated[list[Subject], ListAtomic] = []
    role_ref: Annotated[RoleRef, Required] = always(RoleRef)


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
    aggregation_rule: AggregationRule | None = None


class AggregationRule(Struct):
    cluster_role_selectors: Annotated[list[meta_v1.LabelSelector], ListAtomic] = []


class ClusterRoleBinding(Struct):
    """Grants a cluster role to subjects everywhere."""

    api_version: str = constant("rbac.authorization.k8s.io/v1")
    kind: str = constant("ClusterRoleBinding")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    subjects: Annotated[list[Subject], ListAtomic] = []
    role_ref: Annotated[RoleRef, Required] = always(RoleRef)


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
