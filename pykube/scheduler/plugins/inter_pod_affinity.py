"""InterPodAffinity: pods that want to be near others, or away from them, by any node label."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..cluster import Cluster
from ..nodeinfo import NodeInfo
from ..plugin import MAX_SCORE, ClusterEvent, Filter, Nodes, Plugin, Rejection
from ..podinfo import AffinityTerm, PodInfo

Pair = tuple[str, str]
"""A topology: key and value of a node label."""

HARD_WEIGHT = 1
"""What a required term of a pod that is there already adds to the score of its topology."""


def _pods(nodes: Iterable[NodeInfo]) -> Iterator[tuple[PodInfo, NodeInfo]]:
    for node in nodes:
        if node.node is not None:
            for pod in node.pods.values():
                yield pod, node


def _matches(term: AffinityTerm, pod: PodInfo, cluster: Cluster) -> bool:
    return term.matches(pod.namespace, pod.labels, cluster.labels_of(pod.namespace))


def _count(counts: dict[Pair, int], term: AffinityTerm, node: NodeInfo, amount: int) -> None:
    value = node.labels.get(term.topology_key)
    if value is not None:
        pair = (term.topology_key, value)
        counts[pair] = counts.get(pair, 0) + amount


class InterPodAffinity(Plugin):
    """Reads ``podAffinity`` and ``podAntiAffinity`` of the incoming pod and of those that are there."""

    name = "InterPodAffinity"
    weight = 2
    events = frozenset(
        {
            ClusterEvent.POD_ADDED,
            ClusterEvent.POD_GONE,
            ClusterEvent.POD_LABELS,
            ClusterEvent.NODE_ADDED,
            ClusterEvent.NODE_LABELS,
            ClusterEvent.POD_UPDATED,
        }
    )
    lonely = Rejection(name, ("node(s) didn't match pod affinity rules",), resolvable=False)
    crowded = Rejection(name, ("node(s) didn't match pod anti-affinity rules",))
    unwelcome = Rejection(name, ("node(s) didn't satisfy existing pods anti-affinity rules",))

    def filter(self, pod: PodInfo, cluster: Cluster) -> Filter | None:
        repelled: dict[Pair, int] = {}
        for other, node in _pods(cluster.with_anti_affinity.values()):
            for term in other.anti_affinity:
                if _matches(term, pod, cluster):
                    _count(repelled, term, node, 1)
        if not repelled and not pod.affinity and not pod.anti_affinity:
            return None
        near: dict[Pair, int] = {}
        far: dict[Pair, int] = {}
        if pod.affinity or pod.anti_affinity:
            for other, node in _pods(cluster.order()):
                if pod.affinity and all(_matches(term, other, cluster) for term in pod.affinity):
                    for term in pod.affinity:
                        _count(near, term, node, 1)
                for term in pod.anti_affinity:
                    if _matches(term, other, cluster):
                        _count(far, term, node, 1)
        # The first of a group that wants to be together has nobody to join: it may go anywhere.
        founder = not near and all(_matches(term, pod, cluster) for term in pod.affinity)

        def check(node: NodeInfo) -> Rejection | None:
            labels = node.labels
            for term in pod.affinity:
                value = labels.get(term.topology_key)
                if value is None or not (founder or (term.topology_key, value) in near):
                    return self.lonely
            for term in pod.anti_affinity:
                if (term.topology_key, labels.get(term.topology_key)) in far:
                    return self.crowded
            if repelled and any(pair in repelled for pair in labels.items()):
                return self.unwelcome
            return None

        return check

    def rank(self, pod: PodInfo, cluster: Cluster, nodes: Nodes) -> list[int] | None:
        wishes = bool(pod.affinity_preferred or pod.anti_affinity_preferred)
        if not wishes and not cluster.with_affinity:
            return None
        counts: dict[Pair, int] = {}
        for other, node in _pods(cluster.order() if wishes else cluster.with_affinity.values()):
            for term in pod.affinity_preferred:
                if _matches(term, other, cluster):
                    _count(counts, term, node, term.weight)
            for term in pod.anti_affinity_preferred:
                if _matches(term, other, cluster):
                    _count(counts, term, node, -term.weight)
            if other.has_affinity:
                _count_other(counts, pod, other, node, cluster)
        if not counts:
            return None
        return _stretch([sum(counts.get(pair, 0) for pair in node.labels.items()) for node in nodes])


def _count_other(counts: dict[Pair, int], pod: PodInfo, other: PodInfo, node: NodeInfo, cluster: Cluster) -> None:
    """What a pod that is there thinks of the incoming one."""
    for term in other.affinity:
        if _matches(term, pod, cluster):
            _count(counts, term, node, HARD_WEIGHT)
    for term in other.affinity_preferred:
        if _matches(term, pod, cluster):
            _count(counts, term, node, term.weight)
    for term in other.anti_affinity_preferred:
        if _matches(term, pod, cluster):
            _count(counts, term, node, -term.weight)


def _stretch(scores: list[int]) -> list[int]:
    """Lowest to 0, highest to 100."""
    lowest, highest = min(scores), max(scores)
    if highest == lowest:
        return [0] * len(scores)
    return [int(MAX_SCORE * ((score - lowest) / (highest - lowest))) for score in scores]
