"""Writes into aggregating ClusterRoles, such as admin, edit and view, what they gather.

The authorizer gathers for itself and depends on none of this; it is for those who read the object.
Source: pkg/controller/clusterroleaggregation.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from pykube.aio.clock import Clock, SystemClock
from pykube.api import codec, rbac_v1, selectors
from pykube.errors import ApiError

if TYPE_CHECKING:
    from ...registry import Registry
    from ...watch_cache import CacheEvent

log = logging.getLogger(__name__)

SETTLE = 0.5
"""Seconds after a change before roles are gathered anew: roles seldom come alone."""


class Aggregation:
    """Keeps aggregating roles up to date while the server runs."""

    def __init__(self, registry: Registry, clock: Clock | None = None) -> None:
        self._registry = registry
        self._clock = clock or SystemClock()
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Gather after each change of a ClusterRole, until cancelled."""
        unsubscribe = self._registry.cache(rbac_v1.ClusterRole).subscribe(self._note)
        try:
            while True:
                await self._changed.wait()
                await self._clock.sleep(SETTLE)
                self._changed.clear()
                await aggregate(self._registry)
        finally:
            unsubscribe()

    def _note(self, event: CacheEvent) -> None:
        self._changed.set()


async def aggregate(registry: Registry) -> None:
    """Write what every aggregating role gathers now."""
    for gathered in gathered_roles(registry.list(rbac_v1.ClusterRole)):
        try:
            await registry.update(gathered)
        except ApiError as error:
            log.info("role %s was not gathered: %s", gathered.metadata.name, error)


def gathered_roles(roles: list[rbac_v1.ClusterRole]) -> list[rbac_v1.ClusterRole]:
    """Copies of the aggregating roles among `roles` whose rules are not what their selectors gather."""
    by_name = {role.metadata.name: codec.copy(role) for role in roles}
    changed: set[str] = set()
    for _ in range(len(by_name)):
        stale = [role for role in by_name.values() if _gather(role, by_name)]
        if not stale:
            break
        changed.update(role.metadata.name for role in stale)
    return [by_name[name] for name in sorted(changed)]


def _gather(role: rbac_v1.ClusterRole, roles: dict[str, rbac_v1.ClusterRole]) -> bool:
    """Set the rules of an aggregating role; answers whether they changed."""
    if role.aggregation_rule is None:
        return False
    rules: list[rbac_v1.PolicyRule] = []
    for selector in role.aggregation_rule.cluster_role_selectors:
        matching = selectors.from_label_selector(selector)
        for name in sorted(roles):
            if name != role.metadata.name and matching.matches(roles[name].metadata.labels):
                rules.extend(rule for rule in roles[name].rules if rule not in rules)
    if rules == role.rules:
        return False
    role.rules = rules
    return True
