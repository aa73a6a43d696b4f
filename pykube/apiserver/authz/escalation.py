"""Nobody grants, by writing a role or a binding, what they do not hold themselves.

Source: pkg/registry/rbac (policybased storages). A caller may pass this by holding the verb ``escalate`` on the role,
or ``bind`` on the role that a binding refers to.
"""

from __future__ import annotations

from collections.abc import Sequence

from pykube.api import rbac_v1
from pykube.errors import Details, Forbidden, NotFound

from ..authn.user import MASTERS, User
from .authorizer import Attributes, Authorizer, quoted
from .rbac import Rbac
from .rbac_index import role_not_found
from .rules import compacted, described, quoted_list, uncovered

GROUP = "rbac.authorization.k8s.io"
EVERYTHING = (
    rbac_v1.PolicyRule(verbs=["*"], api_groups=["*"], resources=["*"]),
    rbac_v1.PolicyRule(verbs=["*"], non_resource_urls=["*"]),
)
RBAC_TYPES = (rbac_v1.Role, rbac_v1.ClusterRole, rbac_v1.RoleBinding, rbac_v1.ClusterRoleBinding)

RbacObject = rbac_v1.Role | rbac_v1.ClusterRole | rbac_v1.RoleBinding | rbac_v1.ClusterRoleBinding


class EscalationCheck:
    """Checks writes of RBAC objects; `authorizer` answers for ``escalate`` and ``bind``."""

    def __init__(self, rbac: Rbac, authorizer: Authorizer) -> None:
        self._rbac = rbac
        self._authorizer = authorizer

    async def check(self, user: User, new: RbacObject, old: RbacObject | None = None) -> None:
        """Called before `new` is stored, `old` being what it replaces.

        Raises:
            Forbidden: `user` would grant more than they hold.
            NotFound: the binding refers to a role that does not exist, and the user may not bind it unseen.
        """
        if MASTERS in user.groups or (old is not None and _same_grant(new, old)):
            return
        if isinstance(new, rbac_v1.Role | rbac_v1.ClusterRole):
            await self._check_role(user, new, old)
        else:
            await self._check_binding(user, new)

    async def _check_role(self, user: User, new: rbac_v1.Role | rbac_v1.ClusterRole, old: RbacObject | None) -> None:
        namespace, name = new.metadata.namespace, new.metadata.name
        resource = "roles" if isinstance(new, rbac_v1.Role) else "clusterroles"
        if await self._may(user, "escalate", resource, namespace, name):
            return
        self._hold_all(user, namespace, new.rules, resource, name)
        if (_aggregates(new) or _aggregates(old)) and uncovered(self._rbac.rules_for(user), EVERYTHING):
            raise _forbidden(resource, name, "must have cluster-admin privileges to use the aggregationRule")

    async def _check_binding(self, user: User, new: rbac_v1.RoleBinding | rbac_v1.ClusterRoleBinding) -> None:
        namespace, role = new.metadata.namespace, new.role_ref
        if await self._may(user, "bind", "roles" if role.kind == "Role" else "clusterroles", namespace, role.name):
            return
        rules = self._rbac.index.rules_of(namespace if role.kind == "Role" else "", role.name)
        if rules is None:
            kind = f"{role.kind.lower()}s"
            raise NotFound(role_not_found(f"{role.kind}s", role.name), Details(role.name, GROUP, kind))
        resource = "rolebindings" if isinstance(new, rbac_v1.RoleBinding) else "clusterrolebindings"
        self._hold_all(user, namespace, [rule.rule for rule in rules], resource, new.metadata.name)

    async def _may(self, user: User, verb: str, resource: str, namespace: str, name: str) -> bool:
        attributes = Attributes(
            user=user, verb=verb, group=GROUP, version="*", resource=resource, namespace=namespace, name=name
        )
        return bool((await self._authorizer.authorize(attributes)).allowed)

    def _hold_all(
        self, user: User, namespace: str, wanted: Sequence[rbac_v1.PolicyRule], resource: str, name: str
    ) -> None:
        missing = uncovered(self._rbac.rules_for(user, namespace), wanted)
        if not missing:
            return
        who = f"user {quoted(user.name)} (groups={quoted_list(user.groups)})"
        rules = "\n".join(sorted({described(rule) for rule in compacted(missing)}))
        message = f"{who} is attempting to grant RBAC permissions not currently held:\n{rules}"
        raise _forbidden(resource, name, message)


def _forbidden(resource: str, name: str, message: str) -> Forbidden:
    text = f"{resource}.{GROUP} {quoted(name)} is forbidden: {message}"
    return Forbidden(text, Details(name=name, group=GROUP, kind=resource))


def _aggregates(role: RbacObject | None) -> bool:
    if not isinstance(role, rbac_v1.ClusterRole) or role.aggregation_rule is None:
        return False
    return bool(role.aggregation_rule.cluster_role_selectors)


def _same_grant(new: RbacObject, old: RbacObject) -> bool:
    """Whether only metadata differs: then nothing is granted that was not granted before."""
    if isinstance(new, rbac_v1.ClusterRole) and isinstance(old, rbac_v1.ClusterRole):
        return new.rules == old.rules and new.aggregation_rule == old.aggregation_rule
    if isinstance(new, rbac_v1.Role) and isinstance(old, rbac_v1.Role):
        return new.rules == old.rules
    if isinstance(new, rbac_v1.RoleBinding) and isinstance(old, rbac_v1.RoleBinding):
        return new.subjects == old.subjects and new.role_ref == old.role_ref
    if isinstance(new, rbac_v1.ClusterRoleBinding) and isinstance(old, rbac_v1.ClusterRoleBinding):
        return new.subjects == old.subjects and new.role_ref == old.role_ref
    return False
