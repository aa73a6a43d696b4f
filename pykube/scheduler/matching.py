"""How many pods match a selector on each node, kept up to date instead of counted again.

Spreading asks the same few questions for every pod of a workload; counting over all pods each time is what would make
a cycle's cost grow with the cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from pykube.api import selectors

from .nodeinfo import NodeInfo
from .podinfo import PodInfo

KEPT: Final = 256
"""Questions remembered; the one asked least recently goes first."""


class _Question:
    """The counts of one selector: by node name, by position in the order of that version, by values of node labels."""

    __slots__ = ("by_label", "by_node", "by_position", "order_version", "selector")

    def __init__(self, selector: selectors.LabelSelector) -> None:
        self.selector = selector
        self.by_node: dict[str, int] = {}
        self.by_label: dict[str, dict[str, int]] = {}
        self.by_position: dict[int, int] = {}
        self.order_version = -1

    def counts(self, pod: PodInfo) -> bool:
        return pod.pod.metadata.deletion_timestamp is None and self.selector.matches(pod.labels)

    def add(self, info: NodeInfo, amount: int) -> None:
        left = self.by_node.get(info.name, 0) + amount
        if left:
            self.by_node[info.name] = left
        else:
            del self.by_node[info.name]
        if info.node is not None:
            self.by_position[info.position] = left
        for key, totals in self.by_label.items():
            if (value := info.labels.get(key)) is not None:
                totals[value] = totals.get(value, 0) + amount


class MatchCounts:
    """Counts by (namespace, selector); `pods_of` yields the pods of a namespace with their nodes."""

    def __init__(self, pods_of: Callable[[str], Iterator[tuple[PodInfo, NodeInfo]]]) -> None:
        self._pods_of = pods_of
        self._questions: dict[tuple[str, str], _Question] = {}
        self._by_namespace: dict[str, dict[str, _Question]] = {}

    def of(self, namespace: str, selector: selectors.LabelSelector) -> Mapping[str, int]:
        """Matching pods by node name; the mapping is live and must not be kept."""
        return self._ask(namespace, selector).by_node

    def by_position(
        self, namespace: str, selector: selectors.LabelSelector, nodes: Mapping[str, NodeInfo], order_version: int
    ) -> Mapping[int, int]:
        """Matching pods by the position of their node in the order of that version; live as well."""
        question = self._ask(namespace, selector)
        if question.order_version != order_version:
            question.by_position = {
                nodes[name].position: count for name, count in question.by_node.items() if nodes[name].node is not None
            }
            question.order_version = order_version
        return question.by_position

    def by_label(self, namespace: str, selector: selectors.LabelSelector, key: str) -> Mapping[str, int]:
        """Matching pods by the value of a node label; live as well."""
        question = self._ask(namespace, selector)
        totals = question.by_label.get(key)
        if totals is None:
            totals = question.by_label[key] = {}
            for pod, info in self._pods_of(namespace):
                value = info.labels.get(key)
                if value is not None and question.counts(pod):
                    totals[value] = totals.get(value, 0) + 1
        return totals

    def _ask(self, namespace: str, selector: selectors.LabelSelector) -> _Question:
        text = str(selector)
        key = (namespace, text)
        question = self._questions.pop(key, None)
        if question is None:
            question = _Question(selector)
            for pod, info in self._pods_of(namespace):
                if question.counts(pod):
                    question.add(info, 1)
            self._drop_oldest()
            self._by_namespace.setdefault(namespace, {})[text] = question
        self._questions[key] = question
        return question

    def _drop_oldest(self) -> None:
        if len(self._questions) < KEPT:
            return
        namespace, text = next(iter(self._questions))
        del self._questions[namespace, text]
        del self._by_namespace[namespace][text]

    def added(self, pod: PodInfo, info: NodeInfo) -> None:
        for question in self._by_namespace.get(pod.namespace, {}).values():
            if question.counts(pod):
                question.add(info, 1)

    def removed(self, pod: PodInfo, info: NodeInfo) -> None:
        for question in self._by_namespace.get(pod.namespace, {}).values():
            if question.counts(pod):
                question.add(info, -1)

    def relabelled(self) -> None:
        """A node's labels are about to change: what was counted by label is void."""
        for question in self._questions.values():
            question.by_label.clear()
