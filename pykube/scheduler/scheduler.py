"""The scheduler's shell: it feeds the cache and the queue from the API, and carries out what a cycle decides."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from pykube import errors
from pykube.aio.clock import Clock
from pykube.aio.tasks import Supervisor
from pykube.api import conditions, core_v1, meta_v1, policy_v1
from pykube.client.informer import InformerSet
from pykube.client.rest import Client, PatchKind

from .cluster import Cluster
from .cycle import Cycle
from .feed import NAME, Feed
from .fit_error import FitError
from .plugins import default_plugins
from .podinfo import PodInfo
from .preemption import PREEMPTED, Candidate, Preemption
from .queue import QueuedPod, SchedulingQueue
from .recorder import Recorder

log = logging.getLogger(__name__)

BATCH: Final = 20
"""Cycles in a row before others in the process get their turn."""


class Scheduler:
    """Places the pods that ask for `NAME`."""

    def __init__(self, client: Client, informers: InformerSet, recorder: Recorder, clock: Clock) -> None:
        self._client = client
        self._recorder = recorder
        self._clock = clock
        self._plugins = default_plugins()
        self.cluster = Cluster()
        self.cycle = Cycle(self.cluster, self._plugins)
        self.queue = SchedulingQueue({plugin.name: plugin.events for plugin in self._plugins})
        self._preemption = Preemption(self.cluster, self.cycle)
        self._budgets = informers.informer(policy_v1.PodDisruptionBudget)
        self._wake = asyncio.Event()
        self._tasks = Supervisor(clock)
        self._feed = Feed(informers, self.cluster, self.queue, self.cycle, clock, self._wake.set)

    async def run(self) -> None:
        """Schedule until cancelled."""
        await self._feed.wait_synced()
        await self._budgets.wait_synced()
        try:
            while True:
                self._wake.clear()
                self._drain()
                if not self._wake.is_set():
                    await self._rest()
                else:
                    await asyncio.sleep(0)
        finally:
            await self._tasks.close()

    def _drain(self) -> None:
        """Try up to `BATCH` pods that are ready to be tried."""
        for _ in range(BATCH):
            queued = self.queue.pop(self._clock.monotonic())
            if queued is None:
                return
            try:
                self._schedule(queued)
            except Exception:
                log.exception("scheduling %s failed", queued.info.key)
                self.queue.failed(queued, self._clock.monotonic(), ())
        self._wake.set()

    async def _rest(self) -> None:
        """Wait for an event, or for a backoff to end."""
        deadline = self.queue.next_deadline()
        if deadline is None:
            await self._wake.wait()
            return
        timer = asyncio.ensure_future(self._clock.sleep(max(deadline - self._clock.monotonic(), 0.0)))
        waiter = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait((timer, waiter), return_when=asyncio.FIRST_COMPLETED)
        finally:
            timer.cancel()
            waiter.cancel()

    def _schedule(self, queued: QueuedPod) -> None:
        pod = queued.info
        found = self.cycle.place(pod)
        if isinstance(found, str):
            self.cluster.assume(pod, found)
            self.cluster.withdraw(pod.uid)
            self._tasks.start(f"bind {pod.key}", self._bind(queued, found))
            return
        self._reject(queued, found)

    # -- success

    async def _bind(self, queued: QueuedPod, node_name: str) -> None:
        pod = queued.info
        metadata = pod.pod.metadata
        binding = core_v1.Binding(
            metadata=meta_v1.ObjectMeta(name=metadata.name, namespace=metadata.namespace, uid=metadata.uid),
            target=core_v1.ObjectReference(kind="Node", name=node_name),
        )
        try:
            await self._client.create_subresource(core_v1.Pod, metadata.name, metadata.namespace, "binding", binding)
        except errors.ApiError as error:
            self._bind_failed(queued, node_name, error)
            return
        self.queue.remove(pod.uid)
        message = f"Successfully assigned {pod.key} to {node_name}"
        self._recorder.event(pod.pod, "Normal", "Scheduled", message)

    def _bind_failed(self, queued: QueuedPod, node_name: str, error: errors.ApiError) -> None:
        pod = queued.info
        self.cluster.forget(pod.uid)
        if isinstance(error, errors.NotFound):
            log.info("%s was gone before it could be bound to %s", pod.key, node_name)
            self.queue.remove(pod.uid)
            return
        log.warning("binding %s to %s failed: %s", pod.key, node_name, error)
        self._recorder.event(pod.pod, "Warning", "FailedScheduling", f"binding rejected: {error}")
        self.queue.failed(queued, self._clock.monotonic(), ())
        self._wake.set()

    # -- failure

    def _reject(self, queued: QueuedPod, error: FitError) -> None:
        pod = queued.info
        nominated = pod.pod.status.nominated_node_name
        if error.nodes and not error.message:
            outcome = self._preemption.attempt(pod, error, self._budgets.list())
            if outcome.message:
                error.after = f"preemption: {outcome.message}"
            if outcome.candidate is not None:
                nominated = outcome.candidate.node
                self.cluster.nominate(pod, nominated)
                self._tasks.start(f"preempt for {pod.key}", self._preempt(pod, outcome.candidate))
            elif not outcome.keep_nomination:
                nominated = ""
                self.cluster.withdraw(pod.uid)
        # Without any node nobody rejected it; what helps then is what helps NodeName, a new node.
        plugins = error.plugins or ({"NodeName"} if not error.nodes else set())
        self.queue.failed(queued, self._clock.monotonic(), plugins)
        message = str(error)
        self._recorder.event(pod.pod, "Warning", "FailedScheduling", message)
        self._tasks.start(f"status of {pod.key}", self._tell_status(pod, message, nominated))

    async def _tell_status(self, pod: PodInfo, message: str, nominated: str) -> None:
        """Write the PodScheduled condition and the nomination, where they differ from what is there."""
        old = conditions.find(pod.pod.status.conditions, "PodScheduled")
        same = old is not None and (old.status, old.reason, old.message) == ("False", "Unschedulable", message)
        if same and nominated == pod.pod.status.nominated_node_name:
            return
        kept = old.last_transition_time if old is not None and old.status == "False" else None
        condition = {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": message,
            "lastTransitionTime": _text(kept or self._clock.now()),
            "observedGeneration": pod.pod.metadata.generation,
        }
        status = {"conditions": [condition], "nominatedNodeName": nominated or None}
        await self._patch_status(pod, status)

    async def _preempt(self, pod: PodInfo, candidate: Candidate) -> None:
        """End the victims; their ends bring the pod back from the queue."""
        for victim in candidate.victims:
            condition = {
                "type": "DisruptionTarget",
                "status": "True",
                "reason": PREEMPTED,
                "message": f"{NAME}: preempting to accommodate a higher priority pod",
                "lastTransitionTime": _text(self._clock.now()),
            }
            await self._patch_status(victim, {"conditions": [condition]})
            metadata = victim.pod.metadata
            try:
                await self._client.delete(core_v1.Pod, metadata.name, metadata.namespace, uid=metadata.uid)
            except (errors.NotFound, errors.Conflict):
                continue
            message = f"Preempted by pod {pod.uid} on node {candidate.node}"
            self._recorder.event(victim.pod, "Normal", "Preempted", message)

    async def _patch_status(self, pod: PodInfo, status: Mapping[str, object]) -> None:
        metadata = pod.pod.metadata
        body = {"metadata": {"uid": metadata.uid}, "status": status}
        try:
            await self._client.patch(
                core_v1.Pod,
                metadata.name,
                metadata.namespace,
                body=body,
                kind=PatchKind.STRATEGIC,
                subresource="status",
            )
        except (errors.NotFound, errors.Conflict):
            return
        except errors.ApiError as error:
            log.warning("the status of %s could not be written: %s", pod.key, error)


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
