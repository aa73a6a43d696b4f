"""NodeResourcesBalancedAllocation: prefers nodes whose CPU and memory the pod would leave used in equal shares."""

from __future__ import annotations

from ..cluster import Cluster
from ..nodeinfo import NodeInfo
from ..plugin import MAX_SCORE, Plugin, Score
from ..podinfo import PodInfo


def _balance(cpu: int, memory: int, node: NodeInfo) -> int:
    """100 when both shares are equal, less the further they are apart (their standard deviation)."""
    has = node.allocatable
    if not has.cpu or not has.memory:
        return MAX_SCORE
    apart = min(cpu / has.cpu, 1.0) - min(memory / has.memory, 1.0)
    return int((1 - abs(apart) / 2) * MAX_SCORE)


class NodeResourcesBalancedAllocation(Plugin):
    """Scores how much the pod improves the balance; best-effort pods have no say in it."""

    name = "NodeResourcesBalancedAllocation"

    def score(self, pod: PodInfo, cluster: Cluster) -> Score | None:
        cpu, memory = pod.requests.cpu, pod.requests.memory
        if not cpu and not memory:
            return None

        def score(node: NodeInfo) -> int:
            used = node.requested
            after = _balance(used.cpu + cpu, used.memory + memory, node)
            before = _balance(used.cpu, used.memory, node)
            return MAX_SCORE // 2 + (MAX_SCORE // 2 + after - before) // 2

        return score
