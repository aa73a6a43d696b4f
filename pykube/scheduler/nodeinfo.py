"""A node with the pods on it, added up."""

from __future__ import annotations

import itertools

from pykube.api import core_v1

from .podinfo import HostPort, PodInfo
from .resources import PODS, Resources, of_list

_generations = itertools.count(1)


def image_name(name: str) -> str:
    """`name` with ``:latest`` where it has neither tag nor digest, as nodes report it."""
    return f"{name}:latest" if name.rfind(":") <= name.rfind("/") else name


class NodeInfo:
    """A node, its pods and their sums; `generation` changes with every change of any of them.

    `node` is None while pods are known to be on a node that is not (yet) known itself.
    """

    __slots__ = (
        "allocatable",
        "generation",
        "images",
        "labels",
        "max_pods",
        "name",
        "node",
        "nonzero",
        "pods",
        "ports",
        "position",
        "requested",
        "taints",
        "unschedulable",
    )

    def __init__(self, name: str) -> None:
        self.name = name
        self.node: core_v1.Node | None = None
        self.pods: dict[str, PodInfo] = {}
        self.requested = Resources()
        self.nonzero = Resources()
        self.allocatable = Resources()
        self.max_pods = 0
        self.ports: dict[HostPort, int] = {}
        self.labels: dict[str, str] = {}
        self.taints: list[core_v1.Taint] = []
        self.images: dict[str, int] = {}
        self.unschedulable = False
        self.position = 0
        """Where it stands in `Cluster.order`."""
        self.generation = next(_generations)

    def set_node(self, node: core_v1.Node | None) -> None:
        """Take over the Node object; None when it is gone."""
        self.node = node
        self.generation = next(_generations)
        if node is None:
            return
        self.labels = node.metadata.labels
        self.taints = node.spec.taints
        self.unschedulable = bool(node.spec.unschedulable)
        amounts = node.status.allocatable or node.status.capacity
        self.allocatable = of_list(amounts)
        self.max_pods = amounts[PODS].value if PODS in amounts else 0
        self.images = {image_name(name): image.size_bytes for image in node.status.images for name in image.names}

    def add_pod(self, pod: PodInfo) -> None:
        """Count `pod` in."""
        self.pods[pod.uid] = pod
        self.requested.add(pod.requests)
        self.nonzero.add(pod.nonzero)
        for port in pod.host_ports:
            self.ports[port] = self.ports.get(port, 0) + 1
        self.generation = next(_generations)

    def remove_pod(self, uid: str) -> PodInfo | None:
        """Count the pod out and return it; None when it was not here."""
        pod = self.pods.pop(uid, None)
        if pod is None:
            return None
        self.requested.subtract(pod.requests)
        self.nonzero.subtract(pod.nonzero)
        for port in pod.host_ports:
            if self.ports[port] == 1:
                del self.ports[port]
            else:
                self.ports[port] -= 1
        self.generation = next(_generations)
        return pod

    def __repr__(self) -> str:
        return f"NodeInfo({self.name}, {len(self.pods)} pods)"
