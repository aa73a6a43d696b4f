"""Limits of an indexed Job that hold for each index alone: retries (KEP-3850) and early success (KEP-3998). Pure.

How often an index has failed stands in an annotation of each pod that tries it again, so that it outlives the pods
before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pykube.api import batch_v1, core_v1

from . import job_failures, job_indexes

INDEX: Final = "batch.kubernetes.io/job-completion-index"
FAILURES: Final = "batch.kubernetes.io/job-index-failure-count"
IGNORED: Final = "batch.kubernetes.io/job-index-ignored-failure-count"


@dataclass(frozen=True, slots=True)
class Past:
    """What became of an index so far: failures that count, failures that a rule ignores, and when the last was."""

    counted: int = 0
    ignored: int = 0
    last: datetime | None = None


def index_of(pod: core_v1.Pod) -> int:
    """The pod's completion index; -1 when it has none."""
    return _number(pod, INDEX, -1)


def _number(pod: core_v1.Pod, name: str, default: int = 0) -> int:
    text = pod.metadata.annotations.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else default


def pasts(job: batch_v1.Job, failed: Iterable[core_v1.Pod], now: datetime) -> dict[int, Past]:
    """The past of each index that failed pods have tried."""
    found: dict[int, Past] = {}
    for pod in failed:
        ignored = job_failures.judge(job, pod)[0] == "Ignore"
        here = Past(
            _number(pod, FAILURES) + (not ignored), _number(pod, IGNORED) + ignored, job_failures.finished_at(pod, now)
        )
        known = found.get(index_of(pod), Past())
        if here.counted + here.ignored > known.counted + known.ignored:
            found[index_of(pod)] = here
    return found


def given_up(job: batch_v1.Job, failed: Iterable[core_v1.Pod]) -> set[int]:
    """The indexes that fail for good, those noted before included."""
    limit = job.spec.backoff_limit_per_index
    found = job_indexes.parse(job.status.failed_indexes or "")
    for pod in failed:
        index = index_of(pod)
        if limit is None or not 0 <= index < (job.spec.completions or 0):
            continue
        action = job_failures.judge(job, pod)[0]
        if action == "FailIndex" or (action != "Ignore" and _number(pod, FAILURES) >= limit):
            found.add(index)
    return found


def carried(past: Past) -> dict[str, str]:
    """What the next pod of an index carries."""
    found = {FAILURES: str(past.counted)}
    if past.ignored:
        found[IGNORED] = str(past.ignored)
    return found


def met_rule(job: batch_v1.Job, succeeded: set[int]) -> int | None:
    """The number of the first rule of ``spec.successPolicy`` that holds."""
    policy = job.spec.success_policy
    for number, rule in enumerate(policy.rules if policy is not None and succeeded else ()):
        count = rule.succeeded_count
        if rule.succeeded_indexes is None:
            if count is not None and len(succeeded) >= count:
                return number
            continue
        wanted = job_indexes.parse(rule.succeeded_indexes)
        met = wanted & succeeded
        if wanted and (met == wanted or (count is not None and len(met) >= count)):
            return number
    return None
