"""NodePorts: no two pods of a node take the same host port."""

from __future__ import annotations

from ..cluster import Cluster
from ..nodeinfo import NodeInfo
from ..plugin import ClusterEvent, Filter, Plugin, Rejection
from ..podinfo import HostPort, PodInfo

_ANY = "0.0.0.0"


def conflict(wanted: HostPort, taken: HostPort) -> bool:
    """Whether two host ports exclude each other; ``0.0.0.0`` stands for every address."""
    return wanted[1:] == taken[1:] and (wanted[0] == taken[0] or _ANY in (wanted[0], taken[0]))


class NodePorts(Plugin):
    """Reads ``hostPort``, ``hostIP`` and ``protocol`` of the containers' ports."""

    name = "NodePorts"
    local_filter = True
    events = frozenset({ClusterEvent.NODE_ADDED, ClusterEvent.POD_GONE})
    rejection = Rejection(name, ("node(s) didn't have free ports for the requested pod ports",))

    def filter(self, pod: PodInfo, cluster: Cluster) -> Filter | None:
        wanted = pod.host_ports
        if not wanted:
            return None

        def check(node: NodeInfo) -> Rejection | None:
            if any(conflict(port, taken) for taken in node.ports for port in wanted):
                return self.rejection
            return None

        return check
