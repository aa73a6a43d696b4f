"""``apiserver_flowcontrol_*``, under upstream's names and labels; made when somebody asks.

Source: k8s.io/apiserver util/flowcontrol/metrics.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from .configuration import Configuration, Level
from .queues import Request
from .stage import Fairness, Seat
from .tally import Histogram, Tally

_PREFIX = "apiserver_flowcontrol_"
_LEVEL = "priority_level"
_SCHEMA = "flow_schema"

_LEVEL_GAUGES: tuple[tuple[str, str, Callable[[Level], float]], ...] = (
    ("nominal_limit_seats", "Seats of a level by its shares.", lambda level: level.limits.nominal),
    ("lower_limit_seats", "Seats that a level keeps at least.", lambda level: level.limits.least),
    ("upper_limit_seats", "Seats that a level has at most.", lambda level: level.limits.most),
    ("current_limit_seats", "Seats that a level has now.", lambda level: level.current),
    ("demand_seats_high_watermark", "Most seats wanted at once.", lambda level: level.queue_set.demand.watermark),
    ("demand_seats_average", "Seats wanted on average.", lambda level: level.queue_set.demand.average),
    ("demand_seats_stdev", "Deviation of the seats wanted.", lambda level: level.queue_set.demand.deviation),
    ("demand_seats_smoothed", "Seats wanted, falling slowly.", lambda level: level.queue_set.demand.smoothed),
    ("current_r", "Progress of fair queuing, in seat-seconds.", lambda level: level.queue_set.progress),
)

_HISTOGRAMS: tuple[tuple[str, str, Callable[[Tally], Histogram]], ...] = (
    ("request_queue_length_after_enqueue", "Length of the queue behind a request.", lambda tally: tally.lengths),
    ("work_estimated_seats", "Seats of a request.", lambda tally: tally.widths),
    ("watch_count_samples", "Watches that a write concerns.", lambda tally: tally.watchers),
)


class FlowControlMetrics(Collector):
    """Reads what flow control counts."""

    def __init__(self, fairness: Fairness) -> None:
        self._fairness = fairness

    def collect(self) -> Iterable[Metric]:
        """All families."""
        configuration = self._fairness.configuration
        yield from _levels(configuration)
        yield from _present(configuration)
        yield from _tallies(configuration)
        dropped = CounterMetricFamily("apiserver_dropped_requests", "Requests turned away.", labels=["request_kind"])
        for kind, count in self._fairness.dropped.items():
            dropped.add_metric([kind], count)
        yield dropped


def _levels(configuration: Configuration) -> Iterator[Metric]:
    levels = list(configuration.levels.values())
    for name, text, value in _LEVEL_GAUGES:
        family = GaugeMetricFamily(_PREFIX + name, text, labels=[_LEVEL])
        for level in levels:
            family.add_metric([level.name], value(level))
        yield family
    blocked = CounterMetricFamily(
        _PREFIX + "request_dispatch_no_accommodation", "Times that the next request was too wide.", labels=[_LEVEL]
    )
    for level in levels:
        blocked.add_metric([level.name], level.queue_set.blocked)
    yield blocked


def _present(configuration: Configuration) -> Iterator[Metric]:
    """What is waiting and executing at this moment."""
    counts: dict[str, Counter[tuple[str, str]]] = {
        name: Counter()
        for name in (
            "current_inqueue_requests",
            "current_inqueue_seats",
            "current_executing_requests",
            "current_executing_seats",
        )
    }
    for level in configuration.levels.values():
        for waiting, request in _requests(level):
            assert isinstance(request, Seat)
            where = "inqueue" if waiting else "executing"
            key = (level.name, request.flow.schema.name)
            counts[f"current_{where}_requests"][key] += 1
            counts[f"current_{where}_seats"][key] += request.seats
    for name, found in counts.items():
        family = GaugeMetricFamily(_PREFIX + name, "Of this moment.", labels=[_LEVEL, _SCHEMA])
        for pair in configuration.tallies:
            family.add_metric(pair, found[pair])
        yield family


def _requests(level: Level) -> Iterator[tuple[bool, Request]]:
    for queue in level.queue_set:
        yield from ((True, request) for request in queue.waiting)
        yield from ((False, request) for request in queue.executing)
    yield from ((False, request) for request in level.queue_set.loose)


def _tallies(configuration: Configuration) -> Iterator[Metric]:
    labels = [_LEVEL, _SCHEMA]
    tallies = {pair: tally for pair, tally in configuration.tallies.items() if tally.dispatched or tally.rejected}
    dispatched = CounterMetricFamily(_PREFIX + "dispatched_requests", "Requests served.", labels=labels)
    rejected = CounterMetricFamily(_PREFIX + "rejected_requests", "Requests turned away.", labels=[*labels, "reason"])
    waited = HistogramMetricFamily(
        _PREFIX + "request_wait_duration_seconds", "Seconds in a queue.", labels=[*labels, "execute"]
    )
    executed = HistogramMetricFamily(
        _PREFIX + "request_execution_seconds", "Seconds of being served.", labels=[*labels, "type"]
    )
    for pair, tally in tallies.items():
        dispatched.add_metric(pair, tally.dispatched)
        for reason, count in tally.rejected.items():
            rejected.add_metric([*pair, reason], count)
        for execute, times in (("true", tally.waited), ("false", tally.waited_in_vain)):
            waited.add_metric([*pair, execute], times.cumulated(), times.total)
        for kind, times in (("regular", tally.executed), ("watch", tally.initialised)):
            executed.add_metric([*pair, kind], times.cumulated(), times.total)
    yield from (dispatched, rejected, waited, executed)
    for name, text, histogram in _HISTOGRAMS:
        family = HistogramMetricFamily(_PREFIX + name, text, labels=labels)
        for pair, tally in tallies.items():
            found = histogram(tally)
            family.add_metric(pair, found.cumulated(), found.total)
        yield family
