"""Rows of the batch group."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .cells import NONE, age, condition, containers, name, part, selector, true_or_false
from .duration import between, since
from .pods import WIDE
from .printer import Object, Printer, columns


def job(item: Object, now: datetime) -> list[Any]:
    spec, status = part(item, "spec"), part(item, "status")
    started, completed = status.get("startTime"), status.get("completionTime")
    lasted = (between(started, completed) if completed else since(started, now)) if started else ""
    return [
        name(item),
        job_status(item),
        _completions(spec, status),
        lasted,
        age(item, now),
        *containers(part(spec, "template", "spec")),
        selector(spec.get("selector")),
    ]


def _completions(spec: dict[str, Any], status: dict[str, Any]) -> str:
    succeeded = status.get("succeeded", 0)
    if spec.get("completions") is not None:
        return f"{succeeded}/{spec['completions']}"
    parallelism = spec.get("parallelism") or 0
    return f"{succeeded}/1 of {parallelism}" if parallelism > 1 else f"{succeeded}/1"


def job_status(item: Object) -> str:
    """The first of the conditions that hold, in upstream's order."""

    def holds(kind: str) -> bool:
        return condition(item, kind).get("status") == "True"

    for kind in ("Complete", "Failed"):
        if holds(kind):
            return kind
    if item["metadata"].get("deletionTimestamp"):
        return "Terminating"
    for kind in ("Suspended", "FailureTarget", "SuccessCriteriaMet"):
        if holds(kind):
            return kind
    return "Running"


def cron_job(item: Object, now: datetime) -> list[Any]:
    spec, status = part(item, "spec"), part(item, "status")
    last = status.get("lastScheduleTime")
    job_spec = part(spec, "jobTemplate", "spec")
    return [
        name(item),
        spec.get("schedule", ""),
        spec.get("timeZone") or NONE,
        true_or_false(spec.get("suspend")),
        len(status.get("active") or ()),
        since(last, now) if last else NONE,
        age(item, now),
        *containers(part(job_spec, "template", "spec")),
        selector(job_spec.get("selector")),
    ]


PRINTERS = {
    ("batch", "Job"): Printer(columns("Status", "Completions", "Duration", "Age", wide=WIDE), job),
    ("batch", "CronJob"): Printer(
        columns(
            "Schedule",
            "Timezone",
            "Suspend",
            "Active",
            "Last Schedule",
            "Age",
            wide=WIDE,
            suspend="boolean",
            active="integer",
        ),
        cron_job,
    ),
}
