"""One scheduling cycle: filter the nodes, score those that are left, take the best. Synchronous and without I/O."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from .cluster import Cluster
from .fit_error import FitError
from .nodeinfo import NodeInfo
from .plugin import Filter, Nodes, Plugin, Rejection, Score, Unschedulable
from .podinfo import PodInfo

MIN_FEASIBLE: Final = 100
"""Below so many nodes all are looked at."""
MIN_PERCENT: Final = 5
"""The smallest share of a big cluster that is searched for."""
SIGNATURES: Final = 32
"""Kinds of pod for which the verdicts of nodes are remembered."""


def nodes_to_find(nodes: int) -> int:
    """How many fitting nodes are enough: all of a small cluster, a shrinking share of a big one."""
    if nodes < MIN_FEASIBLE:
        return nodes
    return max(nodes * max(50 - nodes // 125, MIN_PERCENT) // 100, MIN_FEASIBLE)


_UNKNOWN: Final = -2
_REJECTED: Final = -1


@dataclass(slots=True)
class _Memory:
    """What nodes were found to be for one kind of pod, by their position in the order."""

    epoch: int
    order_version: int
    scores: list[int]
    """Points, or `_UNKNOWN`, or `_REJECTED`."""
    rejections: dict[int, Rejection] = field(default_factory=dict)
    generation: int = 0
    """The latest change of any node that is taken account of."""


class Cycle:
    """Runs the plugins over the cluster.

    Pods of one template are alike to all plugins that look at a node alone, so their verdict on a node is kept until
    the node changes. This is what makes the cost of a cycle that of the few changed nodes.
    """

    def __init__(self, cluster: Cluster, plugins: Sequence[Plugin], chance: random.Random | None = None) -> None:
        self._cluster = cluster
        self._plugins = plugins
        self._chance = chance or random.Random()
        self._start = 0
        self._memories: dict[bytes, _Memory] = {}

    def gate(self, pod: PodInfo) -> tuple[str, str]:
        """Plugin and reason that keep the pod from being tried at all; empty when none does."""
        for plugin in self._plugins:
            if reason := plugin.gate(pod):
                return plugin.name, reason
        return "", ""

    def place(self, pod: PodInfo) -> str | FitError:
        """The node to bind `pod` to, or why there is none."""
        order = self._cluster.order()
        try:
            local, wide = self.filters(pod)
        except Unschedulable as verdict:
            return FitError(len(order), plugins={verdict.plugin}, message=verdict.message)
        if pod.uid and (nominated := pod.pod.status.nominated_node_name):
            info = self._cluster.nodes.get(nominated)
            if info is not None and info.node is not None and self.fits(pod, info) is None:
                return nominated
        error = FitError(len(order))
        feasible, scores = self._search(pod, order, local, wide, error)
        if not feasible:
            error.plugins = {rejection.plugin for rejection in error.rejections.values()}
            return error
        return self._best(pod, feasible, scores)

    def filters(self, pod: PodInfo) -> tuple[list[Filter], list[Filter]]:
        """The filters that matter to `pod`: those that look at a node alone, and the others.

        Raises:
            Unschedulable: no node will do.
        """
        local: list[Filter] = []
        wide: list[Filter] = []
        for plugin in self._plugins:
            check = plugin.filter(pod, self._cluster)
            if check is not None:
                (local if plugin.local_filter else wide).append(check)
        return local, wide

    def fits(self, pod: PodInfo, info: NodeInfo) -> Rejection | None:
        """What speaks against `info` as things stand, pods nominated to it counted in."""
        with self._nominated(pod, info):
            try:
                local, wide = self.filters(pod)
            except Unschedulable as verdict:
                return Rejection(verdict.plugin, (verdict.message,), resolvable=False)
            return _first(info, (*local, *wide))

    @contextmanager
    def _nominated(self, pod: PodInfo, info: NodeInfo) -> Iterator[None]:
        """Pods for which room was made on the node, of at least this priority, count as being there."""
        guests = [
            guest
            for guest in self._cluster.nominated.get(info.name, {}).values()
            if guest.priority >= pod.priority and guest.uid != pod.uid and guest.uid not in info.pods
        ]
        for guest in guests:
            self._cluster.attach(info, guest)
        try:
            yield
        finally:
            for guest in guests:
                self._cluster.detach(info, guest)

    def _search(
        self,
        pod: PodInfo,
        order: Sequence[NodeInfo],
        local: Sequence[Filter],
        wide: Sequence[Filter],
        error: FitError,
    ) -> tuple[Nodes, list[int]]:
        """Nodes that fit with their local scores, beginning where the last search ended."""
        count = len(order)
        if not count:
            return Nodes(order, ()), []
        wanted = nodes_to_find(count)
        start = self._start % count
        memory = self._recall(pod, count)
        judge = self._judge(pod, memory, local)
        if not wide and not self._cluster.nominated:
            end, rest = start + wanted, max(start + wanted - count, 0)
            positions = [*range(start, min(end, count)), *range(rest)]
            scores = memory.scores[start:end] + memory.scores[:rest]
            if _UNKNOWN in scores:
                scores = [
                    judge(order[at]) if score == _UNKNOWN else score
                    for at, score in zip(positions, scores, strict=True)
                ]
            if _REJECTED not in scores:
                self._start = end
                return Nodes(order, positions), scores
        return self._search_slowly(pod, order, wide, error, memory, judge)

    def _search_slowly(
        self,
        pod: PodInfo,
        order: Sequence[NodeInfo],
        wide: Sequence[Filter],
        error: FitError,
        memory: _Memory,
        judge: Callable[[NodeInfo], int],
    ) -> tuple[Nodes, list[int]]:
        """The search where some nodes do not fit, or where more than the node itself matters."""
        count = len(order)
        wanted = nodes_to_find(count)
        start = self._start % count
        nominated = self._cluster.nominated
        feasible: list[int] = []
        scores: list[int] = []
        seen = 0
        for position in chain(range(start, count), range(start)):
            seen += 1
            info = order[position]
            score = memory.scores[position]
            if score == _UNKNOWN:
                score = judge(info)
            rejection = memory.rejections[position] if score == _REJECTED else None
            if rejection is None and wide:
                rejection = _first(info, wide)
            if rejection is None and nominated and info.name in nominated:
                rejection = self.fits(pod, info)
            if rejection is not None:
                error.rejections[info.name] = rejection
                continue
            feasible.append(position)
            scores.append(score)
            if len(feasible) == wanted:
                break
        self._start = start + seen
        return Nodes(order, feasible), scores

    def _recall(self, pod: PodInfo, count: int) -> _Memory:
        """The memory for pods like this one, with all nodes forgotten that have changed since."""
        cluster = self._cluster
        memory = self._memories.pop(pod.signature, None)
        if memory is None or (memory.epoch, memory.order_version) != (cluster.epoch, cluster.order_version):
            memory = _Memory(cluster.epoch, cluster.order_version, [_UNKNOWN] * count)
        changed = cluster.changed_since(memory.generation)
        for info in changed:
            if info.node is not None:
                memory.scores[info.position] = _UNKNOWN
        if changed:
            memory.generation = changed[0].generation
        if len(self._memories) >= SIGNATURES:
            del self._memories[next(iter(self._memories))]
        self._memories[pod.signature] = memory
        return memory

    def _judge(self, pod: PodInfo, memory: _Memory, local: Sequence[Filter]) -> Callable[[NodeInfo], int]:
        """What finds out about one node and remembers it."""
        scorers: list[tuple[int, Score]] = []
        for plugin in self._plugins:
            score = plugin.score(pod, self._cluster)
            if score is not None:
                scorers.append((plugin.weight, score))

        def judge(info: NodeInfo) -> int:
            rejection = _first(info, local)
            if rejection is None:
                found = sum(weight * score(info) for weight, score in scorers)
            else:
                found = _REJECTED
                memory.rejections[info.position] = rejection
            memory.scores[info.position] = found
            return found

        return judge

    def _best(self, pod: PodInfo, feasible: Nodes, scores: list[int]) -> str:
        """The node of the highest score; among equals chance decides."""
        if len(feasible) == 1:
            return feasible[0].name
        for plugin in self._plugins:
            points = plugin.rank(pod, self._cluster, feasible)
            if points is not None:
                weight = plugin.weight
                scores = [have + weight * more for have, more in zip(scores, points, strict=True)]
        best = max(scores)
        return feasible[self._chance.choice([at for at, score in enumerate(scores) if score == best])].name


def _first(info: NodeInfo, checks: Sequence[Filter]) -> Rejection | None:
    for check in checks:
        if (rejection := check(info)) is not None:
            return rejection
    return None
