"""The one shape of a scheduling plugin, named as Kubernetes names it (KEP-624, scheduling framework).

A plugin is asked once per pod and answers with closures over what it has worked out for that pod; these are then
called node by node. Both are pure: they read the pod, the cluster and the node, and change nothing.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, overload

from .cluster import Cluster
from .nodeinfo import NodeInfo
from .podinfo import PodInfo

MAX_SCORE = 100


class ClusterEvent(enum.Enum):
    """What can happen that may make a pod fit which did not."""

    NODE_ADDED = enum.auto()
    NODE_ALLOCATABLE = enum.auto()
    NODE_LABELS = enum.auto()
    NODE_TAINTS = enum.auto()
    POD_ADDED = enum.auto()
    """A pod was bound to a node."""
    POD_LABELS = enum.auto()
    POD_GONE = enum.auto()
    """A pod on a node was deleted, has ended, or asks for less."""
    POD_UPDATED = enum.auto()
    """The waiting pod itself was changed."""
    VOLUMES = enum.auto()
    """A claim, a volume or a storage class came or changed."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a node is no place for a pod.

    `resolvable`: removing pods from the node might change that, so preemption should look at it.
    """

    plugin: str
    reasons: tuple[str, ...]
    resolvable: bool = True


class Unschedulable(Exception):
    """No node will do, whichever it is: the pod itself is not ready to be placed."""

    def __init__(self, plugin: str, message: str) -> None:
        super().__init__(message)
        self.plugin = plugin
        self.message = message


class Nodes(Sequence[NodeInfo]):
    """Some nodes, as positions in `Cluster.order`: most of what is asked of them needs no look at each."""

    __slots__ = ("_order", "positions")

    def __init__(self, order: Sequence[NodeInfo], positions: Sequence[int]) -> None:
        self._order = order
        self.positions = positions

    def __len__(self) -> int:
        return len(self.positions)

    def __iter__(self) -> Iterator[NodeInfo]:
        return map(self._order.__getitem__, self.positions)

    @overload
    def __getitem__(self, index: int) -> NodeInfo: ...
    @overload
    def __getitem__(self, index: slice) -> Nodes: ...
    def __getitem__(self, index: int | slice) -> NodeInfo | Nodes:
        if isinstance(index, slice):
            return Nodes(self._order, self.positions[index])
        return self._order[self.positions[index]]


Filter = Callable[[NodeInfo], "Rejection | None"]
Score = Callable[[NodeInfo], int]


class Plugin:
    """Base of all plugins; each overrides what it takes part in."""

    name: ClassVar[str]
    weight: ClassVar[int] = 1
    local_filter: ClassVar[bool] = False
    """The filter depends on the pod's signature and the node alone: equal pods may share its verdict."""
    events: ClassVar[frozenset[ClusterEvent]] = frozenset()
    """What may make a pod fit that this plugin rejected."""

    def gate(self, pod: PodInfo) -> str:
        """A reason not to try the pod at all yet; empty when there is none."""
        return ""

    def filter(self, pod: PodInfo, cluster: Cluster) -> Filter | None:
        """The filter for `pod`; None when every node will do.

        Raises:
            Unschedulable: no node will do.
        """
        return None

    def score(self, pod: PodInfo, cluster: Cluster) -> Score | None:
        """What gives each node 0..100 points, looking at nothing but the node; None when it has no preference."""
        return None

    def rank(self, pod: PodInfo, cluster: Cluster, nodes: Nodes) -> list[int] | None:
        """0..100 points for each of `nodes`, all of which fit, in comparison; None when it has no preference."""
        return None


def proportional(scores: list[int], *, reverse: bool = False) -> list[int]:
    """Scale so that the highest becomes 100; `reverse` turns them round, for scores that count what is bad."""
    highest = max(scores, default=0)
    if highest == 0:
        return [MAX_SCORE] * len(scores) if reverse else scores
    if reverse:
        return [MAX_SCORE - MAX_SCORE * score // highest for score in scores]
    return [MAX_SCORE * score // highest for score in scores]
