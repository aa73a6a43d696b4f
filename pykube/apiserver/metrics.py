"""``/metrics``: what the server counts about its requests, under upstream's names.

A request costs one dictionary look-up and a few additions; prometheus-client's objects are made when somebody asks.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from dataclasses import dataclass, field

from aiohttp import web
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from .registry import Registry
from .request import Context, RequestInfo

BUCKETS = (0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60)
"""Upper bounds of apiserver_request_duration_seconds, in seconds."""

_LABELS = ["verb", "group", "version", "resource", "subresource", "scope"]
_VERBS = {"create": "POST", "update": "PUT", "patch": "PATCH", "delete": "DELETE", "deletecollection": "DELETE"}

Key = tuple[str, str, str, str, str, str]


@dataclass(slots=True)
class _Series:
    """One kind of request."""

    codes: dict[int, int] = field(default_factory=dict)
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    seconds: float = 0.0


class Metrics(Collector):
    """Counts requests and renders what was counted."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._series: dict[Key, _Series] = {}
        self.inflight = {"mutating": 0, "readOnly": 0, "watch": 0}
        self._collectors = CollectorRegistry()
        self._collectors.register(self)
        ProcessCollector(registry=self._collectors)

    def observe(self, info: RequestInfo, code: int, seconds: float) -> None:
        """One request is answered; for a watch `seconds` is not counted."""
        key = (info.verb, info.group, info.version, info.resource, info.subresource, _scope(info))
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = _Series()
        series.codes[code] = series.codes.get(code, 0) + 1
        if info.verb != "watch":
            series.buckets[bisect.bisect_left(BUCKETS, seconds)] += 1
            series.seconds += seconds

    def add(self, collector: Collector) -> None:
        """Show what somebody else counts as well."""
        self._collectors.register(collector)

    async def handle(self, ctx: Context) -> web.Response:
        """Answer in the Prometheus text format."""
        return web.Response(
            body=generate_latest(self._collectors), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        )

    def collect(self) -> Iterable[Metric]:
        """Called by prometheus-client."""
        total = CounterMetricFamily("apiserver_request", "Requests by kind and code.", labels=[*_LABELS, "code"])
        duration = HistogramMetricFamily(
            "apiserver_request_duration_seconds", "Seconds to answer, without watches.", labels=_LABELS
        )
        for key, series in self._series.items():
            labels = [_VERBS.get(key[0], key[0].upper()), *key[1:]]
            for code, count in series.codes.items():
                total.add_metric([*labels, str(code)], count)
            cumulated, seen = [], 0
            for bound, count in zip((*map(str, BUCKETS), "+Inf"), series.buckets, strict=True):
                seen += count
                cumulated.append((bound, float(seen)))
            duration.add_metric(labels, cumulated, series.seconds)
        yield total
        yield duration
        yield from self._gauges()

    def _gauges(self) -> Iterable[Metric]:
        inflight = GaugeMetricFamily(
            "apiserver_current_inflight_requests", "Requests being answered.", labels=["request_kind"]
        )
        for kind in ("mutating", "readOnly"):
            inflight.add_metric([kind], self.inflight[kind])
        yield inflight
        yield GaugeMetricFamily("apiserver_longrunning_requests", "Watches being served.", value=self.inflight["watch"])
        objects = GaugeMetricFamily("apiserver_storage_objects", "Objects by resource.", labels=["resource"])
        for resource in self._registry.resources():
            if "list" in resource.verbs:
                objects.add_metric([resource.group_resource], len(self._registry.cache(resource)))
        yield objects


def _scope(info: RequestInfo) -> str:
    if not info.is_resource:
        return ""
    if info.named or info.verb == "create":
        return "resource"
    return "namespace" if info.namespace else "cluster"
