"""NodeUnschedulable: cordoned nodes take no pods, but for those that tolerate it."""

from __future__ import annotations

from pykube.api import core_v1

from ..cluster import Cluster
from ..nodeinfo import NodeInfo
from ..plugin import ClusterEvent, Filter, Plugin, Rejection
from ..podinfo import PodInfo
from .tolerations import NO_SCHEDULE, tolerates

_CORDONED = core_v1.Taint(key="node.kubernetes.io/unschedulable", effect=NO_SCHEDULE)


class NodeUnschedulable(Plugin):
    """Reads ``spec.unschedulable``."""

    name = "NodeUnschedulable"
    local_filter = True
    events = frozenset({ClusterEvent.NODE_ADDED, ClusterEvent.NODE_TAINTS})
    rejection = Rejection(name, ("node(s) were unschedulable",), resolvable=False)

    def filter(self, pod: PodInfo, cluster: Cluster) -> Filter | None:
        if any(tolerates(toleration, _CORDONED) for toleration in pod.pod.spec.tolerations):
            return None

        def check(node: NodeInfo) -> Rejection | None:
            return self.rejection if node.unschedulable else None

        return check
