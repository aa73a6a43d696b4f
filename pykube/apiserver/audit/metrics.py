"""What is counted about auditing, under upstream's names.

Source: k8s.io/apiserver, pkg/audit/metrics.go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

_PREFIX = "apiserver_audit"


class AuditMetrics(Collector):
    """Counts events, and what became of them."""

    def __init__(self) -> None:
        self.events = 0
        """Events that were made."""
        self.rejected = 0
        """Requests that were refused because they could not be recorded."""
        self.levels: Counter[str] = Counter()
        """Requests by the level at which they are recorded."""
        self.errors: Counter[str] = Counter()
        """Events that one receiver did not get, by the receiver."""

    def collect(self) -> Iterable[Metric]:
        """Called by prometheus-client."""
        yield CounterMetricFamily(f"{_PREFIX}_event", "Audit events that were made.", value=self.events)
        yield CounterMetricFamily(
            f"{_PREFIX}_requests_rejected", "Requests refused because they could not be recorded.", value=self.rejected
        )
        levels = CounterMetricFamily(f"{_PREFIX}_level", "Requests by the level of their record.", labels=["level"])
        for level, count in self.levels.items():
            levels.add_metric([level], count)
        yield levels
        errors = CounterMetricFamily(f"{_PREFIX}_error", "Events that were lost, by who lost them.", labels=["plugin"])
        for plugin, count in self.errors.items():
            errors.add_metric([plugin], count)
        yield errors
