"""CronJob: makes a Job at each of its times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from pykube import errors
from pykube.api import batch_v1, conditions, core_v1, meta_v1, owners

from .base import Controller, split
from .context import Context
from .cron import Schedule, ScheduleError
from .indexes import BY_CONTROLLER, index_by_controller
from .pod_control import namespace_is_ending

SCHEDULED_AT: Final = "batch.kubernetes.io/cronjob-scheduled-timestamp"
MANY_MISSED: Final = 100
_NEVER = datetime.max.replace(tzinfo=UTC)


def missed(schedule: Schedule, since: datetime, now: datetime) -> tuple[datetime | None, int]:
    """The latest time in (since, now], and how many there were; counting stops beyond `MANY_MISSED`."""
    latest: datetime | None = None
    count = 0
    moment = schedule.next(since)
    while moment is not None and moment <= now:
        latest, count = moment, count + 1
        if count > MANY_MISSED:
            return _latest(schedule, now, moment), count
        moment = schedule.next(moment)
    return latest, count


def _latest(schedule: Schedule, now: datetime, known: datetime) -> datetime:
    """The latest time up to `now`, looked for in growing steps back from it."""
    step = timedelta(minutes=2)
    while True:
        start = max(now - step, known)
        moment, latest = schedule.next(start), None
        while moment is not None and moment <= now:
            latest, moment = moment, schedule.next(moment)
        if latest is not None or start == known:
            return latest or known
        step *= 4


def ended_as(job: batch_v1.Job) -> str:
    """``Complete`` or ``Failed``; empty while the Job runs."""
    return next((kind for kind in ("Complete", "Failed") if conditions.is_true(job.status.conditions, kind)), "")


class CronJobController(Controller):
    """Keys are those of CronJobs."""

    name = "cronjob-controller"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.crons = self.watch(batch_v1.CronJob)
        self.jobs = self.informer(batch_v1.Job)
        index_by_controller(self.jobs)
        self.jobs.add_handler(on_add=self._job, on_update=lambda old, new: self._job(new), on_delete=self._job)

    def _job(self, job: batch_v1.Job) -> None:
        reference = owners.controller_of(job)
        if reference is not None and reference.kind == "CronJob":
            self.queue.add(f"{job.metadata.namespace}/{reference.name}")

    async def sync(self, key: str) -> None:
        namespace, name = split(key)
        cron = self.crons.get(name, namespace)
        if cron is None:
            return
        jobs = self.jobs.by_index(BY_CONTROLLER, cron.metadata.uid)
        status = msgspec.structs.replace(cron.status, active=list(cron.status.active))
        await self._review(cron, jobs, status)
        if cron.metadata.deletion_timestamp is None and not cron.spec.suspend:
            await self._schedule(key, cron, status)
        if status != cron.status:
            await self.client.update(msgspec.structs.replace(cron, status=status), subresource="status")
        await self._trim(cron, jobs)

    # -- what became of earlier Jobs

    async def _review(
        self, cron: batch_v1.CronJob, jobs: Sequence[batch_v1.Job], status: batch_v1.CronJobStatus
    ) -> None:
        by_uid = {job.metadata.uid: job for job in jobs}
        known = {each.uid for each in status.active}
        for job in jobs:
            ended = ended_as(job)
            if not ended and job.metadata.uid not in known:
                message = f"Saw a job that the controller did not create or forgot: {job.metadata.name}"
                self.event(cron, "UnexpectedJob", message, warning=True)
            finished = job.status.completion_time
            if ended == "Complete" and finished is not None:
                status.last_successful_time = max(status.last_successful_time or finished, finished)
        for each in list(status.active):
            job_or_none = by_uid.get(each.uid)
            if job_or_none is not None and ended_as(job_or_none):
                status.active.remove(each)
                ended = ended_as(job_or_none)
                self.event(cron, "SawCompletedJob", f"Saw completed job: {each.name}, condition: {ended}")
            elif job_or_none is None and not await self._exists(cron, each):
                status.active.remove(each)
                self.event(cron, "MissingJob", f"Active job went missing: {each.name}")

    async def _exists(self, cron: batch_v1.CronJob, reference: core_v1.ObjectReference) -> bool:
        try:
            found = await self.client.get(batch_v1.Job, reference.name, cron.metadata.namespace)
        except errors.NotFound:
            return False
        return found.metadata.uid == reference.uid

    # -- the next Job

    def _parse(self, cron: batch_v1.CronJob) -> tuple[Schedule, ZoneInfo] | None:
        zone = cron.spec.time_zone or "UTC"
        try:
            return Schedule.parse(cron.spec.schedule), ZoneInfo(zone)
        except ScheduleError as error:
            text = f'unparseable schedule: "{cron.spec.schedule}" : {error}'
            self.event(cron, "UnparseableSchedule", text, warning=True)
        except (ZoneInfoNotFoundError, ValueError):
            self.event(cron, "UnknownTimeZone", f'invalid timeZone: "{zone}": unknown time zone {zone}', warning=True)
        return None

    async def _schedule(self, key: str, cron: batch_v1.CronJob, status: batch_v1.CronJobStatus) -> None:
        parsed = self._parse(cron)
        if parsed is None:
            return
        schedule, zone = parsed
        now = self.clock.now().astimezone(zone)
        upcoming = schedule.next(now)
        if upcoming is not None:
            self.queue.add_after(key, (upcoming - now).total_seconds() + 0.1)
        since = status.last_schedule_time or cron.metadata.creation_timestamp or now
        deadline = cron.spec.starting_deadline_seconds
        if deadline is not None:
            since = max(since, now - timedelta(seconds=deadline))
        moment, count = missed(schedule, since.astimezone(zone), now)
        if count > MANY_MISSED:
            text = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew"
            self.event(cron, "TooManyMissedTimes", text, warning=True)
        if moment is None:
            return
        if cron.spec.concurrency_policy == "Forbid" and status.active:
            text = "Not starting job because prior execution is running and concurrency policy is Forbid"
            self.event(cron, "JobAlreadyActive", text)
            return
        if cron.spec.concurrency_policy == "Replace":
            for each in list(status.active):
                await self._delete(cron, each.name)
                status.active.remove(each)
        await self._start(cron, status, moment)

    async def _start(self, cron: batch_v1.CronJob, status: batch_v1.CronJobStatus, moment: datetime) -> None:
        template = cron.spec.job_template
        name = f"{cron.metadata.name}-{int(moment.timestamp()) // 60}"
        job = batch_v1.Job(
            metadata=meta_v1.ObjectMeta(
                name=name,
                namespace=cron.metadata.namespace,
                labels=dict(template.metadata.labels),
                annotations={**template.metadata.annotations, SCHEDULED_AT: moment.isoformat().replace("+00:00", "Z")},
                owner_references=[owners.controller_reference(cron)],
            ),
            spec=template.spec,
        )
        try:
            created = await self.client.create(job)
        except errors.AlreadyExists:
            created = await self.client.get(batch_v1.Job, name, cron.metadata.namespace)
            if not owners.is_controlled_by(created, cron):
                raise
        except errors.ApiError as error:
            if not namespace_is_ending(error):
                self.event(cron, "FailedCreate", f"Error creating job: {error}", warning=True)
            raise
        else:
            self.event(cron, "SuccessfulCreate", f"Created job {name}")
        status.last_schedule_time = moment.astimezone(UTC)
        if not any(each.uid == created.metadata.uid for each in status.active) and not ended_as(created):
            status.active.append(
                core_v1.ObjectReference(
                    api_version="batch/v1",
                    kind="Job",
                    name=name,
                    namespace=cron.metadata.namespace,
                    uid=created.metadata.uid,
                    resource_version=created.metadata.resource_version,
                )
            )

    # -- history

    async def _trim(self, cron: batch_v1.CronJob, jobs: Sequence[batch_v1.Job]) -> None:
        limits = {"Complete": cron.spec.successful_jobs_history_limit, "Failed": cron.spec.failed_jobs_history_limit}
        for kind, limit in limits.items():
            if limit is None:
                continue
            ended = [job for job in jobs if ended_as(job) == kind and job.metadata.deletion_timestamp is None]
            ended.sort(key=lambda job: (job.status.start_time or _NEVER, job.metadata.name))
            for job in ended[: max(len(ended) - limit, 0)]:
                await self._delete(cron, job.metadata.name)

    async def _delete(self, cron: batch_v1.CronJob, name: str) -> None:
        try:
            await self.client.delete(batch_v1.Job, name, cron.metadata.namespace, propagation="Background")
        except errors.NotFound:
            return
        except errors.ApiError as error:
            self.event(cron, "FailedDelete", f"Deleted job: {error}", warning=True)
            raise
        self.event(cron, "SuccessfulDelete", f"Deleted job {name}")
