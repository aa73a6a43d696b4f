"""Disruption: how many pods each PodDisruptionBudget allows to be evicted now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from pykube.api import apps_v1, conditions, core_v1, meta_v1, owners, policy_v1, selectors
from pykube.client.informer import Informer

from .availability import is_ready
from .base import Controller, split
from .context import Context
from .rollout import scaled

DELETION_TIMEOUT: Final = 120.0
"""Seconds within which a pod whose eviction was granted should be gone."""


class NoController(Exception):
    """The pods' expected number cannot be told."""


def healthy(pods: Sequence[core_v1.Pod], disrupted: dict[str, datetime], now: datetime) -> int:
    """Pods that are ready and that nobody is about to end."""
    limit = now - timedelta(seconds=DELETION_TIMEOUT)
    return sum(
        is_ready(pod)
        and pod.metadata.deletion_timestamp is None
        and not (pod.metadata.name in disrupted and disrupted[pod.metadata.name] > limit)
        for pod in pods
    )


def still_disrupted(
    pods: Sequence[core_v1.Pod], disrupted: dict[str, datetime], now: datetime
) -> tuple[dict[str, datetime], list[core_v1.Pod]]:
    """Evictions that were granted and have not shown in the pod yet; and the pods that should be gone and are not."""
    limit = now - timedelta(seconds=DELETION_TIMEOUT)
    left: dict[str, datetime] = {}
    overdue: list[core_v1.Pod] = []
    for pod in pods:
        moment = disrupted.get(pod.metadata.name)
        if moment is None or pod.metadata.deletion_timestamp is not None:
            continue
        if moment < limit:
            overdue.append(pod)
        else:
            left[pod.metadata.name] = moment
    return left, overdue


