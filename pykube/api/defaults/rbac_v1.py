"""Defaults of RBAC: who is meant by a subject without a group."""

from __future__ import annotations

from .. import rbac_v1

_GROUP = "rbac.authorization.k8s.io"


def _binding(found: rbac_v1.RoleBinding | rbac_v1.ClusterRoleBinding) -> None:
    found.role_ref.api_group = found.role_ref.api_group or _GROUP
    for subject in found.subjects:
        if not subject.api_group and subject.kind in ("User", "Group"):
            subject.api_group = _GROUP


TABLE = {rbac_v1.RoleBinding: _binding, rbac_v1.ClusterRoleBinding: _binding}
