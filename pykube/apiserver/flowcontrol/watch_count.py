"""How many watches there are of what, so that a write's cost can be told before it is made.

Source: k8s.io/apiserver util/flowcontrol/watch_tracker.go.
"""

from __future__ import annotations

from collections import Counter

from ..request import RequestInfo

Key = tuple[str, str, str, str]
"""Group, resource, namespace and name."""

_NODE_FIELD = "spec.nodeName="


def key_of(info: RequestInfo) -> Key | None:
    """Where a watch counts; None where it sees so little that it does not: the pods of one node."""
    if info.resource == "pods" and _one_node(info.query.get("fieldSelector", "")):
        return None
    return info.group, info.resource, info.namespace, info.name


def _one_node(selector: str) -> bool:
    return any(
        part.startswith(_NODE_FIELD) and len(part.removeprefix(_NODE_FIELD).lstrip("=")) > 0
        for part in selector.split(",")
    )


class WatchCount:
    """Counts the watches that are being served."""

    def __init__(self) -> None:
        self._counts: Counter[Key] = Counter()

    def add(self, key: Key) -> None:
        """A watch begins."""
        self._counts[key] += 1

    def remove(self, key: Key) -> None:
        """A watch is over."""
        self._counts[key] -= 1
        if not self._counts[key]:
            del self._counts[key]

    def concerned(self, info: RequestInfo) -> int:
        """How many watches see what this write does: of all objects, of the namespace's, of this one."""
        counts = self._counts
        if not counts or info.subresource == "token":
            return 0
        group, resource = info.group, info.resource
        found = counts.get((group, resource, "", ""), 0)
        if info.namespace:
            found += counts.get((group, resource, info.namespace, ""), 0)
        if info.name:
            found += counts.get((group, resource, info.namespace, info.name), 0)
        return found
