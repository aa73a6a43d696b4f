"""ResourceQuota: a namespace holds no more than its quotas allow.

What is used is counted from the watch caches at each write that a quota bounds, so it can neither drift nor lag; what
other writes have been promised and have not stored yet is counted as well. The status of a quota, which a controller
writes, plays no part.
"""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from pykube.api import core_v1
from pykube.api.quota import amounts, evaluators, pods
from pykube.api.quota.charge import Charge
from pykube.api.quota.evaluators import Evaluator

from ... import statuses
from ...write import Operation, Write
from .memory import Place, QuotaMemory


class ResourceQuota:
    """The admission plugin; it remembers the objects it let in until their writes are over."""

    name: ClassVar = "ResourceQuota"

    def __init__(self) -> None:
        self._memory = QuotaMemory()

    async def __call__(self, write: Write) -> None:
        """Let an object in, or let it grow.

        Raises:
            Forbidden: a quota is exceeded, or a container says nothing about what a quota bounds.
        """
        if write.operation not in (Operation.CREATE, Operation.UPDATE) or not write.resource.namespaced:
            return
        cache = write.registry.cache(core_v1.ResourceQuota)
        if not len(cache):
            return
        if not cache.snapshot(write.namespace):
            self._memory.forget(write.namespace)
            return
        evaluator = evaluators.evaluator(write.resource)
        if write.resource.group_resource not in evaluators.UNBOUNDED and _handles(write, evaluator):
            self._admit(write, evaluator)

    def _admit(self, write: Write, evaluator: Evaluator) -> None:
        charge = evaluator.charge(write.object)
        bounding = [
            (quota, names)
            for quota in write.registry.list(core_v1.ResourceQuota, write.namespace)
            if (names := evaluator.names(quota.spec.hard)) and charge.counts_for(quota.spec)
        ]
        if not bounding:
            return
        usage = charge.at(write.registry.clock.now())
        if below := amounts.negative(usage):
            raise statuses.forbidden(
                write.resource, write.name, f"quota usage is negative for resource(s): {','.join(below)}"
            )
        for quota, names in bounding:
            self._check(write, evaluator, charge, quota, names)
        if not write.dry_run:
            place = Place(write.resource.group_resource, write.namespace, write.name)
            self._memory.promise(place, charge)
            write.release.append(partial(self._memory.settle, place))

    def _check(
        self, write: Write, evaluator: Evaluator, charge: Charge, quota: core_v1.ResourceQuota, names: set[str]
    ) -> None:
        name = quota.metadata.name
        if write.resource.group_resource == "pods" and (silent := pods.silent(names, write.object)):
            raise statuses.forbidden(write.resource, write.name, f"failed quota: {name}: must specify {silent}")
        now = write.registry.clock.now()
        before = evaluator.charge(write.old) if write.old is not None else None
        known = before.at(now) if before is not None and before.counts_for(quota.spec) else {}
        wanted = amounts.only(amounts.growth(charge.at(now), known), names)
        if not wanted:
            return
        used = self._memory.used(write, evaluator, quota.spec, wanted.keys())
        over = amounts.exceeding({each: used[each] + wanted[each] for each in wanted}, quota.spec.hard)
        if over:
            requested, taken, limited = (
                amounts.text(amounts.only(each, over)) for each in (wanted, used, quota.spec.hard)
            )
            why = f"exceeded quota: {name}, requested: {requested}, used: {taken}, limited: {limited}"
            raise statuses.forbidden(write.resource, write.name, why)


def _handles(write: Write, evaluator: Evaluator) -> bool:
    """Whether a write can use more than before."""
    if write.operation is Operation.CREATE:
        return not write.subresource
    if write.resource.group_resource == "pods":
        if write.subresource:
            return write.subresource == "resize"
        return pods.is_terminating(write.object) is not pods.is_terminating(write.old)
    return evaluator.on_update and not write.subresource
