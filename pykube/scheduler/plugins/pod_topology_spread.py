"""PodTopologySpread: spreads matching pods over the values of a node label (KEP-895, 3022, 3094, 3243)."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from pykube.api import core_v1, selectors

from ..cluster import ZONE, Cluster
from ..nodeinfo import NodeInfo
from ..plugin import MAX_SCORE, ClusterEvent, Filter, Nodes, Plugin, Rejection
from ..podinfo import PodInfo, with_label_keys
from .node_affinity import required_matches
from .tolerations import untolerated

HOSTNAME: Final = "kubernetes.io/hostname"
DEFAULTS: Final = ((HOSTNAME, 3), (ZONE, 5))
"""Key and skew that a workload without constraints of its own is spread by, softly."""


class Constraint:
    """One constraint of one pod, with its selector parsed and its counts looked up."""

    __slots__ = ("_affinity", "_pod", "_selector", "_taints", "counts", "key", "matches_self", "min_domains", "skew")

    def __init__(
        self,
        pod: PodInfo,
        cluster: Cluster,
        source: core_v1.TopologySpreadConstraint,
        selector: selectors.LabelSelector,
    ) -> None:
        self._pod = pod
        self._selector = selector
        self.key = source.topology_key
        self.skew = source.max_skew
        self.min_domains = source.min_domains or 1
        self.counts: Mapping[str, int] = cluster.matching(pod.namespace, selector)
        self.matches_self = int(selector.matches(pod.labels))
        self._affinity = source.node_affinity_policy != "Ignore"
        self._taints = source.node_taints_policy == "Honor"

    def includes(self, node: NodeInfo) -> bool:
        """Whether a node takes part in the counting."""
        spec = self._pod.pod.spec
        if self._affinity and not required_matches(spec, node):
            return False
        return not (self._taints and untolerated(node.taints, spec.tolerations) is not None)

    def by_position(self, cluster: Cluster) -> Mapping[int, int]:
        """Matching pods by the position of their node."""
        return cluster.matching_at(self._pod.namespace, self._selector)

    def by_value(self, cluster: Cluster, domains: Collection[str | None], required: Sequence[str]) -> Mapping[str, int]:
        """Matching pods by value of the key, over the nodes that take part and have all `required` labels."""
        spec = self._pod.pod.spec
        if not self._taints and not required and not (self._affinity and (spec.node_selector or spec.affinity)):
            return cluster.matching_by(self._pod.namespace, self._selector, self.key)
        found: dict[str, int] = {}
        for name, count in self.counts.items():
            info = cluster.nodes[name]
            value = info.labels.get(self.key)
            if value is None or value not in domains or any(key not in info.labels for key in required):
                continue
            if self.includes(info):
                found[value] = found.get(value, 0) + count
        return found


def _constraints(pod: PodInfo, cluster: Cluster, kind: str) -> list[Constraint]:
    found = []
    for source in pod.pod.spec.topology_spread_constraints:
        if source.when_unsatisfiable == kind and source.label_selector is not None:
            narrowed = with_label_keys(source.label_selector, pod.labels, source.match_label_keys)
            found.append(Constraint(pod, cluster, source, selectors.from_label_selector(narrowed)))
    return found


def _default_constraints(pod: PodInfo, cluster: Cluster) -> list[Constraint]:
    selector = cluster.default_selector(pod)
    if selector is None:
        return []
    return [
        Constraint(pod, cluster, core_v1.TopologySpreadConstraint(topology_key=key, max_skew=skew), selector)
        for key, skew in DEFAULTS
    ]


class PodTopologySpread(Plugin):
    """DoNotSchedule constraints filter, ScheduleAnyway ones and the defaults score."""

    name = "PodTopologySpread"
    weight = 2
    events = frozenset(
        {
            ClusterEvent.POD_ADDED,
            ClusterEvent.POD_GONE,
            ClusterEvent.POD_LABELS,
            ClusterEvent.NODE_ADDED,
            ClusterEvent.NODE_LABELS,
            ClusterEvent.NODE_TAINTS,
            ClusterEvent.POD_UPDATED,
        }
    )
    rejection = Rejection(name, ("node(s) didn't match pod topology spread constraints",))
    unlabelled = Rejection(
        name, ("node(s) didn't match pod topology spread constraints (missing required label)",), resolvable=False
    )

    def filter(self, pod: PodInfo, cluster: Cluster) -> Filter | None:
        constraints = _constraints(pod, cluster, "DoNotSchedule")
        if not constraints:
            return None
        keys = [constraint.key for constraint in constraints]
        nodes = [node for node in cluster.order() if all(key in node.labels for key in keys)]
        limits: list[tuple[str, dict[str, int], int]] = []
        for constraint in constraints:
            domains: dict[str, int] = {}
            for node in nodes:
                if constraint.includes(node):
                    value = node.labels[constraint.key]
                    domains[value] = domains.get(value, 0) + constraint.counts.get(node.name, 0)
            enough = len(domains) >= constraint.min_domains
            least = min(domains.values(), default=0) if enough else 0
            limits.append((constraint.key, domains, constraint.skew + least - constraint.matches_self))

        def check(node: NodeInfo) -> Rejection | None:
            for key, domains, limit in limits:
                value = node.labels.get(key)
                if value is None:
                    return self.unlabelled
                if domains.get(value, 0) > limit:
                    return self.rejection
            return None

        return check

    def rank(self, pod: PodInfo, cluster: Cluster, nodes: Nodes) -> list[int] | None:
        own = bool(pod.pod.spec.topology_spread_constraints)
        constraints = _constraints(pod, cluster, "ScheduleAnyway") if own else _default_constraints(pod, cluster)
        if not constraints:
            return None
        keys = [constraint.key for constraint in constraints] if own else []
        positions = nodes.positions
        if keys:
            columns = [cluster.column(key) for key in keys]
            positions = [each for each in positions if all(column[each] is not None for column in columns)]
        totals = [0.0] * len(positions)
        for constraint in constraints:
            totals = _add(totals, constraint, cluster, positions, keys)
        scores = _spread(totals)
        if len(positions) == len(nodes):
            return scores
        found = dict(zip(positions, scores, strict=True))
        return [found.get(each, 0) for each in nodes.positions]


def _add(
    totals: list[float],
    constraint: Constraint,
    cluster: Cluster,
    positions: Sequence[int],
    required: Sequence[str],
) -> list[float]:
    """`totals` with what one constraint counts against the node at each of `positions`.

    The logarithm keeps a key with few values from being drowned by one with many; the skew is a head start for all.
    """
    base = float(constraint.skew - 1)
    key = constraint.key
    if key == HOSTNAME:
        weight = math.log(len(positions) + 2)
        at = constraint.by_position(cluster).get
        return [total + at(each, 0) * weight + base for total, each in zip(totals, positions, strict=True)]
    column = cluster.column(key)
    values = [column[each] for each in positions]
    domains = set(values)
    weight = math.log(len(domains) + 2)
    counts = constraint.by_value(cluster, domains, required)
    by_value = {value: 0.0 if value is None else counts.get(value, 0) * weight + base for value in domains}
    return [total + by_value[value] for total, value in zip(totals, values, strict=True)]


def _spread(totals: list[float]) -> list[int]:
    """Fewest pods score highest. There are few different totals, so each is worked out once."""
    rounded = {total: round(total) for total in set(totals)}
    lowest, highest = min(rounded.values(), default=0), max(rounded.values(), default=0)
    if highest == 0:
        return [MAX_SCORE] * len(totals)
    scores = {total: MAX_SCORE * (highest + lowest - number) // highest for total, number in rounded.items()}
    return [scores[total] for total in totals]
