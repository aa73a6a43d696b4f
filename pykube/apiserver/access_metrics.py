"""How often callers were known and what they asked for was allowed. Source: k8s.io/apiserver endpoints/filters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from .authz import Decision

_DECISIONS = {True: "allowed", False: "denied", None: "no-opinion"}


class AccessMetrics(Collector):
    """Counts outcomes; a request costs two additions."""

    def __init__(self) -> None:
        self.authentications: Counter[str] = Counter()
        """By result: success, failure or error."""
        self._authorizations: Counter[str] = Counter()

    def decided(self, decision: Decision) -> None:
        """An authorizer has answered."""
        failed = decision.error and not decision.allowed
        self._authorizations["error" if failed else _DECISIONS[decision.allowed]] += 1

    def collect(self) -> Iterable[Metric]:
        """Called by prometheus-client."""
        yield _counter(
            "authentication_attempts", "Requests by whether their caller could be told.", self.authentications
        )
        yield _counter("authorization_attempts_total", "Requests by whether they were allowed.", self._authorizations)


def _counter(name: str, text: str, counts: Counter[str]) -> Metric:
    """A counter under exactly that name; upstream's first one does not end in ``_total``."""
    if name.endswith("_total"):
        family: Metric = CounterMetricFamily(name, text, labels=["result"])
    else:
        family = Metric(name, text, "unknown")
    for result, count in counts.items():
        family.add_sample(name, {"result": result}, count)
    return family
