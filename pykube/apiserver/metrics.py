"""``/metrics``: what the server counts about its requests, under upstream's names.

A request costs one dictionary look-up and a few additions. The text is made when somebody asks, by hand for the
histograms of requests: there are thousands of lines of them, and prometheus-client takes microseconds for each.
Source: k8s.io/apiserver endpoints/metrics.
"""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from aiohttp import web
from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from . import answers, version
from .registry import Registry
from .request import Context, RequestInfo

BUCKETS = (0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60)
"""Upper bounds of apiserver_request_duration_seconds, in seconds."""

SIZES = (1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9)
"""Upper bounds of apiserver_response_sizes, in bytes."""

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_METHODS = {
    "get": "GET",
    "list": "LIST",
    "watch": "WATCH",
    "create": "POST",
    "update": "PUT",
    "patch": "PATCH",
    "delete": "DELETE",
    "deletecollection": "DELETE",
    "post": "POST",
    "put": "PUT",
    "head": "GET",
}
"""What the label ``verb`` says; what is not here is ``other``."""

_CONNECTIONS = frozenset({"attach", "exec", "portforward", "proxy"})
_SIZED = frozenset({"get", "list"})
_BOUNDS = (*map(str, BUCKETS), "+Inf")
_SIZE_BOUNDS = (*(f"{size:g}" for size in SIZES), "+Inf")

Key = tuple[str, str, str, str, str, str, str]
"""Verb, group, version, resource, subresource, scope and dry run."""

_UNKNOWN = ("", "", "", "", "")


@dataclass(slots=True)
class _Series:
    """One kind of request; `labels` is how it is written."""

    labels: str
    codes: dict[int, int] = field(default_factory=dict)
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    seconds: float = 0.0
    sizes: list[int] = field(default_factory=list)
    size: int = 0
    lasting: bool = False
    """Whether it lasts as long as its client stays, so that its seconds say nothing."""


