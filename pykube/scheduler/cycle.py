"""One scheduling cycle: filter the nodes, score those that are left, take the best. Synchronous and without I/O."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from .cluster import Cluster
from .fit_error import FitError
from .nodeinfo import NodeInfo
from .plugin import Filter, Plugin, Rejection, Score, Unschedulable
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


@dataclass(slots=True)
class _Memory:
    """What nodes were found to be for one kind of pod: generation, rejection, local score."""

    epoch: int
    verdicts: dict[str, tuple[int, Rejection | None, int]] = field(default_factory=dict)


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
    ) -> tuple[list[NodeInfo], list[int]]:
        """Nodes that fit with their local scores, beginning where the last search ended."""
        count = len(order)
        wanted = nodes_to_find(count)
        start = self._start % count if count else 0
        memory = self._memory(pod)
        scorers = self._scorers(pod)
        nominated = self._cluster.nominated
        feasible: list[NodeInfo] = []
        scores: list[int] = []
        seen = 0
        for info in map(order.__getitem__, chain(range(start, count), range(start))):
            seen += 1
            verdict = memory.get(info.name)
            if verdict is None or verdict[0] != info.generation:
                rejection = _first(info, local)
                score = 0 if rejection else sum(weight * score(info) for weight, score in scorers)
                verdict = memory[info.name] = (info.generation, rejection, score)
            rejection = verdict[1] or (_first(info, wide) if wide else None)
            if rejection is None and nominated and info.name in nominated:
                rejection = self.fits(pod, info)
            if rejection is not None:
                error.rejections[info.name] = rejection
                continue
            feasible.append(info)
            scores.append(verdict[2])
            if len(feasible) == wanted:
                break
        self._start = (start + seen) % count if count else 0
        return feasible, scores

    def _memory(self, pod: PodInfo) -> dict[str, tuple[int, Rejection | None, int]]:
        memory = self._memories.pop(pod.signature, None)
        if memory is None or memory.epoch != self._cluster.epoch:
            memory = _Memory(self._cluster.epoch)
        if len(self._memories) >= SIGNATURES:
            del self._memories[next(iter(self._memories))]
        self._memories[pod.signature] = memory
        return memory.verdicts

    def _scorers(self, pod: PodInfo) -> list[tuple[int, Score]]:
        return [
            (plugin.weight, score)
            for plugin in self._plugins
            if (score := plugin.score(pod, self._cluster)) is not None
        ]

    def _best(self, pod: PodInfo, feasible: list[NodeInfo], scores: list[int]) -> str:
        """The node of the highest score; among equals chance decides."""
        if len(feasible) == 1:
            return feasible[0].name
        for plugin in self._plugins:
            points = plugin.rank(pod, self._cluster, feasible)
            if points is not None:
                weight = plugin.weight
                scores = [have + weight * more for have, more in zip(scores, points, strict=True)]
        best = max(scores)
        return self._chance.choice([info for info, score in zip(feasible, scores, strict=True) if score == best]).name


def _first(info: NodeInfo, checks: Sequence[Filter]) -> Rejection | None:
    for check in checks:
        if (rejection := check(info)) is not None:
            return rejection
    return None
