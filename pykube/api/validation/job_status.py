"""What the job controller may say about a job: counters grow, an end is final."""

from __future__ import annotations

from .. import conditions
from ..batch_v1 import Job, JobStatus
from ..field_errors import OMITTED, STATUS, Errors, invalid_value, required
from . import checks, job_indexes

_TERMINAL = ("Failed", "Complete", "FailureTarget", "SuccessCriteriaMet")


def update(new: Job, old: Job) -> Errors:
    status = new.status
    for name, value in (
        ("active", status.active),
        ("succeeded", status.succeeded),
        ("failed", status.failed),
        ("ready", status.ready),
        ("terminating", status.terminating),
    ):
        yield from checks.not_negative(STATUS.child(name), value)
    if status.uncounted_terminated_pods is not None:
        place = STATUS.child("uncountedTerminatedPods")
        yield from checks.unique(place.child("succeeded"), status.uncounted_terminated_pods.succeeded)
        yield from checks.unique(place.child("failed"), status.uncounted_terminated_pods.failed)
    if status.completed_indexes != old.status.completed_indexes or status.failed_indexes != old.status.failed_indexes:
        yield from _indexes(new)
    yield from _conditions(status, old.status)
    yield from _times(new, old)
    if status.ready is not None and status.ready > status.active:
        yield invalid_value(STATUS.child("ready"), status.ready, "cannot set more ready pods than active")
    for name, after, before in (
        ("failed", status.failed, old.status.failed),
        ("succeeded", status.succeeded, old.status.succeeded),
    ):
        if after < before:
            yield invalid_value(STATUS.child(name), after, f"cannot decrease the {name} counter")


def _conditions(status: JobStatus, old: JobStatus) -> Errors:
    path = STATUS.child("conditions")
    is_true = {kind for kind in _TERMINAL if conditions.is_true(status.conditions, kind)}
    was_true = {kind for kind in _TERMINAL if conditions.is_true(old.conditions, kind)}
    for pair, message in (
        (("Complete", "Failed"), "cannot set Complete=True and Failed=true conditions"),
        (("Complete", "FailureTarget"), "cannot set Complete=True and FailureTarget=true conditions"),
        (("SuccessCriteriaMet", "Failed"), "cannot set SuccessCriteriaMet=True and Failed=true conditions"),
        (
            ("SuccessCriteriaMet", "FailureTarget"),
            "cannot set SuccessCriteriaMet=True and FailureTarget=true conditions",
        ),
    ):
        if is_true.issuperset(pair):
            yield invalid_value(path, OMITTED, message)
    if "Failed" in is_true - was_true and "FailureTarget" not in is_true:
        message = "cannot set Failed=True condition without the FailureTarget=true condition"
        yield invalid_value(path, OMITTED, message)
    if "Complete" in is_true - was_true and "SuccessCriteriaMet" not in is_true:
        message = "cannot set Complete=True condition without the SuccessCriteriaMet=true condition"
        yield invalid_value(path, OMITTED, message)
    if "SuccessCriteriaMet" in is_true and "Complete" in was_true and "SuccessCriteriaMet" not in was_true:
        message = "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions"
        yield invalid_value(path, OMITTED, message)
    for kind in _TERMINAL:
        if kind in was_true and kind not in is_true:
            if kind == "SuccessCriteriaMet":
                yield invalid_value(path, OMITTED, "cannot disable the SuccessCriteriaMet=True condition")
            else:
                yield invalid_value(path, OMITTED, f"cannot disable the terminal {kind}=True condition")


def _indexes(job: Job) -> Errors:
    """Which indexes of an indexed Job have ended how."""
    status, spec = job.status, job.spec
    completed, failed = STATUS.child("completedIndexes"), STATUS.child("failedIndexes")
    done: job_indexes.Intervals = []
    lost: job_indexes.Intervals = []
    if spec.completions is not None:
        done, problem = job_indexes.parse(status.completed_indexes, spec.completions)
        if problem:
            yield invalid_value(completed, status.completed_indexes, f"error parsing completedIndexes: {problem}")
        if status.failed_indexes is not None and spec.backoff_limit_per_index is not None:
            lost, problem = job_indexes.parse(status.failed_indexes, spec.completions)
            if problem:
                yield invalid_value(failed, status.failed_indexes, f"error parsing failedIndexes: {problem}")
    if status.completed_indexes and spec.completion_mode != "Indexed":
        message = "cannot set non-empty completedIndexes when non-indexed completion mode"
        yield invalid_value(completed, status.completed_indexes, message)
    if status.failed_indexes is not None and spec.backoff_limit_per_index is None:
        message = "cannot set non-null failedIndexes when backoffLimitPerIndex is null"
        yield invalid_value(failed, status.failed_indexes, message)
    if (shared := job_indexes.overlap(done, lost)) is not None:
        message = f"failedIndexes and completedIndexes overlap at index: {shared}"
        yield invalid_value(failed, status.failed_indexes, message)


def _times(new: Job, old: Job) -> Errors:
    status = new.status
    complete = conditions.is_true(status.conditions, "Complete")
    finished = complete or conditions.is_true(status.conditions, "Failed")
    started, completed = STATUS.child("startTime"), STATUS.child("completionTime")
    if status.completion_time is not None and not complete:
        message = "cannot set completionTime when there is no Complete=True condition"
        yield invalid_value(completed, status.completion_time, message)
    if status.completion_time is None and complete:
        yield required(completed, "completionTime is required for Complete jobs")
    if status.start_time and status.completion_time and status.completion_time < status.start_time:
        yield invalid_value(completed, status.completion_time, "must be equal to or after `startTime`")
    if finished:
        if status.active > 0:
            yield invalid_value(STATUS.child("active"), status.active, "active>0 is invalid for finished job")
        if status.start_time is None:
            yield required(started, "startTime is required for finished job")
        left = status.uncounted_terminated_pods
        if left is not None and (left.failed or left.succeeded):
            yield invalid_value(STATUS.child("uncountedTerminatedPods"), left, "must be empty for finished job")
        if status.terminating:
            message = "terminating>0 is invalid for finished job"
            yield invalid_value(STATUS.child("terminating"), status.terminating, message)
    before = old.status
    if before.completion_time is not None and status.completion_time not in (None, before.completion_time):
        yield invalid_value(completed, status.completion_time, checks.IMMUTABLE)
    if before.start_time is not None and status.start_time != before.start_time and not new.spec.suspend:
        yield invalid_value(started, status.start_time, "field is immutable for unsuspended job once set")
