"""How many aggregated servers are not there, under upstream's names."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from .availability import Availability
from .delegates import Delegates


class AggregationMetrics(Collector):
    """Shown beside what the server counts about requests."""

    def __init__(self, delegates: Delegates, availability: Availability) -> None:
        self._delegates = delegates
        self._availability = availability

    def collect(self) -> Iterable[Metric]:
        """Called by prometheus-client."""
        now = GaugeMetricFamily(
            "aggregator_unavailable_apiservice", "1 for an APIService that is not available.", labels=["name"]
        )
        for delegate in self._delegates.remote.values():
            now.add_metric([delegate.api_service], 0.0 if delegate.available else 1.0)
        yield now
        total = CounterMetricFamily(
            "aggregator_unavailable_apiservice",
            "Times that an APIService became unavailable.",
            labels=["name", "reason"],
        )
        for (name, reason), count in self._availability.lost.items():
            total.add_metric([name, reason], count)
        yield total
