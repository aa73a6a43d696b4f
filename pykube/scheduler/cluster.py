"""All that the scheduler knows: nodes, the pods on them (bound or assumed), namespaces, claims, nominations.

One asyncio task mutates this and scheduling itself never awaits, so plugins read it as it stands: there is no snapshot
to take. What is asked often is kept counted (`matching`), so that no cycle walks over every pod.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import zip_longest

from pykube.api import core_v1, selectors, storage_v1

from .matching import MatchCounts
from .nodeinfo import NodeInfo
from .podinfo import PodInfo

ZONE = "topology.kubernetes.io/zone"
NO_LABELS: Mapping[str, str] = {}


class Cluster:
    """The scheduler's cache; see the module."""

    def __init__(self) -> None:
        self.nodes: dict[str, NodeInfo] = {}
        self.namespaces: dict[str, Mapping[str, str]] = {}
        self.claims: dict[str, core_v1.PersistentVolumeClaim] = {}
        self.volumes: dict[str, core_v1.PersistentVolume] = {}
        self.storage_classes: dict[str, storage_v1.StorageClass] = {}
        self.nominated: dict[str, dict[str, PodInfo]] = {}
        self.with_affinity: dict[str, NodeInfo] = {}
        self.with_anti_affinity: dict[str, NodeInfo] = {}
        self.soft_taints = 0
        self.image_nodes: dict[str, int] = {}
        self.epoch = 0
        self.default_selector: Callable[[PodInfo], selectors.LabelSelector | None] = lambda pod: None
        self._where: dict[str, NodeInfo] = {}
        self._assumed: set[str] = set()
        self._by_namespace: dict[str, dict[str, NodeInfo]] = {}
        self._counts = MatchCounts(self._pods_of)
        self._order: list[NodeInfo] | None = None
        self.order_version = 0
        self._columns: dict[str, list[str | None]] = {}
        self._recent: dict[str, NodeInfo] = {}
        """All nodes, those that changed last at the end."""

    # -- nodes

    def set_node(self, node: core_v1.Node) -> None:
        """A node came or changed."""
        info = self.nodes.get(node.metadata.name)
        if info is None:
            info = self.nodes[node.metadata.name] = NodeInfo(node.metadata.name)
        if info.node is None or info.labels.get(ZONE) != node.metadata.labels.get(ZONE):
            self._order = None
        if info.labels != node.metadata.labels:
            self._counts.relabelled()
            self._columns.clear()
        self._tally_node(info, -1)
        info.set_node(node)
        self._touch(info)
        self._tally_node(info, +1)

    def remove_node(self, name: str) -> None:
        """A node is gone; pods said to be on it stay counted until they are gone too."""
        info = self.nodes.get(name)
        if info is None:
            return
        self._tally_node(info, -1)
        info.set_node(None)
        self._touch(info)
        self._order = None
        if not info.pods:
            self._drop(info)

    def _tally_node(self, info: NodeInfo, sign: int) -> None:
        if info.node is None:
            return
        self.soft_taints += sign * sum(taint.effect == "PreferNoSchedule" for taint in info.taints)
        for image in info.images:
            self.image_nodes[image] = self.image_nodes.get(image, 0) + sign
            self.epoch += 1

    def order(self) -> list[NodeInfo]:
        """The known nodes, zones taking turns, so that a search over a part of them sees every zone."""
        if self._order is None:
            zones: dict[str, list[NodeInfo]] = {}
            for info in self.nodes.values():
                if info.node is not None:
                    zones.setdefault(info.labels.get(ZONE, ""), []).append(info)
            self._order = [info for row in zip_longest(*zones.values()) for info in row if info is not None]
            self.order_version += 1
            self._columns.clear()
            for position, info in enumerate(self._order):
                info.position = position
        return self._order

    def changed_since(self, generation: int) -> list[NodeInfo]:
        """The nodes whose generation is higher, latest first; costs no more than there are such."""
        found = []
        for info in reversed(self._recent.values()):
            if info.generation <= generation:
                break
            found.append(info)
        return found

    def _touch(self, info: NodeInfo) -> None:
        self._recent.pop(info.name, None)
        self._recent[info.name] = info

    # -- pods on nodes

    def set_pod(self, pod: PodInfo, node_name: str) -> None:
        """`pod` is on `node_name`: seen in the API, which also confirms what was assumed."""
        self._assumed.discard(pod.uid)
        self._place(pod, node_name)

    def assume(self, pod: PodInfo, node_name: str) -> None:
        """`pod` is about to be bound to `node_name`; count it there already."""
        self._assumed.add(pod.uid)
        self._place(pod, node_name)

    def confirm(self, pod: core_v1.Pod) -> bool:
        """Take over the API's version of a pod that was assumed where it now is; False when it is another case."""
        uid = pod.metadata.uid
        info = self._where.get(uid)
        if uid not in self._assumed or info is None or info.name != pod.spec.node_name:
            return False
        assumed = info.pods[uid]
        if assumed.labels != pod.metadata.labels or pod.metadata.deletion_timestamp is not None:
            return False
        assumed.pod = pod
        self._assumed.discard(uid)
        return True

    def forget(self, uid: str) -> None:
        """Binding an assumed pod failed; nothing happens when the API has confirmed it meanwhile."""
        if uid in self._assumed:
            self.remove_pod(uid)

    def is_assumed(self, uid: str) -> bool:
        return uid in self._assumed

    def _place(self, pod: PodInfo, node_name: str) -> None:
        self.remove_pod(pod.uid, keep_assumed=True)
        info = self.nodes.get(node_name)
        if info is None:
            info = self.nodes[node_name] = NodeInfo(node_name)
        self.attach(info, pod)

    def remove_pod(self, uid: str, *, keep_assumed: bool = False) -> None:
        """The pod occupies no node any more."""
        if not keep_assumed:
            self._assumed.discard(uid)
        info = self._where.get(uid)
        if info is None:
            return
        self.detach(info, info.pods[uid])
        if info.node is None and not info.pods:
            self._drop(info)

    def _drop(self, info: NodeInfo) -> None:
        self.nodes.pop(info.name, None)
        self._recent.pop(info.name, None)

    def attach(self, info: NodeInfo, pod: PodInfo) -> None:
        """Count `pod` on a node; preemption uses this and `detach` to try what-ifs, and undoes them."""
        info.add_pod(pod)
        self._touch(info)
        self._where[pod.uid] = info
        self._by_namespace.setdefault(pod.namespace, {})[pod.uid] = info
        self._counts.added(pod, info)
        if pod.has_affinity:
            self.with_affinity[info.name] = info
            if pod.anti_affinity:
                self.with_anti_affinity[info.name] = info

    def detach(self, info: NodeInfo, pod: PodInfo) -> None:
        """Count `pod` out of a node."""
        info.remove_pod(pod.uid)
        self._touch(info)
        self._where.pop(pod.uid, None)
        self._by_namespace[pod.namespace].pop(pod.uid, None)
        self._counts.removed(pod, info)
        if pod.has_affinity:
            if not any(each.has_affinity for each in info.pods.values()):
                self.with_affinity.pop(info.name, None)
            if not any(each.anti_affinity for each in info.pods.values()):
                self.with_anti_affinity.pop(info.name, None)

    def node_of(self, uid: str) -> NodeInfo | None:
        """The node a pod occupies."""
        return self._where.get(uid)

    def pods(self) -> Iterator[tuple[PodInfo, NodeInfo]]:
        """Every pod on a node."""
        for uid, info in self._where.items():
            yield info.pods[uid], info

    def matching(self, namespace: str, selector: selectors.LabelSelector) -> Mapping[str, int]:
        """How many live pods of `namespace` match, by node name; nodes without any are absent."""
        return self._counts.of(namespace, selector)

    def matching_at(self, namespace: str, selector: selectors.LabelSelector) -> Mapping[int, int]:
        """The same by the node's position in `order`."""
        return self._counts.by_position(namespace, selector, self.nodes, self.order_version)

    def column(self, key: str) -> list[str | None]:
        """The values of a node label in the order of `order`."""
        order = self.order()
        found = self._columns.get(key)
        if found is None:
            found = self._columns[key] = [info.labels.get(key) for info in order]
        return found

    def matching_by(self, namespace: str, selector: selectors.LabelSelector, key: str) -> Mapping[str, int]:
        """The same by the value of a node label; nodes without the label are left out."""
        return self._counts.by_label(namespace, selector, key)

    def _pods_of(self, namespace: str) -> Iterator[tuple[PodInfo, NodeInfo]]:
        for uid, info in self._by_namespace.get(namespace, {}).items():
            yield info.pods[uid], info

    # -- nominations

    def nominate(self, pod: PodInfo, node_name: str) -> None:
        """Room is being made for `pod` on `node_name`: pods of lower priority must not take it."""
        self.withdraw(pod.uid)
        self.nominated.setdefault(node_name, {})[pod.uid] = pod

    def withdraw(self, uid: str) -> None:
        """The nomination is over: the pod was bound, is gone, or goes elsewhere."""
        for name, pods in list(self.nominated.items()):
            if pods.pop(uid, None) is not None and not pods:
                del self.nominated[name]

    def labels_of(self, namespace: str) -> Mapping[str, str]:
        """The labels of a namespace; none when it is unknown."""
        return self.namespaces.get(namespace, NO_LABELS)
