"""TaintToleration: NoSchedule and NoExecute taints keep pods away, PreferNoSchedule ones cost score."""

from __future__ import annotations

from ..cluster import Cluster
from ..nodeinfo import NodeInfo
from ..plugin import ClusterEvent, Filter, Nodes, Plugin, Rejection, proportional
from ..podinfo import PodInfo
from .tolerations import PREFER_NO_SCHEDULE, tolerates, untolerated


class TaintToleration(Plugin):
    """Compares ``spec.taints`` of the node with ``spec.tolerations`` of the pod."""

    name = "TaintToleration"
    weight = 3
    local_filter = True
    events = frozenset({ClusterEvent.NODE_ADDED, ClusterEvent.NODE_TAINTS, ClusterEvent.POD_UPDATED})
    rejection = Rejection(name, ("node(s) had untolerated taint(s)",), resolvable=False)

    def filter(self, pod: PodInfo, cluster: Cluster) -> Filter | None:
        tolerations = pod.pod.spec.tolerations

        def check(node: NodeInfo) -> Rejection | None:
            if node.taints and untolerated(node.taints, tolerations) is not None:
                return self.rejection
            return None

        return check

    def rank(self, pod: PodInfo, cluster: Cluster, nodes: Nodes) -> list[int] | None:
        if not cluster.soft_taints:
            return None
        soft = [each for each in pod.pod.spec.tolerations if each.effect in ("", PREFER_NO_SCHEDULE)]

        def count(node: NodeInfo) -> int:
            return sum(
                taint.effect == PREFER_NO_SCHEDULE and not any(tolerates(each, taint) for each in soft)
                for taint in node.taints
            )

        return proportional([count(node) for node in nodes], reverse=True)
