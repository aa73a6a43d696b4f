"""ResourceQuota: says in the status of each quota what is used of it.

Admission does not look there: it counts for itself. So a status that is a moment late misleads people, not the cluster.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import msgspec

from pykube.api import core_v1, meta_v1, resource_v1, scheme
from pykube.api.quantity import Quantity
from pykube.api.quota import amounts, evaluators
from pykube.api.quota.evaluators import Evaluator
from pykube.api.scheme import Resource
from pykube.client.informer import Informer

from .base import Controller, split
from .context import Context

RESYNC: Final = 300.0
"""Seconds until a quota is counted anew even though nothing seems to have changed, as upstream has it."""

_READ: Final = (core_v1.Pod, core_v1.Service, core_v1.PersistentVolumeClaim, resource_v1.ResourceClaim)
"""Kinds of which more than the metadata counts."""


class ResourceQuotaController(Controller):
    """Keys are those of ResourceQuotas."""

    name = "resourcequota-controller"
    workers = 1

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._kinds = context.kinds
        self.quotas = self.informer(core_v1.ResourceQuota)
        self.quotas.add_handler(on_add=self.enqueue, on_update=self._changed)
        self._read: dict[str, Informer[Any]] = {}
        for cls in _READ:
            resource = scheme.resource_of(cls)
            self._read[resource.group_resource] = informer = self.informer(cls)
            self._follow(resource, informer)
        self._kinds.on_change(self._came_or_went)

    async def started(self) -> None:
        await self._kinds.start()

    def _changed(self, old: core_v1.ResourceQuota, new: core_v1.ResourceQuota) -> None:
        """Bounds in the status that are not those in force are mended at once, a wrong use with the next count."""
        if old.spec != new.spec or new.status.hard != new.spec.hard:
            self.enqueue(new)

    def _follow(self, resource: Resource, informer: Informer[Any]) -> None:
        """Count again when an object of a kind that is read has changed what it uses."""
        evaluator = evaluators.evaluator(resource)

        def changed(old: Any, new: Any) -> None:
            namespace = new.metadata.namespace
            if self.quotas.list(namespace) and evaluator.charge(old) != evaluator.charge(new):
                self._count_again(evaluator, namespace)

        informer.add_handler(
            on_add=lambda new: self._count_again(evaluator, new.metadata.namespace),
            on_update=changed,
            on_delete=lambda old: self._count_again(evaluator, old.metadata.namespace),
        )

    def _came_or_went(self, resource: Resource, old: meta_v1.ObjectMeta | None, new: meta_v1.ObjectMeta | None) -> None:
        meta = new or old
        if meta is not None and meta.namespace and (old is None or new is None):
            self._count_again(evaluators.evaluator(resource), meta.namespace)

    def _count_again(self, evaluator: Evaluator, namespace: str) -> None:
        for quota in self.quotas.list(namespace):
            if evaluator.names(quota.spec.hard):
                self.enqueue(quota)

    async def sync(self, key: str) -> None:
        namespace, name = split(key)
        quota = self.quotas.get(name, namespace)
        if quota is None:
            return
        now = self.clock.now()
        hard = quota.spec.hard
        used, ends = self._used(quota, now)
        kept = {each: amount for each, amount in quota.status.used.items() if each in hard}
        status = core_v1.ResourceQuotaStatus(hard=dict(hard), used={**kept, **used})
        if status != quota.status:
            await self.client.update(msgspec.structs.replace(quota, status=status), subresource="status")
        wait = min([RESYNC, *((end - now).total_seconds() + 1.0 for end in ends)])
        self.queue.add_after(key, wait)

    def _used(self, quota: core_v1.ResourceQuota, now: datetime) -> tuple[dict[str, Quantity], list[datetime]]:
        """What is used, and when some of it will no longer count; names of kinds that are not known are left out."""
        found: dict[str, Quantity] = {}
        ends: list[datetime] = []
        for resource in self._kinds.resources():
            evaluator = evaluators.evaluator(resource)
            names = evaluator.names(quota.spec.hard) if resource.namespaced else None
            if not names:
                continue
            objects = self._objects(resource, quota.metadata.namespace)
            if evaluator.reads:
                charges = [evaluator.charge(each) for each in objects]
                ends += [charge.ends for charge in charges if charge.ends is not None and charge.ends >= now]
                counted = evaluators.used(quota.spec, names, charges, now)
            else:
                counted = evaluators.used_by_many(quota.spec, names, evaluator.charge(None), sum(1 for _ in objects))
            amounts.add(found, counted)
        return found, ends

    def _objects(self, resource: Resource, namespace: str) -> Iterable[Any]:
        informer = self._read.get(resource.group_resource)
        return informer.list(namespace) if informer is not None else self._kinds.list(resource, namespace)
