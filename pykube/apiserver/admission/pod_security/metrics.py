"""What is counted about PodSecurity, under upstream's names.

Source: k8s.io/pod-security-admission metrics.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from ...version import MINOR
from ...write import Write
from .policy import LATEST, Level, Standard

_LABELS = ["request_operation", "resource", "subresource"]
_RESOURCES = {"pods": "pod", "namespaces": "namespace"}
_Labels = tuple[str, ...]


class PodSecurityMetrics(Collector):
    """Counts what was looked at, what was exempt, and labels that make no sense."""

    def __init__(self) -> None:
        self._evaluations: Counter[_Labels] = Counter()
        self._exemptions: Counter[_Labels] = Counter()
        self._errors: Counter[_Labels] = Counter()

    def evaluated(self, write: Write, mode: str, standard: Standard, *, allowed: bool) -> None:
        """A pod was held against a standard; of audit and warn only violations are counted."""
        decision = "allow" if allowed else "deny"
        self._evaluations[decision, standard.level.name.lower(), _version(standard), mode, *_of(write)] += 1

    def exempted(self, write: Write) -> None:
        """Nothing was looked at, because of who or where."""
        self._exemptions[_of(write)] += 1

    def failed(self, write: Write) -> None:
        """The policy was not clear; the strictest was taken for it."""
        self._errors["false", *_of(write)] += 1

    def collect(self) -> Iterable[Metric]:
        """Called by prometheus-client."""
        judged = ["decision", "policy_level", "policy_version", "mode"]
        for name, text, labels, counts in (
            ("evaluations", "Evaluations of policies.", [*judged, *_LABELS], self._evaluations),
            ("exemptions", "Requests that are exempt.", _LABELS, self._exemptions),
            ("errors", "Policies that could not be read.", ["fatal", *_LABELS], self._errors),
        ):
            family = CounterMetricFamily(f"pod_security_{name}", text, labels=labels)
            for values, count in counts.items():
                family.add_metric(values, count)
            yield family


def _version(standard: Standard) -> str:
    if standard.version == LATEST or standard.level is Level.PRIVILEGED:
        return "latest"
    return f"v1.{standard.version}" if standard.version <= int(MINOR) else "future"


def _of(write: Write) -> _Labels:
    resource = _RESOURCES.get(write.resource.group_resource, "controller")
    return write.operation.value.lower(), resource, write.subresource
