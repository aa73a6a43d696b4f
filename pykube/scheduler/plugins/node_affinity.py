"""NodeAffinity: which nodes a pod must have, and which it would like, by their labels and names."""

from __future__ import annotations

from pykube.api import core_v1

from ..cluster import Cluster
from ..nodeinfo import NodeInfo
from ..plugin import ClusterEvent, Filter, Nodes, Plugin, Rejection, proportional
from ..podinfo import PodInfo


def _requirement(requirement: core_v1.NodeSelectorRequirement, value: str | None) -> bool:
    operator = requirement.operator
    if operator == "In":
        return value is not None and value in requirement.values
    if operator == "NotIn":
        return value is None or value not in requirement.values
    if operator == "Exists":
        return value is not None
    if operator == "DoesNotExist":
        return value is None
    try:
        bound, found = int(requirement.values[0]), int(value or "")
    except (IndexError, ValueError):
        return False
    return found > bound if operator == "Gt" else operator == "Lt" and found < bound


def term_matches(term: core_v1.NodeSelectorTerm, node: NodeInfo) -> bool:
    """Whether a node meets all of a term; an empty term meets nothing."""
    if not term.match_expressions and not term.match_fields:
        return False
    return all(_requirement(each, node.labels.get(each.key)) for each in term.match_expressions) and all(
        _requirement(each, node.name if each.key == "metadata.name" else None) for each in term.match_fields
    )


def required_matches(spec: core_v1.PodSpec, node: NodeInfo) -> bool:
    """Whether a node meets ``nodeSelector`` and the required node affinity of a pod."""
    labels = node.labels
    for key, value in spec.node_selector.items():
        if labels.get(key) != value:
            return False
    required = _required(spec)
    return required is None or any(term_matches(term, node) for term in required.node_selector_terms)


def _required(spec: core_v1.PodSpec) -> core_v1.NodeSelector | None:
    if spec.affinity is None or spec.affinity.node_affinity is None:
        return None
    return spec.affinity.node_affinity.required_during_scheduling_ignored_during_execution


class NodeAffinity(Plugin):
    """Reads ``spec.nodeSelector`` and ``spec.affinity.nodeAffinity``."""

    name = "NodeAffinity"
    weight = 2
    local_filter = True
    events = frozenset({ClusterEvent.NODE_ADDED, ClusterEvent.NODE_LABELS, ClusterEvent.POD_UPDATED})
    rejection = Rejection(name, ("node(s) didn't match Pod's node affinity/selector",), resolvable=False)

    def filter(self, pod: PodInfo, cluster: Cluster) -> Filter | None:
        spec = pod.pod.spec
        if not spec.node_selector and _required(spec) is None:
            return None

        def check(node: NodeInfo) -> Rejection | None:
            return None if required_matches(spec, node) else self.rejection

        return check

    def rank(self, pod: PodInfo, cluster: Cluster, nodes: Nodes) -> list[int] | None:
        affinity = pod.pod.spec.affinity
        if affinity is None or affinity.node_affinity is None:
            return None
        preferred = affinity.node_affinity.preferred_during_scheduling_ignored_during_execution
        if not preferred:
            return None

        return proportional(
            [sum(each.weight for each in preferred if term_matches(each.preference, node)) for node in nodes]
        )
