"""What is counted about policies, under upstream's names.

Source: k8s.io/apiserver, pkg/admission/plugin/policy/{validating,mutating}/metrics.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from ...histogram import Histogram

BUCKETS = (0.0000005, 0.001, 0.01, 0.1, 1.0)
"""Upper bounds of the durations, in seconds."""

_LABELS = ["policy", "policy_binding", "error_type"]


class PolicyMetrics(Collector):
    """Counts what policies have decided."""

    def __init__(self) -> None:
        self._validations: Counter[tuple[str, ...]] = Counter()
        self._mutations: Counter[tuple[str, ...]] = Counter()
        self._validated = _durations("validating", [*_LABELS, "enforcement_action"])
        self._mutated = _durations("mutating", _LABELS)

    def validated(self, policy: str, binding: str, message: str, action: str, seconds: float) -> None:
        """A validation has failed with a message; `action` is what came of it: deny, warn, audit, allow."""
        labels = (policy, binding, _error_type(message), action)
        self._validations[labels] += 1
        self._validated.observe(labels, seconds)

    def mutated(self, policy: str, binding: str, error: str = "", *, seconds: float) -> None:
        """A mutation was made, or has failed."""
        labels = (policy, binding, _error_type(error) if error else "no_error")
        self._mutations[labels] += 1
        self._mutated.observe(labels, seconds)

    def collect(self) -> Iterable[Metric]:
        """Called by prometheus-client."""
        for name, text, labels, counts in (
            ("validating", "Validations that failed.", [*_LABELS, "enforcement_action"], self._validations),
            ("mutating", "Mutations.", _LABELS, self._mutations),
        ):
            family = CounterMetricFamily(f"apiserver_{name}_admission_policy_check", text, labels=labels)
            for values, count in counts.items():
                family.add_metric(values, count)
            yield family
        yield self._validated.family()
        yield self._mutated.family()


def _durations(kind: str, labels: list[str]) -> Histogram:
    name = f"apiserver_{kind}_admission_policy_check_duration_seconds"
    return Histogram(name, "Seconds that single expressions took.", labels, BUCKETS)


def _error_type(message: str) -> str:
    """What kind of failure a message tells of; a violation counts as an error of no special kind."""
    if message.startswith("compilation"):
        return "compile_error"
    if message.startswith("validation failed due to running out of cost budget"):
        return "out_of_budget"
    return "invalid_error"
