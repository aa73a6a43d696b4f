"""Role-based access control: allowed is what some role allows that the caller holds; there is no deny.

Source: rbac.authorization.k8s.io/v1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pykube.api import codec, rbac_v1

from ..authn.user import User
from .authorizer import NO_OPINION, Attributes, Decision, Permissions
from .rbac_index import RbacIndex

if TYPE_CHECKING:
    from ..registry import Registry
    from ..watch_cache import CacheEvent


class Rbac:
    """The authorizer over an index of roles and bindings."""

    def __init__(self, index: RbacIndex | None = None) -> None:
        self.index = index or RbacIndex()

    def follow(self, registry: Registry) -> None:
        """Keep the index like the registry's roles and bindings, from now on."""
        for cls in (rbac_v1.ClusterRole, rbac_v1.Role):
            registry.cache(cls).subscribe(self._follower(cls, self.index.put_role, self.index.drop_role))
        for binding in (rbac_v1.ClusterRoleBinding, rbac_v1.RoleBinding):
            registry.cache(binding).subscribe(
                self._follower(binding, self.index.put_binding, self.index.drop_binding),
            )

    @staticmethod
    def _follower(
        cls: type, put: Callable[..., None], drop: Callable[[str, str], None]
    ) -> Callable[[CacheEvent], None]:
        def changed(event: CacheEvent) -> None:
            if event.type == "DELETED":
                drop(event.object.namespace, event.object.name)
            else:
                put(codec.decode(cls, event.object.data))

        return changed

    async def authorize(self, attributes: Attributes) -> Decision:
        return self.decide(attributes)

    def decide(self, attributes: Attributes) -> Decision:
        """The same without waiting."""
        holdings = self.index.holdings(attributes.user, attributes.namespace if attributes.is_resource else "")
        reason = holdings.reason(attributes)
        if reason is not None:
            return Decision(True, reason)
        return Decision(None, _missing(holdings.missing)) if holdings.missing else NO_OPINION

    def rules_for(self, user: User, namespace: str = "") -> list[rbac_v1.PolicyRule]:
        """Every rule that `user` holds in the cluster and in `namespace`."""
        return [rule.rule for held in self.index.holdings(user, namespace).held for rule in held.rules]

    def permissions(self, user: User, namespace: str) -> Permissions:
        """The same, for a rules review."""
        return Permissions(tuple(self.rules_for(user, namespace)))


def _missing(errors: list[str]) -> str:
    """What to say about bindings to roles that do not exist."""
    return f"RBAC: {errors[0]}" if len(errors) == 1 else f"RBAC: [{', '.join(errors)}]"
