"""A Job's arithmetic: what its pods have come to, whether it has ended, which pods it needs next. Pure.

Pods carry a finalizer until they are counted (KEP-2307): a finished pod's uid is first written to the status, then its
finalizer is taken off, and only when that is seen is it added to the sum. So each is counted once, whoever crashes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import msgspec

from pykube.api import batch_v1, conditions, core_v1

from . import job_failures, job_index_limits, job_indexes
from .availability import is_ready
from .job_index_limits import INDEX, Past, index_of

FINALIZER: Final = "batch.kubernetes.io/job-tracking"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a Job ends: condition type (``Complete`` or ``Failed``), reason and message."""

    kind: str
    reason: str
    message: str


@dataclass(slots=True)
class Count:
    """The Job's pods, sorted, and the status that follows from them."""

    status: batch_v1.JobStatus
    active: list[core_v1.Pod] = field(default_factory=list)
    terminating: int = 0
    uncount: list[core_v1.Pod] = field(default_factory=list)
    """Pods whose finalizer may go: their end is written down."""
    fail_job: str = ""
    """The message of a rule that fails the whole Job."""
    last_failure: datetime | None = None
    failed_indexes: set[int] = field(default_factory=set)
    """Indexes that are not tried again."""
    pasts: dict[int, Past] = field(default_factory=dict)
    """What became of the indexes so far, where each has its own limit."""


def is_indexed(job: batch_v1.Job) -> bool:
    return job.spec.completion_mode == "Indexed"


def has_index_limit(job: batch_v1.Job) -> bool:
    """Each index has its own number of retries."""
    return is_indexed(job) and job.spec.backoff_limit_per_index is not None


def is_finished(job: batch_v1.Job) -> bool:
    """The Job is Complete or Failed."""
    return any(conditions.is_true(job.status.conditions, kind) for kind in ("Complete", "Failed"))


def ending_of(job: batch_v1.Job) -> Ending | None:
    """The end that was announced and waits for pods to be gone."""
    for target, kind in (("FailureTarget", "Failed"), ("SuccessCriteriaMet", "Complete")):
        condition = conditions.find(job.status.conditions, target)
        if condition is not None and condition.status == "True":
            return Ending(kind, condition.reason, condition.message)
    return None


def _has_failed(job: batch_v1.Job, pod: core_v1.Pod) -> bool:
    """Failed, or on its way out without success, unless the Job wants to wait for its end."""
    if pod.status.phase == "Failed":
        return True
    waits = job.spec.pod_replacement_policy == "Failed" or job.spec.pod_failure_policy is not None
    return pod.metadata.deletion_timestamp is not None and pod.status.phase != "Succeeded" and not waits


def count(job: batch_v1.Job, pods: Sequence[core_v1.Pod], now: datetime) -> Count:
    """Add up what the pods have come to since the status was written."""
    old = job.status.uncounted_terminated_pods or batch_v1.UncountedTerminatedPods()
    status = msgspec.structs.replace(job.status, conditions=list(job.status.conditions))
    held = {pod.metadata.uid: pod for pod in pods if FINALIZER in pod.metadata.finalizers}
    done = job_indexes.parse(status.completed_indexes)
    found = Count(status)
    pending = batch_v1.UncountedTerminatedPods()
    for uid in old.succeeded:
        if uid in held:
            pending.succeeded.append(uid)
            found.uncount.append(held[uid])
        else:
            status.succeeded += 1
    for uid in old.failed:
        if uid in held:
            pending.failed.append(uid)
            found.uncount.append(held[uid])
        else:
            status.failed += 1
    written = {*pending.succeeded, *pending.failed}
    for pod in pods:
        if pod.status.phase == "Succeeded":
            _succeeded(job, pod, written, done, pending, found)
        elif _has_failed(job, pod):
            _failed(job, pod, written, pending, found, now)
        elif pod.metadata.deletion_timestamp is None:
            found.active.append(pod)
    found.terminating = sum(
        pod.metadata.deletion_timestamp is not None and pod.status.phase not in ("Succeeded", "Failed") for pod in pods
    )
    status.active = len(found.active)
    status.ready = sum(is_ready(pod) for pod in found.active)
    status.terminating = found.terminating
    status.uncounted_terminated_pods = pending
    if is_indexed(job):
        status.completed_indexes = job_indexes.write(done)
        status.succeeded = len(done)
    if has_index_limit(job):
        failed = [pod for pod in pods if _has_failed(job, pod)]
        found.pasts = job_index_limits.pasts(job, failed, now)
        found.failed_indexes = job_index_limits.given_up(job, failed) - done
        status.failed_indexes = job_indexes.write(found.failed_indexes)
    return found


def _succeeded(
    job: batch_v1.Job,
    pod: core_v1.Pod,
    written: set[str],
    done: set[int],
    pending: batch_v1.UncountedTerminatedPods,
    found: Count,
) -> None:
    if FINALIZER not in pod.metadata.finalizers:
        return
    if is_indexed(job):
        # An index is done once, however many pods did it; the set of them is the count.
        if 0 <= index_of(pod) < (job.spec.completions or 0):
            done.add(index_of(pod))
        found.uncount.append(pod)
    elif pod.metadata.uid not in written:
        pending.succeeded.append(pod.metadata.uid)
        found.uncount.append(pod)


