"""ReplicaSet: as many pods of a template as were asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

import msgspec

from pykube import errors
from pykube.api import apps_v1, conditions, core_v1, owners, selectors

from . import adoption
from .availability import is_active, is_available, is_ready, is_terminating, next_available
from .base import Controller, key_of, split
from .context import Context
from .deletion_order import pods_to_delete
from .expectations import Expectations
from .indexes import BY_CONTROLLER, ORPHANS, index_by_controller
from .pod_control import PodControl, namespace_is_ending, pod_from_template, slow_start

BURST: Final = 500
"""Pods created or deleted in one go."""


class ReplicaSetController(Controller):
    """Works for ReplicaSets; ReplicationControllers differ in `kind`, `selector` and `condition` alone."""

    name = "replicaset-controller"
    kind: ClassVar[type[Any]] = apps_v1.ReplicaSet
    condition: ClassVar[type[Any]] = apps_v1.ReplicaSetCondition

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.expectations = Expectations(self.clock)
        self.pod_control = PodControl(self)
        self.sets = self.watch(self.kind)
        self.sets.add_handler(on_delete=lambda each: self.expectations.forget(key_of(each)))
        self.pods = self.informer(core_v1.Pod)
        index_by_controller(self.pods)
        index_by_controller(self.sets)
        self.pods.add_handler(on_add=self._pod_added, on_update=self._pod_updated, on_delete=self._pod_deleted)

    # -- what differs between kinds

    def selector(self, owner: Any) -> selectors.LabelSelector:
        return selectors.from_label_selector(owner.spec.selector)

    def template(self, owner: Any) -> core_v1.PodTemplateSpec:
        found: core_v1.PodTemplateSpec = owner.spec.template
        return found

    # -- events of pods

    def _owner_of(self, pod: core_v1.Pod) -> Any:
        reference = owners.controller_of(pod)
        if reference is None or reference.kind != self.kind().kind:
            return None
        owner = self.sets.get(reference.name, pod.metadata.namespace)
        return owner if owner is not None and owner.metadata.uid == reference.uid else None

    def _pod_added(self, pod: core_v1.Pod) -> None:
        if pod.metadata.deletion_timestamp is not None:
            self._pod_deleted(pod)
            return
        owner = self._owner_of(pod)
        if owner is not None:
            self.expectations.created(key_of(owner))
            self.enqueue(owner)
        elif owners.controller_of(pod) is None:
            self._offer(pod)

    def _pod_updated(self, old: core_v1.Pod, pod: core_v1.Pod) -> None:
        if pod.metadata.deletion_timestamp is not None:
            self._pod_deleted(pod)
            return
        moved = old.metadata.labels != pod.metadata.labels or owners.controller_of(old) != owners.controller_of(pod)
        if moved and (former := self._owner_of(old)) is not None:
            self.enqueue(former)
        owner = self._owner_of(pod)
        if owner is not None:
            self.enqueue(owner)
        elif moved and owners.controller_of(pod) is None:
            self._offer(pod)

    def _pod_deleted(self, pod: core_v1.Pod) -> None:
        owner = self._owner_of(pod)
        if owner is not None:
            self.expectations.deleted(key_of(owner), pod.metadata.uid)
            self.enqueue(owner)

    def _offer(self, pod: core_v1.Pod) -> None:
        """An orphan: whoever selects it may want it."""
        for owner in self.sets.list(pod.metadata.namespace):
            if self.selector(owner).matches(pod.metadata.labels):
                self.enqueue(owner)

    # -- sync

    async def sync(self, key: str) -> None:
        namespace, name = split(key)
        owner = self.sets.get(name, namespace)
        if owner is None:
            self.expectations.forget(key)
            return
        satisfied = self.expectations.satisfied(key)
        candidates = self.pods.by_index(BY_CONTROLLER, owner.metadata.uid) + self.pods.by_index(ORPHANS, namespace)
        selector = self.selector(owner)
        claim = adoption.plan(owner, selector, (pod for pod in candidates if is_active(pod)))
        active = await adoption.carry_out(self.client, owner, claim)
        failure: errors.ApiError | None = None
        if satisfied and owner.metadata.deletion_timestamp is None:
            failure = await self._converge(key, owner, active)
        now = self.clock.now()
        await self._write_status(owner, self.status(owner, active, failure, now))
        if failure is not None:
            raise failure
        if owner.spec.min_ready_seconds:
            wait = next_available(active, owner.spec.min_ready_seconds, now)
            if wait is not None:
                self.queue.add_after(key, wait)

    async def _converge(self, key: str, owner: Any, active: Sequence[core_v1.Pod]) -> errors.ApiError | None:
        missing = _replicas(owner) - len(active)
        if missing > 0:
            return await self._create(key, owner, min(missing, BURST))
        if missing < 0:
            return await self._delete(key, owner, active, min(-missing, BURST))
        return None

    async def _create(self, key: str, owner: Any, count: int) -> errors.ApiError | None:
        self.expectations.expect_creations(key, count)

        async def create() -> None:
            try:
                await self.pod_control.create(owner, pod_from_template(self.template(owner), owner))
            except errors.ApiError as error:
                if not namespace_is_ending(error):
                    raise
                self.expectations.created(key)

        succeeded, failure = await slow_start(count, create)
        for _ in range(count - succeeded):
            self.expectations.created(key)
        return failure

    async def _delete(self, key: str, owner: Any, active: Sequence[core_v1.Pod], count: int) -> errors.ApiError | None:
        doomed = pods_to_delete(active, self._related(owner), count, self.clock.now())
        self.expectations.expect_deletions(key, (pod.metadata.uid for pod in doomed))

        async def delete(pod: core_v1.Pod) -> errors.ApiError | None:
            try:
                await self.pod_control.delete(owner, pod)
            except errors.ApiError as error:
                self.expectations.deleted(key, pod.metadata.uid)
                return None if isinstance(error, errors.NotFound) else error
            return None

        results = await asyncio.gather(*(delete(pod) for pod in doomed))
        return next((failure for failure in results if failure is not None), None)

    def _related(self, owner: Any) -> list[core_v1.Pod]:
        """The pods of all sets that the same Deployment manages: they share nodes with these."""
        parent = owners.controller_of(owner)
        siblings = [owner] if parent is None else self.sets.by_index(BY_CONTROLLER, parent.uid)
        return [pod for each in siblings for pod in self.pods.by_index(BY_CONTROLLER, each.metadata.uid)]

    # -- status

    def status(self, owner: Any, active: Sequence[core_v1.Pod], failure: errors.ApiError | None, now: datetime) -> Any:
        """What the status should say."""
        labels = selectors.from_labels(self.template(owner).metadata.labels)
        found = msgspec.structs.replace(
            owner.status,
            replicas=len(active),
            fully_labeled_replicas=sum(labels.matches(pod.metadata.labels) for pod in active),
            ready_replicas=sum(is_ready(pod) for pod in active),
            available_replicas=sum(is_available(pod, owner.spec.min_ready_seconds, now) for pod in active),
            observed_generation=owner.metadata.generation,
            conditions=list(owner.status.conditions),
        )
        self.count_terminating(owner, found)
        old = conditions.find(found.conditions, "ReplicaFailure")
        if failure is None:
            conditions.drop(found.conditions, "ReplicaFailure")
        elif old is None:
            short = _replicas(owner) > len(active)
            found.conditions.append(
                self.condition(
                    type="ReplicaFailure",
                    status="True",
                    reason="FailedCreate" if short else "FailedDelete",
                    message=str(failure),
                    last_transition_time=now.replace(microsecond=0),
                )
            )
        return found

    def count_terminating(self, owner: Any, status: Any) -> None:
        """Deployments need to know how many pods are on their way out (KEP-3973)."""
        selector = self.selector(owner)
        status.terminating_replicas = sum(
            is_terminating(pod) and selector.matches(pod.metadata.labels)
            for pod in self.pods.by_index(BY_CONTROLLER, owner.metadata.uid)
        )

    async def _write_status(self, owner: Any, status: Any) -> None:
        if status == owner.status:
            return
        try:
            await self.client.update(msgspec.structs.replace(owner, status=status), subresource="status")
        except errors.Conflict:
            fresh = await self.client.get(self.kind, owner.metadata.name, owner.metadata.namespace)
            if fresh.metadata.uid == owner.metadata.uid:
                await self.client.update(msgspec.structs.replace(fresh, status=status), subresource="status")


def _replicas(owner: Any) -> int:
    replicas: int | None = owner.spec.replicas
    return 1 if replicas is None else replicas
