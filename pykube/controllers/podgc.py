"""Pod garbage collector: pods of nodes that are gone, pods that end without a node, and too many that have ended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from pykube import errors
from pykube.api import core_v1
from pykube.client.rest import PatchKind

from . import taints
from .base import Controller, split
from .context import Context
from .indexes import BY_NODE, index_by_node

QUARANTINE: Final = 40.0
"""Seconds that a node may be unknown before its pods are taken for lost: caches do not arrive in step."""
ENDED_KEPT: Final = 12_500
"""Pods that have ended and are kept to be looked at."""
_ENDED_KEY: Final = "ended:"
_NEVER = datetime.max.replace(tzinfo=UTC)


def _ended(pod: core_v1.Pod) -> bool:
    return pod.status.phase in ("Succeeded", "Failed")


class PodGarbageCollector(Controller):
    """Keys are those of pods, and one of its own for the count of ended ones."""

    name = "pod-garbage-collector"
    workers = 2

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._ended: set[str] = set()
        self.nodes = self.informer(core_v1.Node)
        self.nodes.add_handler(on_update=self._node_updated, on_delete=self._node_deleted)
        self.pods = self.informer(core_v1.Pod)
        index_by_node(self.pods)
        self.pods.add_handler(on_add=self._pod, on_update=lambda old, new: self._pod(new), on_delete=self._pod_deleted)

    # -- events

    def _node_deleted(self, node: core_v1.Node) -> None:
        for pod in self.pods.by_index(BY_NODE, node.metadata.name):
            self.queue.add_after(f"{pod.metadata.namespace}/{pod.metadata.name}", QUARANTINE)

    def _node_updated(self, old: core_v1.Node, new: core_v1.Node) -> None:
        if _is_out_of_service(new) and not _is_out_of_service(old):
            for pod in self.pods.by_index(BY_NODE, new.metadata.name):
                self.enqueue(pod)

    def _pod(self, pod: core_v1.Pod) -> None:
        key = f"{pod.metadata.namespace}/{pod.metadata.name}"
        if _ended(pod):
            self._ended.add(key)
            if len(self._ended) > ENDED_KEPT:
                self.queue.add(_ENDED_KEY)
        if not pod.spec.node_name:
            if pod.metadata.deletion_timestamp is not None:
                self.queue.add(key)
        elif self.nodes.get(pod.spec.node_name) is None:
            self.queue.add_after(key, QUARANTINE)
        elif pod.metadata.deletion_timestamp is not None:
            node = self.nodes.get(pod.spec.node_name)
            if node is not None and _is_out_of_service(node):
                self.queue.add(key)

    def _pod_deleted(self, pod: core_v1.Pod) -> None:
        self._ended.discard(f"{pod.metadata.namespace}/{pod.metadata.name}")

    # -- sync

    async def sync(self, key: str) -> None:
        if key == _ENDED_KEY:
            await self._trim()
            return
        namespace, name = split(key)
        pod = self.pods.get(name, namespace)
        if pod is None:
            return
        if not pod.spec.node_name:
            if pod.metadata.deletion_timestamp is not None:
                await self._delete(pod, "")
            return
        node = self.nodes.get(pod.spec.node_name)
        if node is None:
            if await self._is_gone(pod.spec.node_name):
                await self._delete(pod, "PodGC: node no longer exists")
        elif _is_out_of_service(node) and pod.metadata.deletion_timestamp is not None:
            await self._delete(pod, "")

    async def _is_gone(self, node_name: str) -> bool:
        """Asked of the API server: losing a pod because of a late cache would be worse than a request."""
        try:
            await self.client.get(core_v1.Node, node_name)
        except errors.NotFound:
            return True
        return False

    async def _trim(self) -> None:
        ended = [pod for key in self._ended if (pod := self.pods.get_key(key)) is not None]
        ended.sort(key=lambda pod: pod.metadata.creation_timestamp or _NEVER)
        for pod in ended[: max(len(ended) - ENDED_KEPT, 0)]:
            await self._delete(pod, "")

    async def _delete(self, pod: core_v1.Pod, reason: str) -> None:
        """Remove a pod without waiting for anyone; with a `reason` its phase says that it failed."""
        metadata = pod.metadata
        try:
            if reason and not _ended(pod):
                await self._fail(pod, reason)
            await self.client.delete(core_v1.Pod, metadata.name, metadata.namespace, grace_period=0, uid=metadata.uid)
        except (errors.NotFound, errors.Conflict):
            return

    async def _fail(self, pod: core_v1.Pod, message: str) -> None:
        condition = {
            "type": "DisruptionTarget",
            "status": "True",
            "reason": "DeletionByPodGC",
            "message": message,
            "lastTransitionTime": self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        await self.client.patch(
            core_v1.Pod,
            pod.metadata.name,
            pod.metadata.namespace,
            body={"metadata": {"uid": pod.metadata.uid}, "status": {"phase": "Failed", "conditions": [condition]}},
            kind=PatchKind.STRATEGIC,
            subresource="status",
        )


def _is_out_of_service(node: core_v1.Node) -> bool:
    return taints.ready_status(node) != "True" and any(each.key == taints.OUT_OF_SERVICE for each in node.spec.taints)