class Metrics(Collector):
    """Counts requests and renders what was counted."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._series: dict[Key, _Series] = {}
        self._lasting: Counter[Key] = Counter()
        self._events: Counter[tuple[str, ...]] = Counter()
        """Events that watches have sent that are over, by group, version and resource."""
        self.inflight = {"mutating": 0, "readOnly": 0, "watch": 0}
        self._collectors = CollectorRegistry()
        self._collectors.register(self)
        ProcessCollector(registry=self._collectors)
        PlatformCollector(registry=self._collectors)

    def begin(self, ctx: Context) -> Key:
        """A request has begun that lasts as long as its client stays; give what is returned to `end`."""
        key = self._key(ctx)
        self._lasting[key] += 1
        return key

    def end(self, ctx: Context, key: Key) -> None:
        """Such a request is over."""
        self._lasting[key] -= 1
        if ctx.events_sent:
            self._events[key[1:4]] += ctx.events_sent

    def observe(self, ctx: Context, response: web.StreamResponse, seconds: float) -> None:
        """One request is answered."""
        code = response.status
        info = ctx.info
        if ctx.resource is not None and not info.subresource and info.verb != "patch":
            dry_run = "All" if info.query and info.query.get("dryRun") == "All" else ""
            key = (info.verb, info.group, info.version, info.resource, "", _scope(info), dry_run)
        else:
            key = self._key(ctx)
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = _Series(_labels(key), lasting=key[0] in ("watch", "connect"))
        series.codes[code] = series.codes.get(code, 0) + 1
        if not series.lasting:
            series.buckets[bisect.bisect_left(BUCKETS, seconds)] += 1
            series.seconds += seconds
        if key[0] in _SIZED and isinstance(response, web.Response):
            size = response.content_length or 0
            if not series.sizes:
                series.sizes = [0] * (len(SIZES) + 1)
            series.sizes[bisect.bisect_left(SIZES, size)] += 1
            series.size += size

    def _key(self, ctx: Context) -> Key:
        """The kind of a request that is not quite ordinary; what nobody serves is one kind, by whatever name."""
        info = ctx.info
        verb = info.verb
        resource = self._registry.resource(info.group, info.version, info.resource) if info.is_resource else None
        if resource is None:
            return (verb if verb in _METHODS else "other", *_UNKNOWN, "")
        known = bool(info.subresource) and resource.subresource(info.subresource) is not None
        if known and info.subresource in _CONNECTIONS:
            verb = "connect"
        elif verb == "patch" and ctx.http.headers.get("Content-Type", "").startswith("application/apply-patch"):
            verb = "apply"
        elif verb not in _METHODS:
            verb = "other"
        dry_run = "All" if info.query.get("dryRun") == "All" else ""
        subresource = info.subresource if known else ""
        return verb, info.group, info.version, info.resource, subresource, _scope(info), dry_run

    def add(self, collector: Collector) -> None:
        """Show what somebody else counts as well."""
        self._collectors.register(collector)

    async def handle(self, ctx: Context) -> web.Response:
        """Answer in the Prometheus text format."""
        body = "".join(self._requests()).encode() + generate_latest(self._collectors)
        return await answers.packed(ctx, web.Response(body=body, headers={"Content-Type": CONTENT_TYPE}))

    def _requests(self) -> Iterator[str]:
        """The families of requests as text."""
        series = list(self._series.values())
        yield from _head("apiserver_request_total", "counter", "Requests by kind and code.")
        for one in series:
            for code, count in one.codes.items():
                yield f'apiserver_request_total{{code="{code}",{one.labels}}} {count}\n'
        durations = [(one.labels, one.buckets, one.seconds) for one in series if not one.lasting]
        yield from _histogram("apiserver_request_duration_seconds", "Seconds to answer.", durations, _BOUNDS)
        text = "The same, for indicators of service."
        yield from _histogram("apiserver_request_sli_duration_seconds", text, durations, _BOUNDS)
        sizes = [(_without_dry_run(one.labels), one.sizes, one.size) for one in series if one.sizes]
        yield from _histogram("apiserver_response_sizes", "Bytes of answers to reads.", sizes, _SIZE_BOUNDS)

    def collect(self) -> Iterable[Metric]:
        """Called by prometheus-client."""
        inflight = GaugeMetricFamily(
            "apiserver_current_inflight_requests", "Requests being answered.", labels=["request_kind"]
        )
        for kind in ("mutating", "readOnly"):
            inflight.add_metric([kind], self.inflight[kind])
        yield inflight
        yield self._lasting_now()
        yield self._events_sent()
        yield from self._objects()
        build = version.version()
        names = {"major": "major", "minor": "minor", "git_version": "gitVersion", "platform": "platform"}
        about = GaugeMetricFamily("kubernetes_build_info", "What this server is.", labels=list(names))
        about.add_metric([build[name] for name in names.values()], 1)
        yield about

    def _lasting_now(self) -> Metric:
        """Requests that last as long as their clients stay."""
        labels = ["verb", "group", "version", "resource", "subresource", "scope", "component"]
        family = GaugeMetricFamily("apiserver_longrunning_requests", "Watches, streams and proxying.", labels=labels)
        for (verb, group, version_, resource, subresource, scope, _), count in self._lasting.items():
            values = [_method(verb), group, version_, resource, subresource, scope, "apiserver"]
            family.add_metric(values, count)
        return family

    def _events_sent(self) -> Metric:
        """What watches have sent, those that go on included."""
        family = CounterMetricFamily(
            "apiserver_watch_events", "Events sent to watches.", labels=["group", "version", "resource"]
        )
        counts = Counter(self._events)
        for watcher in self._registry.watchers:
            if watcher.cache is not None and watcher.taken:
                resource = watcher.cache.resource
                counts[resource.group, resource.version, resource.plural] += watcher.taken
        for values, count in counts.items():
            family.add_metric(values, count)
        return family

    def _objects(self) -> Iterator[Metric]:
        """How many objects there are; kinds that share their storage are counted once."""
        old = GaugeMetricFamily("apiserver_storage_objects", "Objects by resource.", labels=["resource"])
        new = GaugeMetricFamily("apiserver_resource_objects", "Objects by resource.", labels=["group", "resource"])
        seen = set()
        for resource in self._registry.resources():
            where = (resource.group, resource.plural)
            if "list" in resource.verbs and where not in seen:
                seen.add(where)
                count = len(self._registry.cache(resource))
                old.add_metric([resource.group_resource], count)
                new.add_metric(where, count)
        yield old
        yield new


def _scope(info: RequestInfo) -> str:
    if not info.is_resource:
        return ""
    if info.named or info.verb == "create":
        return "resource"
    return "namespace" if info.namespace else "cluster"


def _method(verb: str) -> str:
    return _METHODS.get(verb) or {"connect": "CONNECT", "apply": "APPLY"}.get(verb, "other")


def _labels(key: Key) -> str:
    """A kind of request as Prometheus' labels; every part is one that this server knows, so nothing is escaped."""
    verb, group, version_, resource, subresource, scope, dry_run = key
    return (
        f'component="apiserver",dry_run="{dry_run}",group="{group}",resource="{resource}",scope="{scope}",'
        f'subresource="{subresource}",verb="{_method(verb)}",version="{version_}"'
    )


def _head(name: str, kind: str, text: str) -> Iterator[str]:
    yield f"# HELP {name} {text}\n# TYPE {name} {kind}\n"


def _without_dry_run(labels: str) -> str:
    """The labels of a read: none is a dry run."""
    return labels.replace('dry_run="",', "", 1)


Timed = tuple[str, Sequence[int], float]
"""Labels, how many fell into each bucket, and the sum of all values."""


def _histogram(name: str, text: str, series: Sequence[Timed], bounds: Sequence[str]) -> Iterator[str]:
    yield from _head(name, "histogram", text)
    for labels, buckets, total in series:
        start = f"{name}_bucket{{{labels},le="
        seen = 0
        for bound, count in zip(bounds, buckets, strict=True):
            seen += count
            yield f'{start}"{bound}"}} {seen}\n'
        yield f"{name}_count{{{labels}}} {seen}\n{name}_sum{{{labels}}} {total!r}\n"
