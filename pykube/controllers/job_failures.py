"""What a Job makes of a failed pod: ``spec.podFailurePolicy`` (KEP-3329), and the pause before the next one. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from pykube.api import batch_v1, core_v1

BACKOFF: Final = 10.0
"""Seconds until a pod replaces the first one that failed; doubles with each further one."""
MAX_BACKOFF: Final = 600.0


def _exit_codes(pod: core_v1.Pod) -> Iterable[tuple[str, int]]:
    for status in (*pod.status.init_container_statuses, *pod.status.container_statuses):
        ended = status.state.terminated
        if ended is not None and ended.exit_code != 0:
            yield status.name, ended.exit_code


def _matched(rule: batch_v1.PodFailurePolicyRule, pod: core_v1.Pod, number: int) -> str | None:
    """What the rule saw, as the Job's message says it; None when it does not match."""
    where = f"{pod.metadata.namespace}/{pod.metadata.name}"
    codes = rule.on_exit_codes
    if codes is not None:
        for name, code in _exit_codes(pod):
            if codes.container_name not in (None, name):
                continue
            if (code in codes.values) == (codes.operator == "In"):
                return (
                    f"Container {name} for pod {where} failed with exit code {code} "
                    f"matching {rule.action} rule at index {number}"
                )
    for pattern in rule.on_pod_conditions:
        for condition in pod.status.conditions:
            if condition.type == pattern.type and condition.status == (pattern.status or "True"):
                return f"Pod {where} has condition {condition.type} matching {rule.action} rule at index {number}"
    return None


def judge(job: batch_v1.Job, pod: core_v1.Pod) -> tuple[str, str]:
    """Action and message for a failed pod: ``FailJob``, ``Ignore``, ``FailIndex`` or, without a rule, ``Count``."""
    policy = job.spec.pod_failure_policy
    for number, rule in enumerate(policy.rules if policy is not None else ()):
        message = _matched(rule, pod, number)
        if message is not None:
            return rule.action, message
    return "Count", ""


def finished_at(pod: core_v1.Pod, now: datetime) -> datetime:
    """When its last container ended; the present where nobody knows."""
    moments = [
        status.state.terminated.finished_at
        for status in pod.status.container_statuses
        if status.state.terminated is not None and status.state.terminated.finished_at is not None
    ]
    return max(moments, default=pod.metadata.deletion_timestamp or now)


def wait_after(failures: int, last: datetime | None, now: datetime) -> float:
    """Seconds that are left of the pause after `failures` in a row, the last one at `last`."""
    if not failures or last is None:
        return 0.0
    delay = min(BACKOFF * 2.0 ** min(failures - 1, 16), MAX_BACKOFF)
    return max((last + timedelta(seconds=delay) - now).total_seconds(), 0.0)