class DisruptionController(Controller):
    """Keys are those of PodDisruptionBudgets."""

    name = "controllermanager"
    workers = 1

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.budgets = self.watch(policy_v1.PodDisruptionBudget)
        self.pods = self.informer(core_v1.Pod)
        self.pods.add_handler(on_add=self._pod, on_update=self._pod_updated, on_delete=self._pod)
        self._scales: dict[str, Informer[Any]] = {
            "ReplicaSet": self.informer(apps_v1.ReplicaSet),
            "ReplicationController": self.informer(core_v1.ReplicationController),
            "StatefulSet": self.informer(apps_v1.StatefulSet),
        }
        self.deployments = self.informer(apps_v1.Deployment)

    def _pod(self, pod: core_v1.Pod) -> None:
        for budget in self.budgets.list(pod.metadata.namespace):
            if selectors.from_label_selector(budget.spec.selector).matches(pod.metadata.labels):
                self.enqueue(budget)

    def _pod_updated(self, old: core_v1.Pod, new: core_v1.Pod) -> None:
        self._pod(new)
        if old.metadata.labels != new.metadata.labels:
            self._pod(old)

    async def sync(self, key: str) -> None:
        namespace, name = split(key)
        budget = self.budgets.get(name, namespace)
        if budget is None:
            return
        selector = selectors.from_label_selector(budget.spec.selector)
        pods = [
            pod
            for pod in self.pods.list(namespace)
            if selector.matches(pod.metadata.labels) and pod.status.phase not in ("Succeeded", "Failed")
        ]
        if not pods:
            self.event(budget, "NoPods", "No matching pods found")
        now = self.clock.now()
        left, overdue = still_disrupted(pods, budget.status.disrupted_pods, now)
        for pod in overdue:
            text = f"Pod was expected by PDB {key} to be deleted but it wasn't"
            self.event(pod, "NotDeleted", text, warning=True)
        try:
            expected, desired = self._expected(budget, pods)
        except NoController as error:
            text = f"Failed to calculate the number of expected pods: {error}"
            self.event(budget, "CalculateExpectedPodCountFailed", text, warning=True)
            await self._write(budget, self._failed(budget, str(error), now))
            return
        await self._write(budget, self._status(budget, pods, left, expected, desired, now))
        if left:
            due = min(left.values()) + timedelta(seconds=DELETION_TIMEOUT)
            self.queue.add_after(key, max((due - now).total_seconds(), 0.0) + 0.1)

    # -- arithmetic

    def _expected(self, budget: policy_v1.PodDisruptionBudget, pods: Sequence[core_v1.Pod]) -> tuple[int, int]:
        """(pods there should be, pods that must stay)."""
        if budget.spec.max_unavailable is not None:
            expected = self._scale(budget, pods)
            return expected, max(expected - scaled(budget.spec.max_unavailable, expected, up=True), 0)
        least = budget.spec.min_available
        if isinstance(least, str):
            expected = self._scale(budget, pods)
            return expected, scaled(least, expected, up=True)
        return len(pods), least or 0

    def _scale(self, budget: policy_v1.PodDisruptionBudget, pods: Sequence[core_v1.Pod]) -> int:
        """The sizes of all that manages these pods, added up."""
        found: dict[str, int] = {}
        unmanaged = []
        for pod in pods:
            reference = owners.controller_of(pod)
            if reference is None:
                unmanaged.append(pod.metadata.name)
            elif reference.uid not in found:
                uid, size = self._size_of(reference, pod)
                found[uid] = size
        if unmanaged:
            text = (
                f"Pods selected by this PodDisruptionBudget (selector: {budget.spec.selector}) were found "
                f"to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, "
                f"which may result in undefined behavior. To account for these pods please set "
                f'".spec.minAvailable" field of the PDB to an integer value.'
            )
            self.event(budget, "UnmanagedPods", text, warning=True)
        return sum(found.values())

    def _size_of(self, reference: meta_v1.OwnerReference, pod: core_v1.Pod) -> tuple[str, int]:
        informer = self._scales.get(reference.kind)
        owner = informer.get(reference.name, pod.metadata.namespace) if informer is not None else None
        if owner is None or owner.metadata.uid != reference.uid:
            raise NoController(f'found no controllers for pod "{pod.metadata.name}"')
        parent = owners.controller_of(owner)
        if parent is not None and parent.kind == "Deployment":
            deployment = self.deployments.get(parent.name, pod.metadata.namespace)
            if deployment is not None and deployment.metadata.uid == parent.uid:
                return parent.uid, _replicas(deployment)
        return reference.uid, _replicas(owner)

    # -- status

    def _status(
        self,
        budget: policy_v1.PodDisruptionBudget,
        pods: Sequence[core_v1.Pod],
        left: dict[str, datetime],
        expected: int,
        desired: int,
        now: datetime,
    ) -> policy_v1.PodDisruptionBudgetStatus:
        current = healthy(pods, left, now)
        allowed = max(current - desired, 0) if expected > 0 else 0
        found = policy_v1.PodDisruptionBudgetStatus(
            observed_generation=budget.metadata.generation,
            disrupted_pods=left,
            disruptions_allowed=allowed,
            current_healthy=current,
            desired_healthy=desired,
            expected_pods=expected,
            conditions=list(budget.status.conditions),
        )
        reason = "SufficientPods" if allowed else "InsufficientPods"
        _put(found, allowed > 0, reason, "", now)
        return found

    def _failed(
        self, budget: policy_v1.PodDisruptionBudget, message: str, now: datetime
    ) -> policy_v1.PodDisruptionBudgetStatus:
        found = msgspec.structs.replace(
            budget.status,
            observed_generation=budget.metadata.generation,
            disruptions_allowed=0,
            conditions=list(budget.status.conditions),
        )
        _put(found, False, "SyncFailed", message, now)
        return found

    async def _write(self, budget: policy_v1.PodDisruptionBudget, status: policy_v1.PodDisruptionBudgetStatus) -> None:
        if status != budget.status:
            await self.client.update(msgspec.structs.replace(budget, status=status), subresource="status")


def _replicas(owner: Any) -> int:
    replicas: int | None = owner.spec.replicas
    return 1 if replicas is None else replicas


def _put(status: policy_v1.PodDisruptionBudgetStatus, allowed: bool, reason: str, message: str, now: datetime) -> None:
    condition = meta_v1.Condition(
        type="DisruptionAllowed",
        status=str(allowed),
        reason=reason,
        message=message,
        observed_generation=status.observed_generation,
    )
    conditions.put(status.conditions, condition, now.replace(microsecond=0))
