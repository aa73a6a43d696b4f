"""What is counted about policies, under upstream's names.

Source: k8s.io/apiserver, pkg/admission/plugin/policy/{validating,mutating}/metrics.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

_LABELS = ["policy", "policy_binding", "error_type"]


class PolicyMetrics(Collector):
    """Counts what policies have decided."""

    def __init__(self) -> None:
        self._validations: Counter[tuple[str, ...]] = Counter()
        self._mutations: Counter[tuple[str, ...]] = Counter()

    def validated(self, policy: str, binding: str, message: str, action: str) -> None:
        """A validation has failed with a message; `action` is what came of it: deny, warn, audit, allow."""
        self._validations[policy, binding, _error_type(message), action] += 1

    def mutated(self, policy: str, binding: str, error: str = "") -> None:
        """A mutation was made, or has failed."""
        self._mutations[policy, binding, _error_type(error) if error else "no_error"] += 1

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


def _error_type(message: str) -> str:
    """What kind of failure a message tells of; a violation counts as an error of no special kind."""
    if message.startswith("compilation"):
        return "compile_error"
    if message.startswith("validation failed due to running out of cost budget"):
        return "out_of_budget"
    return "invalid_error"
