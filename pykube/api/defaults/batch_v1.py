"""Defaults of jobs."""

from __future__ import annotations

from .. import batch_v1
from . import pods

_BACKOFF_LIMIT = 6
_NO_LIMIT = 2**31 - 1


def _job(found: batch_v1.Job) -> None:
    _job_spec(found.spec)
    spec = found.spec
    if spec.completions is None and spec.parallelism is None:
        spec.completions = 1
    if spec.parallelism is None:
        spec.parallelism = 1
    if spec.backoff_limit is None:
        spec.backoff_limit = _NO_LIMIT if spec.backoff_limit_per_index is not None else _BACKOFF_LIMIT
    found.metadata.labels = found.metadata.labels or dict(spec.template.metadata.labels)
    if spec.completion_mode is None:
        spec.completion_mode = "NonIndexed"
    if spec.suspend is None:
        spec.suspend = False
    if spec.pod_replacement_policy is None:
        spec.pod_replacement_policy = "Failed" if spec.pod_failure_policy is not None else "TerminatingOrFailed"
    if spec.manual_selector is None:
        spec.manual_selector = False


def _job_spec(spec: batch_v1.JobSpec) -> None:
    if spec.pod_failure_policy is not None:
        for rule in spec.pod_failure_policy.rules:
            for pattern in rule.on_pod_conditions:
                pattern.status = pattern.status or "True"
    pods.template(spec.template)


def _cron_job(found: batch_v1.CronJob) -> None:
    spec = found.spec
    spec.concurrency_policy = spec.concurrency_policy or "Allow"
    if spec.suspend is None:
        spec.suspend = False
    if spec.successful_jobs_history_limit is None:
        spec.successful_jobs_history_limit = 3
    if spec.failed_jobs_history_limit is None:
        spec.failed_jobs_history_limit = 1
    # The other defaults of a job are applied when one is made of the template.
    _job_spec(spec.job_template.spec)


TABLE = {batch_v1.Job: _job, batch_v1.CronJob: _cron_job}