def _failed(
    job: batch_v1.Job,
    pod: core_v1.Pod,
    written: set[str],
    pending: batch_v1.UncountedTerminatedPods,
    found: Count,
    now: datetime,
) -> None:
    moment = job_failures.finished_at(pod, now)
    found.last_failure = max(found.last_failure or moment, moment)
    if FINALIZER not in pod.metadata.finalizers or pod.metadata.uid in written:
        return
    action, message = job_failures.judge(job, pod)
    if action == "FailJob":
        found.fail_job = found.fail_job or message
    if action != "Ignore":
        pending.failed.append(pod.metadata.uid)
    found.uncount.append(pod)


def sums(status: batch_v1.JobStatus, indexed: bool) -> tuple[int, int]:
    """(succeeded, failed) with those that are written down but not added yet."""
    pending = status.uncounted_terminated_pods or batch_v1.UncountedTerminatedPods()
    return status.succeeded + (0 if indexed else len(pending.succeeded)), status.failed + len(pending.failed)


def ending(job: batch_v1.Job, found: Count, now: datetime) -> Ending | None:
    """Whether the Job has come to its end, one way or the other."""
    succeeded, failed = sums(found.status, is_indexed(job))
    if found.fail_job:
        return Ending("Failed", "PodFailurePolicy", found.fail_job)
    limit = 6 if job.spec.backoff_limit is None else job.spec.backoff_limit
    if failed + _restarts(job, found.active, limit) > limit:
        return Ending("Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit")
    deadline, started = job.spec.active_deadline_seconds, found.status.start_time
    if deadline is not None and started is not None and started + timedelta(seconds=deadline) <= now:
        return Ending("Failed", "DeadlineExceeded", "Job was active longer than specified deadline")
    if is_indexed(job) and (early := _ending_by_indexes(job, found)) is not None:
        return early
    if job.spec.completions is None:
        complete = succeeded > 0 and not found.active
    else:
        complete = succeeded >= job.spec.completions
    if complete:
        return Ending("Complete", "CompletionsReached", "Reached expected number of succeeded pods")
    return None


def _ending_by_indexes(job: batch_v1.Job, found: Count) -> Ending | None:
    """The end that follows from which indexes have failed or succeeded."""
    failed, done = found.failed_indexes, job_indexes.parse(found.status.completed_indexes)
    if job.spec.max_failed_indexes is not None and len(failed) > job.spec.max_failed_indexes:
        message = "Job has exceeded the specified maximal number of failed indexes"
        return Ending("Failed", "MaxFailedIndexesExceeded", message)
    if failed and len(failed) + len(done) >= (job.spec.completions or 0):
        return Ending("Failed", "FailedIndexes", "Job has failed indexes")
    rule = job_index_limits.met_rule(job, done)
    return None if rule is None else Ending("Complete", "SuccessPolicy", f"Matched rules at index {rule}")


def _restarts(job: batch_v1.Job, active: Iterable[core_v1.Pod], limit: int) -> int:
    """Restarts within running pods count as failures where the pods restart by themselves."""
    if job.spec.template.spec.restart_policy != "OnFailure":
        return 0
    total = sum(
        status.restart_count
        for pod in active
        if pod.status.phase in ("Running", "Pending")
        for status in (*pod.status.init_container_statuses, *pod.status.container_statuses)
    )
    return limit + 1 if total and total >= limit else 0


@dataclass(slots=True)
class Plan:
    """Completion indexes to start a pod for (-1: no index), and pods to delete."""

    create: list[int] = field(default_factory=list)
    delete: list[core_v1.Pod] = field(default_factory=list)


def plan(job: batch_v1.Job, found: Count) -> Plan:
    """Bring the number of active pods to what is useful."""
    if job.spec.suspend:
        return Plan(delete=list(found.active))
    parallelism = 1 if job.spec.parallelism is None else job.spec.parallelism
    succeeded, _ = sums(found.status, is_indexed(job))
    if job.spec.completions is None:
        wanted = len(found.active) if succeeded else parallelism
        wanted = min(wanted, parallelism)
    else:
        wanted = min(parallelism, max(job.spec.completions - succeeded - len(found.failed_indexes), 0))
    leaving = found.terminating if job.spec.pod_replacement_policy == "Failed" else 0
    missing = wanted - len(found.active) - leaving
    if missing < 0:
        spare = max(len(found.active) - wanted, 0)
        ranked = sorted(found.active, key=lambda pod: (is_ready(pod), pod.metadata.name))
        return Plan(delete=ranked[:spare])
    if not is_indexed(job):
        return Plan(create=[-1] * missing)
    done = job_indexes.parse(found.status.completed_indexes)
    taken = {index_of(pod) for pod in found.active} | done | found.failed_indexes
    free = (index for index in range(job.spec.completions or 0) if index not in taken)
    return Plan(create=[index for index, _ in zip(free, range(missing), strict=False)])


def make_pod_spec(spec: core_v1.PodSpec, index: int, hostname: str) -> core_v1.PodSpec:
    """The template's spec with the index in each container's environment."""
    source = core_v1.EnvVarSource(field_ref=core_v1.ObjectFieldSelector(field_path=f"metadata.labels['{INDEX}']"))
    variable = core_v1.EnvVar(name="JOB_COMPLETION_INDEX", value_from=source)

    def with_index(containers: list[core_v1.Container]) -> list[core_v1.Container]:
        return [
            each
            if any(old.name == variable.name for old in each.env)
            else msgspec.structs.replace(each, env=[*each.env, variable])
            for each in containers
        ]

    return msgspec.structs.replace(
        spec,
        containers=with_index(spec.containers),
        init_containers=with_index(spec.init_containers),
        hostname=spec.hostname or hostname,
    )
