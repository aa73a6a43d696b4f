"""How many seats a request takes: lists by their bytes, writes by the watchers they concern, the rest one.

Source: k8s.io/apiserver util/flowcontrol/request (SizeBasedListCostEstimate, on since v1.34).
"""

from __future__ import annotations

import math

from ..registry import Registry
from ..request import Query, RequestInfo
from ..watch_cache import WatchCache

BYTES_PER_SEAT = 100_000
"""Of a list's answer."""

MOST_LIST_BYTES = 1_000_000
"""What a list that is answered from the cache counts as at most."""

WATCHERS_PER_SEAT = 10
"""Watchers that one seat serves after a write."""

WATCHERS_SECONDS = 0.005
"""Seconds that a write's event keeps its seats busy."""

MOST_WRITE_SEATS = 10

SAMPLE = 16
"""Objects that the average size of a resource is taken from."""

_MANY_DIGITS = 10
"""Of a limit that limits nothing."""

WRITES = frozenset({"create", "update", "patch", "delete"})
LISTS = frozenset({"list", "watch"})


def of_list(registry: Registry, info: RequestInfo, widest: int) -> int:
    """Seats of a list, or of the part of a watch that sends what is there."""
    if info.name or (info.verb == "watch" and not _begins_with_list(info.query)):
        return 1
    resource = registry.resource(info.group, info.version, info.resource)
    if resource is None or "list" not in resource.verbs:
        return 1
    cache = registry.cache(resource)
    count = len(cache)
    limit = info.query.get("limit", "")
    if limit.isascii() and limit.isdigit() and len(limit) < _MANY_DIGITS:
        count = min(int(limit) or count, count)
    size = min(count * _average(cache), MOST_LIST_BYTES)
    return max(1, min(math.ceil(size / BYTES_PER_SEAT), widest))


def _begins_with_list(query: Query) -> bool:
    if query.get("sendInitialEvents", "").lower() in ("1", "t", "true"):
        return True
    return query.get("resourceVersion", "") in ("", "0")


def _average(cache: WatchCache) -> float:
    """Bytes of an object, by the first few."""
    sizes = [len(cached.data) for cached, _ in zip(cache, range(SAMPLE), strict=False)]
    return sum(sizes) / len(sizes) if sizes else 0.0


def of_write(concerned: int, widest: int) -> tuple[int, float]:
    """Seats and seconds that follow a write which so many watches see: wide and short, or narrow and long."""
    if concerned < WATCHERS_PER_SEAT:
        return 0, 0.0
    seats = math.ceil(concerned / WATCHERS_PER_SEAT)
    fitting = min(seats, widest, MOST_WRITE_SEATS)
    return fitting, WATCHERS_SECONDS * seats / fitting
