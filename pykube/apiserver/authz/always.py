"""The two authorizers that look at nothing: for tests, and for clusters that somebody else guards."""

from __future__ import annotations

from pykube.api.rbac_v1 import PolicyRule

from ..authn.user import User
from .authorizer import Attributes, Decision, Permissions


class AlwaysAllow:
    """Everybody may do everything."""

    async def authorize(self, attributes: Attributes) -> Decision:
        return Decision(True)

    def permissions(self, user: User, namespace: str) -> Permissions:
        return Permissions(
            (
                PolicyRule(verbs=["*"], api_groups=["*"], resources=["*"]),
                PolicyRule(verbs=["*"], non_resource_urls=["*"]),
            )
        )


class AlwaysDeny:
    """Allows nobody anything; authorizers after it may, as it has no opinion, which is how upstream has it."""

    async def authorize(self, attributes: Attributes) -> Decision:
        return Decision(None, "Everything is forbidden.")

    def permissions(self, user: User, namespace: str) -> Permissions:
        return Permissions()
