"""What is counted about admission webhooks, under upstream's names.

Source: k8s.io/apiserver, pkg/admission/metrics.
"""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

BUCKETS = (0.005, 0.025, 0.1, 0.5, 1.0, 2.5, 10, 25)
"""Upper bounds of the durations, in seconds."""

NO_ERROR = "no_error"
CALL_ERROR = "calling_webhook_error"
OWN_ERROR = "apiserver_internal_error"

_MAX_CODE = 600
_PREFIX = "apiserver_admission_webhook"
_Labels = tuple[str, ...]


class WebhookMetrics(Collector):
    """Counts calls; `type_` is ``admit`` for mutating webhooks and ``validating`` for the others."""

    def __init__(self) -> None:
        self._requests: Counter[_Labels] = Counter()
        self._rejections: Counter[_Labels] = Counter()
        self._open: Counter[_Labels] = Counter()
        self._durations: dict[tuple[str, str, str, str], tuple[list[int], list[float]]] = {}

    def called(self, name: str, type_: str, operation: str, *, code: int, rejected: bool, seconds: float) -> None:
        """A webhook has answered or failed."""
        told = "true" if rejected else "false"
        self._requests[name, type_, operation, str(min(code, _MAX_CODE)), told] += 1
        counts, total = self._durations.setdefault((name, type_, operation, told), ([0] * (len(BUCKETS) + 1), [0.0]))
        counts[bisect.bisect_left(BUCKETS, seconds)] += 1
        total[0] += seconds

    def rejected(self, name: str, type_: str, operation: str, *, error: str, code: int) -> None:
        """A request was refused because of a webhook."""
        self._rejections[name, type_, operation, error, str(min(code, _MAX_CODE))] += 1

    def failed_open(self, name: str, type_: str) -> None:
        """A webhook has failed, and its policy is to go on."""
        self._open[name, type_] += 1

    def collect(self) -> Iterable[Metric]:
        """Called by prometheus-client."""
        labels = ["name", "type", "operation"]
        requests = CounterMetricFamily(
            f"{_PREFIX}_request", "Calls of admission webhooks.", labels=[*labels, "code", "rejected"]
        )
        for call, count in self._requests.items():
            requests.add_metric(call, count)
        yield requests
        yield self._refusals()
        durations = HistogramMetricFamily(
            f"{_PREFIX}_admission_duration_seconds", "Seconds that webhooks took.", labels=[*labels, "rejected"]
        )
        for key, (counts, total) in self._durations.items():
            seen, cumulated = 0, []
            for bound, count in zip((*map(str, BUCKETS), "+Inf"), counts, strict=True):
                seen += count
                cumulated.append((bound, float(seen)))
            durations.add_metric(key, cumulated, total[0])
        yield durations
        yield _plain_counter(f"{_PREFIX}_fail_open_count", "Failures that were ignored.", ["name", "type"], self._open)

    def _refusals(self) -> Metric:
        labels = ["name", "type", "operation", "error_type", "rejection_code"]
        return _plain_counter(f"{_PREFIX}_rejection_count", "Requests refused.", labels, self._rejections)


def _plain_counter(name: str, text: str, labels: list[str], counts: Counter[_Labels]) -> Metric:
    """A counter whose name does not end in ``_total``, as upstream has a few; the text format knows no such."""
    family = Metric(name, text, "unknown")
    for values, count in counts.items():
        family.add_sample(name, dict(zip(labels, values, strict=True)), count)
    return family
