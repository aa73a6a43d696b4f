"""NodeName: a pod that names its node goes nowhere else."""

from __future__ import annotations

from ..cluster import Cluster
from ..nodeinfo import NodeInfo
from ..plugin import ClusterEvent, Filter, Plugin, Rejection
from ..podinfo import PodInfo


class NodeName(Plugin):
    """Reads ``spec.nodeName``."""

    name = "NodeName"
    local_filter = True
    events = frozenset({ClusterEvent.NODE_ADDED})
    rejection = Rejection(name, ("node(s) didn't match the requested node name",), resolvable=False)

    def filter(self, pod: PodInfo, cluster: Cluster) -> Filter | None:
        wanted = pod.pod.spec.node_name
        if not wanted:
            return None

        def check(node: NodeInfo) -> Rejection | None:
            return None if node.name == wanted else self.rejection

        return check
