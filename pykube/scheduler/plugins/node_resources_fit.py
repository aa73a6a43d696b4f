"""NodeResourcesFit: a node has room for what the pod requests; emptier nodes score higher (LeastAllocated)."""

from __future__ import annotations

from ..cluster import Cluster
from ..nodeinfo import NodeInfo
from ..plugin import MAX_SCORE, ClusterEvent, Filter, Plugin, Rejection, Score
from ..podinfo import PodInfo


def _least(requested: int, capacity: int) -> int:
    return 0 if requested > capacity else (capacity - requested) * MAX_SCORE // capacity


class NodeResourcesFit(Plugin):
    """Sums requests against ``status.allocatable``."""

    name = "NodeResourcesFit"
    local_filter = True
    events = frozenset(
        {ClusterEvent.NODE_ADDED, ClusterEvent.NODE_ALLOCATABLE, ClusterEvent.POD_GONE, ClusterEvent.POD_UPDATED}
    )

    def filter(self, pod: PodInfo, cluster: Cluster) -> Filter | None:
        asked = pod.requests
        cpu, memory, storage, other = asked.cpu, asked.memory, asked.storage, asked.other

        def check(node: NodeInfo) -> Rejection | None:
            has, used = node.allocatable, node.requested
            if (
                len(node.pods) < node.max_pods
                and (not cpu or cpu <= has.cpu - used.cpu)
                and (not memory or memory <= has.memory - used.memory)
                and (not storage or storage <= has.storage - used.storage)
                and not other
            ):
                return None
            return self._explain(pod, node)

        return check

    def _explain(self, pod: PodInfo, node: NodeInfo) -> Rejection | None:
        """The slow path: every resource that does not fit."""
        asked, has, used = pod.requests, node.allocatable, node.requested
        reasons = [] if len(node.pods) < node.max_pods else ["Too many pods"]
        resolvable = True
        amounts = [
            ("cpu", asked.cpu, has.cpu, used.cpu),
            ("memory", asked.memory, has.memory, used.memory),
            ("ephemeral-storage", asked.storage, has.storage, used.storage),
            *((name, amount, has.other.get(name, 0), used.other.get(name, 0)) for name, amount in asked.other.items()),
        ]
        for name, amount, capacity, taken in amounts:
            if amount and amount > capacity - taken:
                reasons.append(f"Insufficient {name}")
                resolvable = resolvable and amount <= capacity
        return Rejection(self.name, tuple(reasons), resolvable) if reasons else None

    def score(self, pod: PodInfo, cluster: Cluster) -> Score | None:
        cpu, memory = pod.nonzero.cpu, pod.nonzero.memory

        def score(node: NodeInfo) -> int:
            has, used = node.allocatable, node.nonzero
            found = [
                _least(requested, capacity)
                for requested, capacity in ((used.cpu + cpu, has.cpu), (used.memory + memory, has.memory))
                if capacity
            ]
            return sum(found) // len(found) if found else 0

        return score
