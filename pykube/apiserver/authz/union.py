"""Several authorizers as one, and the group that may do everything."""

from __future__ import annotations

from collections.abc import Sequence

from pykube.api.rbac_v1 import PolicyRule

from ..authn.user import MASTERS, User
from .authorizer import NO_OPINION, Attributes, Authorizer, Decision, Permissions, RuleResolver

_ALLOWED = Decision(True)


class Masters:
    """``system:masters`` may do everything, whatever RBAC says: the way back in when RBAC is broken."""

    async def authorize(self, attributes: Attributes) -> Decision:
        return _ALLOWED if MASTERS in attributes.user.groups else NO_OPINION


class Union:
    """Asks each authorizer in turn; the first with an opinion decides, and no opinion at all means no."""

    def __init__(self, authorizers: Sequence[Authorizer]) -> None:
        self._authorizers = tuple(authorizers)

    async def authorize(self, attributes: Attributes) -> Decision:
        reasons: list[str] = []
        errors: list[str] = []
        for authorizer in self._authorizers:
            decision = await authorizer.authorize(attributes)
            if decision.allowed is not None:
                return decision
            if decision.reason:
                reasons.append(decision.reason)
            if decision.error:
                errors.append(decision.error)
        if not reasons and not errors:
            return NO_OPINION
        return Decision(None, "\n".join(reasons), joined(errors))


class Rules:
    """What several resolvers list, one after the other."""

    def __init__(self, resolvers: Sequence[RuleResolver]) -> None:
        self._resolvers = tuple(resolvers)

    def permissions(self, user: User, namespace: str) -> Permissions:
        found = [resolver.permissions(user, namespace) for resolver in self._resolvers]
        rules: list[PolicyRule] = [rule for one in found for rule in one.rules]
        errors = [one.error for one in found if one.error]
        return Permissions(tuple(rules), any(one.incomplete for one in found), joined(errors))


def joined(errors: Sequence[str]) -> str:
    """Several errors in one line, the same text never twice."""
    texts = list(dict.fromkeys(errors))
    return f"[{', '.join(texts)}]" if len(texts) > 1 else "".join(texts)
