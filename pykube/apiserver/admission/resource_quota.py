"""ResourceQuota: a namespace holds no more than its quotas allow.

What is used is counted anew from the watch caches at each write that a quota bounds, so it can neither drift nor lag;
what other writes have been promised and have not stored yet is counted as well.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from pykube.api import core_v1
from pykube.api.quantity import Quantity

from .. import statuses
from ..watch_cache import WatchCache
from ..write import Operation, Write
from . import quota_usage

Key = tuple[str, str, str]
"""Resource, namespace and name."""


class ResourceQuota:
    """The admission plugin; it remembers the objects it let in until their writes are over."""

    def __init__(self) -> None:
        self._promised: dict[Key, Any] = {}

    async def __call__(self, write: Write) -> None:
        """Let a new object in.

        Raises:
            Forbidden: a quota is exceeded, or a container says nothing about what a quota bounds.
        """
        resource = write.resource
        if write.operation is not Operation.CREATE or write.subresource or not resource.namespaced:
            return
        cache = write.registry.cache(core_v1.ResourceQuota)
        if not len(cache) or not cache.snapshot(write.namespace):
            return
        names = quota_usage.names_of(resource)
        bounded = False
        for quota in write.registry.list(core_v1.ResourceQuota, write.namespace):
            if names & quota.spec.hard.keys() and quota_usage.in_scope(quota, resource, write.object):
                bounded = True
                self._check(write, quota)
        if bounded and not write.dry_run:
            key = (resource.group_resource, write.namespace, write.name)
            self._promised[key] = write.object
            write.release.append(partial(self._promised.pop, key, None))

    def _check(self, write: Write, quota: core_v1.ResourceQuota) -> None:
        name = quota.metadata.name
        if write.is_for("pods") and (silent := quota_usage.missing(quota, write.object)):
            raise statuses.forbidden(write.resource, write.name, f"failed quota: {name}: must specify {silent}")
        wanted = quota_usage.usage_of(write.resource, write.object)
        used = self._used(write, quota)
        zero = Quantity.of(0)
        over = [
            bound
            for bound, amount in wanted.items()
            if bound in quota.spec.hard and amount and used.get(bound, zero) + amount > quota.spec.hard[bound]
        ]
        if not over:
            return
        requested = ",".join(f"{bound}={wanted[bound]}" for bound in sorted(over))
        taken = ",".join(f"{bound}={used.get(bound, zero)}" for bound in sorted(over))
        limited = ",".join(f"{bound}={quota.spec.hard[bound]}" for bound in sorted(over))
        why = f"exceeded quota: {name}, requested: {requested}, used: {taken}, limited: {limited}"
        raise statuses.forbidden(write.resource, write.name, why)

    def _used(self, write: Write, quota: core_v1.ResourceQuota) -> dict[str, Quantity]:
        """What the objects of the namespace use, those promised included."""
        resource, used = write.resource, dict[str, Quantity]()
        storage = write.registry.storage(resource)
        for cached in storage.cache.snapshot(write.namespace):
            obj = storage.decode(cached.data)
            if quota_usage.in_scope(quota, resource, obj):
                quota_usage.add(used, quota_usage.usage_of(resource, obj))
        for obj in self._promises(storage.cache, write.namespace):
            if quota_usage.in_scope(quota, resource, obj):
                quota_usage.add(used, quota_usage.usage_of(resource, obj))
        return used

    def _promises(self, cache: WatchCache, namespace: str) -> list[Any]:
        """Objects let in that the cache does not show yet."""
        plural = cache.resource.group_resource
        return [
            obj
            for (kind, place, name), obj in self._promised.items()
            if (kind, place) == (plural, namespace) and cache.find(place, name) is None
        ]
