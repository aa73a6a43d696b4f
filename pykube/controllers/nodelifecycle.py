"""Node life cycle: nodes that fall silent become Unknown, and nodes carry the taints that their condition calls for.

A node is alive as long as its Lease is renewed (KEP-589) or its status is. What counts is when a renewal was *seen*,
so that clocks of nodes need not agree with ours.
"""

from __future__ import annotations

from typing import Final

import msgspec

from pykube import errors
from pykube.api import conditions, coordination_v1, core_v1
from pykube.client.rest import PatchKind

from . import taints
from .availability import is_ready
from .base import Controller
from .context import Context
from .indexes import BY_NODE, index_by_node

GRACE: Final = 50.0
"""Seconds of silence after which a node is Unknown; upstream's --node-monitor-grace-period."""
STARTUP_GRACE: Final = 60.0
"""The same for a node that has not said anything yet."""
LEASES: Final = "kube-node-lease"

_SILENT: Final = ("NodeStatusUnknown", "Kubelet stopped posting node status.")
_NEVER: Final = ("NodeStatusNeverUpdated", "Kubelet never posted node status.")
_REPORTED: Final = ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure")


class NodeLifecycleController(Controller):
    """Keys are names of nodes."""

    name = "node-controller"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._heard: dict[str, float] = {}
        """When each node was last heard of, on the monotonic clock."""
        self.nodes = self.informer(core_v1.Node)
        self.nodes.add_handler(on_add=self._node_added, on_update=self._node_updated, on_delete=self._node_deleted)
        self.leases = self.informer(coordination_v1.Lease, namespace=LEASES)
        self.leases.add_handler(on_add=self._renewed, on_update=lambda old, new: self._renewed(new))
        self.pods = self.informer(core_v1.Pod)
        index_by_node(self.pods)

    # -- events

    def _renewed(self, lease: coordination_v1.Lease) -> None:
        self._hear(lease.metadata.name)

    def _hear(self, name: str) -> None:
        self._heard[name] = self.clock.monotonic()
        node = self.nodes.get(name)
        if node is not None and taints.ready_status(node) == "Unknown":
            self.queue.add(name)

    def _node_added(self, node: core_v1.Node) -> None:
        self._heard.setdefault(node.metadata.name, self.clock.monotonic())
        message = f"Node {node.metadata.name} event: Registered Node {node.metadata.name} in Controller"
        self.event(node, "RegisteredNode", message)
        self.enqueue(node)

    def _node_updated(self, old: core_v1.Node, new: core_v1.Node) -> None:
        before = conditions.find(old.status.conditions, "Ready")
        after = conditions.find(new.status.conditions, "Ready")
        if after is not None and (before is None or before.last_heartbeat_time != after.last_heartbeat_time):
            self._heard[new.metadata.name] = self.clock.monotonic()
        if taints.ready_status(old) != taints.ready_status(new):
            for each in self.nodes.list():  # whether to evict depends on how the others are
                self.enqueue(each)
        elif (old.spec.taints, old.spec.unschedulable) != (new.spec.taints, new.spec.unschedulable) or _states(
            old
        ) != _states(new):
            self.enqueue(new)

    def _node_deleted(self, node: core_v1.Node) -> None:
        name = node.metadata.name
        self._heard.pop(name, None)
        self.event(node, "RemovingNode", f"Node {name} event: Removing Node {name} from Controller")

    # -- sync

    async def sync(self, key: str) -> None:
        node = self.nodes.get(key)
        if node is None:
            return
        reported = conditions.find(node.status.conditions, "Ready") is not None
        grace = GRACE if reported else STARTUP_GRACE
        silent = self.clock.monotonic() - self._heard.setdefault(key, self.clock.monotonic())
        if silent < grace:
            self.queue.add_after(key, grace - silent + 0.001)
        elif taints.ready_status(node) != "Unknown" or not reported:
            node = await self._mark_unknown(node)
        await self._set_taints(node)
        if reported and taints.ready_status(node) != "True":
            await self._mark_pods(key)

    async def _mark_unknown(self, node: core_v1.Node) -> core_v1.Node:
        now = self.clock.now().replace(microsecond=0)
        found = list(node.status.conditions)
        for kind in _REPORTED:
            old = conditions.find(found, kind)
            if old is not None and old.status == "Unknown":
                continue
            reason, message = _NEVER if old is None else _SILENT
            heartbeat = old.last_heartbeat_time if old is not None else node.metadata.creation_timestamp
            condition = core_v1.NodeCondition(
                type=kind, status="Unknown", reason=reason, message=message, last_heartbeat_time=heartbeat
            )
            conditions.put(found, condition, now)
        status = msgspec.structs.replace(node.status, conditions=found)
        name = node.metadata.name
        self.event(node, "NodeNotReady", f"Node {name} status is now: NodeNotReady")
        return await self.client.update(msgspec.structs.replace(node, status=status), subresource="status")

    async def _set_taints(self, node: core_v1.Node) -> None:
        reachable = any(taints.ready_status(each) == "True" for each in self.nodes.list())
        wanted = taints.wanted(node, self.clock.now(), evict=reachable)
        if wanted != node.spec.taints:
            spec = msgspec.structs.replace(node.spec, taints=wanted)
            await self.client.update(msgspec.structs.replace(node, spec=spec))

    async def _mark_pods(self, node_name: str) -> None:
        """Pods of a node that is not ready are not either: Services must stop sending to them."""
        for pod in self.pods.by_index(BY_NODE, node_name):
            if not is_ready(pod):
                continue
            self.event(pod, "NodeNotReady", "Node is not ready", warning=True)
            moment = self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
            condition = {"type": "Ready", "status": "False", "lastTransitionTime": moment}
            try:
                await self.client.patch(
                    core_v1.Pod,
                    pod.metadata.name,
                    pod.metadata.namespace,
                    body={"metadata": {"uid": pod.metadata.uid}, "status": {"conditions": [condition]}},
                    kind=PatchKind.STRATEGIC,
                    subresource="status",
                )
            except (errors.NotFound, errors.Conflict):
                continue


def _states(node: core_v1.Node) -> list[tuple[str, str]]:
    return [(condition.type, condition.status) for condition in node.status.conditions]
