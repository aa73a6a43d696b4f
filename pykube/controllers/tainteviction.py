"""Taint eviction: pods that bear no NoExecute taint leave the node, at once or after the time they ask for."""

from __future__ import annotations

from datetime import timedelta

from pykube import errors
from pykube.api import core_v1
from pykube.client.rest import PatchKind

from . import taints
from .base import Controller, split
from .context import Context
from .indexes import BY_NODE, index_by_node


class TaintEvictionController(Controller):
    """Keys are those of pods."""

    name = "taint-eviction-controller"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._planned: set[str] = set()
        self.nodes = self.informer(core_v1.Node)
        self.nodes.add_handler(on_add=lambda node: self._tainted(None, node), on_update=self._tainted)
        self.pods = self.informer(core_v1.Pod)
        index_by_node(self.pods)
        self.pods.add_handler(on_add=self._pod, on_update=lambda old, new: self._pod(new))

    def _tainted(self, old: core_v1.Node | None, new: core_v1.Node) -> None:
        before = [each for each in old.spec.taints if each.effect == taints.NO_EXECUTE] if old is not None else []
        after = [each for each in new.spec.taints if each.effect == taints.NO_EXECUTE]
        if before != after:
            for pod in self.pods.by_index(BY_NODE, new.metadata.name):
                self.enqueue(pod)

    def _pod(self, pod: core_v1.Pod) -> None:
        node = self.nodes.get(pod.spec.node_name) if pod.spec.node_name else None
        if node is not None and any(each.effect == taints.NO_EXECUTE for each in node.spec.taints):
            self.enqueue(pod)

    async def sync(self, key: str) -> None:
        namespace, name = split(key)
        pod = self.pods.get(name, namespace)
        if pod is None or pod.metadata.deletion_timestamp is not None:
            self._planned.discard(key)
            return
        node = self.nodes.get(pod.spec.node_name)
        active = [each for each in node.spec.taints if each.effect == taints.NO_EXECUTE] if node is not None else []
        seconds = taints.seconds_tolerated(active, pod.spec.tolerations) if active else None
        if seconds is None:
            if key in self._planned:
                self._planned.discard(key)
                self.event(pod, "TaintManagerEviction", f"Cancelling deletion of Pod {key}")
            return
        now = self.clock.now()
        since = max((each.time_added or now for each in active), default=now)
        left = (since + timedelta(seconds=seconds) - now).total_seconds()
        if left > 0:
            self._planned.add(key)
            self.queue.add_after(key, left)
            return
        await self._evict(pod, key)

    async def _evict(self, pod: core_v1.Pod, key: str) -> None:
        self._planned.discard(key)
        self.event(pod, "TaintManagerEviction", f"Marking for deletion Pod {key}")
        condition = {
            "type": "DisruptionTarget",
            "status": "True",
            "reason": "DeletionByTaintManager",
            "message": "Taint manager: deleting due to NoExecute taint",
            "lastTransitionTime": self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        metadata = pod.metadata
        try:
            await self.client.patch(
                core_v1.Pod,
                metadata.name,
                metadata.namespace,
                body={"metadata": {"uid": metadata.uid}, "status": {"conditions": [condition]}},
                kind=PatchKind.STRATEGIC,
                subresource="status",
            )
            await self.client.delete(core_v1.Pod, metadata.name, metadata.namespace, uid=metadata.uid)
        except (errors.NotFound, errors.Conflict):
            return
