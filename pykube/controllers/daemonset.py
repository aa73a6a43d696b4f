"""DaemonSet: one pod on each node that its template allows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from pykube import errors
from pykube.aio.backoff import Backoff
from pykube.api import apps_v1, core_v1, meta_v1, owners, selectors

from . import adoption, daemon_plan
from .availability import is_available, is_ready, next_available
from .base import Controller, key_of, split
from .context import Context
from .expectations import Expectations
from .history import REVISION_LABEL, History, hash_of
from .indexes import BY_CONTROLLER, ORPHANS, index_by_controller
from .pod_control import PodControl, namespace_is_ending, pod_from_template

BURST: Final = 250
TEMPLATE_GENERATION: Final = "deprecated.daemonset.template.generation"


class DaemonSetController(Controller):
    """Keys are those of DaemonSets."""

    name = "daemonset-controller"
    workers = 2

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.expectations = Expectations(self.clock)
        self.pod_control = PodControl(self)
        self._failures: dict[tuple[str, str], tuple[Backoff, float]] = {}
        self.daemons = self.watch(apps_v1.DaemonSet)
        self.nodes = self.informer(core_v1.Node)
        self.nodes.add_handler(on_add=self._node, on_update=self._node_updated, on_delete=self._node)
        self.pods = self.informer(core_v1.Pod)
        index_by_controller(self.pods)
        self.pods.add_handler(on_add=self._pod_added, on_update=self._pod_updated, on_delete=self._pod_deleted)
        self.history = History(self.client, self.informer(apps_v1.ControllerRevision))

    # -- events

    def _node(self, node: core_v1.Node) -> None:
        for daemon in self.daemons.list():
            self.enqueue(daemon)

    def _node_updated(self, old: core_v1.Node, new: core_v1.Node) -> None:
        if old.metadata.labels != new.metadata.labels or old.spec.taints != new.spec.taints:
            self._node(new)

    def _owner_of(self, pod: core_v1.Pod) -> apps_v1.DaemonSet | None:
        reference = owners.controller_of(pod)
        if reference is None or reference.kind != "DaemonSet":
            return None
        found = self.daemons.get(reference.name, pod.metadata.namespace)
        return found if found is not None and found.metadata.uid == reference.uid else None

    def _pod_added(self, pod: core_v1.Pod) -> None:
        owner = self._owner_of(pod)
        if owner is not None:
            self.expectations.created(key_of(owner))
            self.enqueue(owner)

    def _pod_updated(self, old: core_v1.Pod, new: core_v1.Pod) -> None:
        for owner in (self._owner_of(old), self._owner_of(new)):
            if owner is not None:
                if new.metadata.deletion_timestamp is not None:
                    self.expectations.deleted(key_of(owner), new.metadata.uid)
                self.enqueue(owner)

    def _pod_deleted(self, pod: core_v1.Pod) -> None:
        owner = self._owner_of(pod)
        if owner is not None:
            self.expectations.deleted(key_of(owner), pod.metadata.uid)
            self.enqueue(owner)

    # -- sync

    async def sync(self, key: str) -> None:
        namespace, name = split(key)
        daemon = self.daemons.get(name, namespace)
        if daemon is None:
            self.expectations.forget(key)
            return
        if daemon.spec.selector == meta_v1.LabelSelector():
            message = "This daemon set is selecting all pods. A non-empty selector is required."
            self.event(daemon, "SelectingAll", message, warning=True)
            return
        if daemon.metadata.deletion_timestamp is not None:
            return
        selector = selectors.from_label_selector(daemon.spec.selector)
        revisions = await self.history.claim(daemon, selector.matches)
        current = await self._current(daemon, revisions)
        pods = await self._pods(daemon, selector)
        nodes = self.nodes.list()
        now = self.clock.now()
        mark = hash_of(current)
        if self.expectations.satisfied(key):
            plan = daemon_plan.manage(daemon, nodes, pods, mark, now)
            plan.delete += self._failed(daemon, plan.failed)
            if not plan.create and not plan.delete and daemon.spec.update_strategy.type == "RollingUpdate":
                plan = daemon_plan.roll(daemon, nodes, pods, mark, now)
            await self._carry_out(key, daemon, plan, mark)
        in_use = {current.metadata.name} | {
            f"{name}-{pod.metadata.labels.get(REVISION_LABEL, '')}" for here in pods.values() for pod in here
        }
        await self.history.trim(revisions, in_use, daemon.spec.revision_history_limit)
        await self._write_status(daemon, nodes, pods, mark, now)

    async def _current(
        self, daemon: apps_v1.DaemonSet, revisions: Sequence[apps_v1.ControllerRevision]
    ) -> apps_v1.ControllerRevision:
        try:
            return await self.history.current(daemon, revisions, daemon.spec.template.metadata.labels)
        except errors.AlreadyExists:
            count = (daemon.status.collision_count or 0) + 1
            status = msgspec.structs.replace(daemon.status, collision_count=count)
            await self.client.update(msgspec.structs.replace(daemon, status=status), subresource="status")
            raise

    async def _pods(self, daemon: apps_v1.DaemonSet, selector: selectors.LabelSelector) -> dict[str, list[core_v1.Pod]]:
        candidates = self.pods.by_index(BY_CONTROLLER, daemon.metadata.uid) + self.pods.by_index(
            ORPHANS, daemon.metadata.namespace
        )
        found: dict[str, list[core_v1.Pod]] = {}
        for pod in await adoption.carry_out(self.client, daemon, adoption.plan(daemon, selector, candidates)):
            ended = pod.status.phase in ("Succeeded", "Failed")
            name = daemon_plan.target_of(pod)
            if name and not (ended and pod.metadata.deletion_timestamp is not None):
                found.setdefault(name, []).append(pod)
        return found

    def _failed(self, daemon: apps_v1.DaemonSet, pods: Sequence[core_v1.Pod]) -> list[core_v1.Pod]:
        """Failed pods to delete now; a node where they fail over and over is tried less and less often."""
        found = []
        now = self.clock.monotonic()
        for pod in pods:
            place = (daemon.metadata.uid, pod.spec.node_name)
            backoff, until = self._failures.get(place, (Backoff(base=1.0, cap=900.0), 0.0))
            if now < until:
                self.queue.add_after(key_of(daemon), until - now)
                continue
            self._failures[place] = (backoff, now + backoff.next())
            where = f"{key_of(pod)} on node {pod.spec.node_name}"
            self.event(daemon, "FailedDaemonPod", f"Found failed daemon pod {where}, will try to kill it", warning=True)
            found.append(pod)
        return found

    async def _carry_out(self, key: str, daemon: apps_v1.DaemonSet, plan: daemon_plan.Plan, mark: str) -> None:
        create, delete = plan.create[:BURST], plan.delete[:BURST]
        if not create and not delete:
            return
        self.expectations.expect(key, len(create), (pod.metadata.uid for pod in delete))
        results = await asyncio.gather(
            *(self._create(key, daemon, name, mark) for name in create),
            *(self._delete(key, daemon, pod) for pod in delete),
        )
        failure = next((each for each in results if each is not None), None)
        if failure is not None:
            raise failure

    async def _create(self, key: str, daemon: apps_v1.DaemonSet, node_name: str, mark: str) -> errors.ApiError | None:
        pod = pod_from_template(daemon.spec.template, daemon)
        pod.metadata.labels[REVISION_LABEL] = mark
        generation = daemon.metadata.annotations.get(TEMPLATE_GENERATION)
        if generation:
            pod.metadata.labels["pod-template-generation"] = generation
        pod.spec = daemon_plan.pinned(daemon_plan.daemon_spec(pod.spec), node_name)
        try:
            await self.pod_control.create(daemon, pod)
        except errors.ApiError as error:
            self.expectations.created(key)
            return None if namespace_is_ending(error) else error
        return None

    async def _delete(self, key: str, daemon: apps_v1.DaemonSet, pod: core_v1.Pod) -> errors.ApiError | None:
        try:
            await self.pod_control.delete(daemon, pod)
        except errors.ApiError as error:
            self.expectations.deleted(key, pod.metadata.uid)
            return None if isinstance(error, errors.NotFound) else error
        return None

    async def _write_status(
        self,
        daemon: apps_v1.DaemonSet,
        nodes: Sequence[core_v1.Node],
        pods: daemon_plan.Pods,
        mark: str,
        now: datetime,
    ) -> None:
        seconds = daemon.spec.min_ready_seconds
        wanted = [node.metadata.name for node in nodes if daemon_plan.should_run(daemon, node)[0]]
        first = [daemon_plan.oldest(pods[name]) for name in wanted if pods.get(name)]
        available = sum(is_available(pod, seconds, now) for pod in first)
        status = msgspec.structs.replace(
            daemon.status,
            desired_number_scheduled=len(wanted),
            current_number_scheduled=len(first),
            number_misscheduled=sum(
                bool(pods.get(node.metadata.name)) for node in nodes if node.metadata.name not in wanted
            ),
            number_ready=sum(is_ready(pod) for pod in first),
            updated_number_scheduled=sum(pod.metadata.labels.get(REVISION_LABEL) == mark for pod in first),
            number_available=available,
            number_unavailable=len(wanted) - available,
            observed_generation=daemon.metadata.generation,
        )
        if status != daemon.status:
            await self.client.update(msgspec.structs.replace(daemon, status=status), subresource="status")
        if seconds and (wait := next_available(first, seconds, now)) is not None:
            self.queue.add_after(key_of(daemon), wait)
