"""Several authorizers as one, and the group that may do everything."""

from __future__ import annotations

from collections.abc import Sequence

from ..authn.user import MASTERS
from .authorizer import Attributes, Authorizer, Decision


class Masters:
    """``system:masters`` may do everything, whatever RBAC says: the way back in when RBAC is broken."""

    async def authorize(self, attributes: Attributes) -> Decision:
        return Decision(True if MASTERS in attributes.user.groups else None)


class Union:
    """Asks each authorizer in turn; the first with an opinion decides, and no opinion at all means no."""

    def __init__(self, authorizers: Sequence[Authorizer]) -> None:
        self._authorizers = tuple(authorizers)

    async def authorize(self, attributes: Attributes) -> Decision:
        reasons: list[str] = []
        for authorizer in self._authorizers:
            decision = await authorizer.authorize(attributes)
            if decision.allowed is not None:
                return decision
            if decision.reason:
                reasons.append(decision.reason)
        return Decision(None, "\n".join(reasons))
