"""Job: pods that run until enough of them have succeeded."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from pykube import errors
from pykube.api import batch_v1, conditions, core_v1, names, owners, selectors

from . import adoption, job_failures, job_index_limits, job_plan
from .base import Controller, key_of, split
from .context import Context
from .expectations import Expectations
from .indexes import BY_CONTROLLER, ORPHANS, index_by_controller
from .job_index_limits import INDEX, Past
from .job_plan import FINALIZER, Count, Ending
from .pod_control import PodControl, namespace_is_ending, pod_from_template, slow_start

MANAGER = "kubernetes.io/job-controller"
BURST = 500


class JobController(Controller):
    """Keys are those of Jobs."""

    name = "job-controller"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.expectations = Expectations(self.clock)
        self.pod_control = PodControl(self)
        self.jobs = self.watch(batch_v1.Job)
        self.pods = self.informer(core_v1.Pod)
        index_by_controller(self.pods)
        self.pods.add_handler(on_add=self._pod_added, on_update=self._pod_updated, on_delete=self._pod_gone)

    # -- events

    def _owner_of(self, pod: core_v1.Pod) -> batch_v1.Job | None:
        reference = owners.controller_of(pod)
        if reference is None or reference.kind != "Job":
            return None
        found = self.jobs.get(reference.name, pod.metadata.namespace)
        return found if found is not None and found.metadata.uid == reference.uid else None

    def _pod_added(self, pod: core_v1.Pod) -> None:
        job = self._owner_of(pod)
        if job is not None:
            self.expectations.created(key_of(job))
            self.enqueue(job)
        elif FINALIZER in pod.metadata.finalizers:
            self._let_go(pod)

    def _pod_updated(self, old: core_v1.Pod, new: core_v1.Pod) -> None:
        for job in (self._owner_of(old), self._owner_of(new)):
            if job is not None:
                if new.metadata.deletion_timestamp is not None:
                    self.expectations.deleted(key_of(job), new.metadata.uid)
                self.enqueue(job)
        if self._owner_of(new) is None and FINALIZER in new.metadata.finalizers:
            self._let_go(new)

    def _pod_gone(self, pod: core_v1.Pod) -> None:
        job = self._owner_of(pod)
        if job is not None:
            self.expectations.deleted(key_of(job), pod.metadata.uid)
            self.enqueue(job)

    def _let_go(self, pod: core_v1.Pod) -> None:
        """A pod that no Job counts any more must not be held by our finalizer."""
        reference = owners.controller_of(pod)
        if reference is None:
            self.queue.add(f"{pod.metadata.namespace}/")
        elif reference.kind == "Job":
            self.queue.add(f"{pod.metadata.namespace}/{reference.name}")

    # -- sync

    async def sync(self, key: str) -> None:
        namespace, name = split(key)
        if not name:
            await self._release_strays(namespace)
            return
        job = self.jobs.get(name, namespace)
        if job is None:
            self.expectations.forget(key)
            await self._release_orphans(namespace, name)
            return
        if job.spec.managed_by not in (None, MANAGER):
            return
        pods = await self._pods(job)
        if job_plan.is_finished(job):
            await self._drop_finalizers([pod for pod in pods if FINALIZER in pod.metadata.finalizers])
            return
        now = self.clock.now()
        found = job_plan.count(job, pods, now)
        self._note_start(job, found.status, now)
        end = job_plan.ending_of(job) or (None if job.spec.suspend else job_plan.ending(job, found, now))
        failure: errors.ApiError | None = None
        if end is not None:
            await self._end(key, job, found, end, now)
        elif self.expectations.satisfied(key) and job.metadata.deletion_timestamp is None:
            failure = await self._converge(key, job, found, now)
        await self._write_status(job, found.status)
        await self._drop_finalizers(found.uncount)
        if failure is not None:
            raise failure
        if end is None:
            self._check_deadline(key, job, found.status, now)

    async def _pods(self, job: batch_v1.Job) -> list[core_v1.Pod]:
        candidates = self.pods.by_index(BY_CONTROLLER, job.metadata.uid) + self.pods.by_index(
            ORPHANS, job.metadata.namespace
        )
        selector = selectors.from_label_selector(job.spec.selector)
        return await adoption.carry_out(self.client, job, adoption.plan(job, selector, candidates))

    async def _release_orphans(self, namespace: str, name: str) -> None:
        held = [
            pod
            for pod in self.pods.list(namespace)
            if FINALIZER in pod.metadata.finalizers
            and (reference := owners.controller_of(pod)) is not None
            and (reference.kind, reference.name) == ("Job", name)
        ]
        await self._drop_finalizers(held)

    async def _release_strays(self, namespace: str) -> None:
        """Pods that a Job has let go of and that none will adopt."""
        wanted = [selectors.from_label_selector(job.spec.selector) for job in self.jobs.list(namespace)]
        held = [
            pod
            for pod in self.pods.list(namespace)
            if FINALIZER in pod.metadata.finalizers
            and owners.controller_of(pod) is None
            and not any(selector.matches(pod.metadata.labels) for selector in wanted)
        ]
        await self._drop_finalizers(held)

    def _note_start(self, job: batch_v1.Job, status: batch_v1.JobStatus, now: datetime) -> None:
        """Start time and the Suspended condition."""
        suspended = conditions.find(status.conditions, "Suspended")
        if job.spec.suspend:
            status.start_time = None
            if _put(status, "Suspended", "True", "JobSuspended", "Job suspended", now):
                self.event(job, "Suspended", "Job suspended")
            return
        if suspended is not None and suspended.status == "True":
            status.start_time = now.replace(microsecond=0)
            _put(status, "Suspended", "False", "JobResumed", "Job resumed", now)
            self.event(job, "Resumed", "Job resumed")
        elif status.start_time is None:
            status.start_time = now.replace(microsecond=0)

    def _check_deadline(self, key: str, job: batch_v1.Job, status: batch_v1.JobStatus, now: datetime) -> None:
        if job.spec.active_deadline_seconds is not None and status.start_time is not None:
            due = status.start_time + timedelta(seconds=job.spec.active_deadline_seconds)
            self.queue.add_after(key, max((due - now).total_seconds(), 0.0) + 0.001)

    # -- ending

    async def _end(self, key: str, job: batch_v1.Job, found: Count, end: Ending, now: datetime) -> None:
        """Announce the end, end what still runs, and declare the Job ended when nothing does."""
        target = "FailureTarget" if end.kind == "Failed" else "SuccessCriteriaMet"
        _put(found.status, target, "True", end.reason, end.message, now)
        if found.active:
            await self._delete(key, job, found.active)
            found.status.terminating = found.terminating = found.terminating + len(found.active)
            found.status.active = found.status.ready = 0
        pending = found.status.uncounted_terminated_pods
        if found.terminating or (pending is not None and (pending.succeeded or pending.failed)):
            return
        _put(found.status, end.kind, "True", end.reason, end.message, now)
        if end.kind == "Complete":
            found.status.completion_time = now.replace(microsecond=0)
            self.event(job, "Completed", "Job completed")
        else:
            self.event(job, end.reason, end.message, warning=True)

    # -- pods

    async def _converge(self, key: str, job: batch_v1.Job, found: Count, now: datetime) -> errors.ApiError | None:
        plan = job_plan.plan(job, found)
        if plan.delete:
            await self._delete(key, job, plan.delete[:BURST])
            gone = min(len(plan.delete), BURST)
            found.status.active -= gone
            return None
        if not plan.create:
            return None
        if job_plan.has_index_limit(job):
            due, wait = _due(found, plan.create, now)
            if not due:
                self.queue.add_after(key, wait)
                return None
            return await self._create(key, job, found, due[:BURST])
        _, failed = job_plan.sums(found.status, job_plan.is_indexed(job))
        wait = job_failures.wait_after(failed, found.last_failure, now)
        if wait > 0:
            self.queue.add_after(key, wait)
            return None
        return await self._create(key, job, found, plan.create[:BURST])

    async def _create(
        self, key: str, job: batch_v1.Job, found: Count, indexes: Sequence[int]
    ) -> errors.ApiError | None:
        self.expectations.expect_creations(key, len(indexes))
        left = iter(indexes)

        async def create() -> None:
            try:
                await self.pod_control.create(job, _pod(job, next(left), found))
            except errors.ApiError as error:
                if not namespace_is_ending(error):
                    raise
                self.expectations.created(key)

        succeeded, failure = await slow_start(len(indexes), create)
        for _ in range(len(indexes) - succeeded):
            self.expectations.created(key)
        found.status.active += succeeded
        return failure

    async def _delete(self, key: str, job: batch_v1.Job, pods: Sequence[core_v1.Pod]) -> None:
        self.expectations.expect_deletions(key, (pod.metadata.uid for pod in pods))

        async def delete(pod: core_v1.Pod) -> None:
            try:
                await self.pod_control.delete(job, pod)
            except errors.ApiError as error:
                self.expectations.deleted(key, pod.metadata.uid)
                if not isinstance(error, errors.NotFound):
                    raise

        await asyncio.gather(*(delete(pod) for pod in pods))

    async def _drop_finalizers(self, pods: Sequence[core_v1.Pod]) -> None:
        async def drop(pod: core_v1.Pod) -> None:
            left = [each for each in pod.metadata.finalizers if each != FINALIZER]
            metadata = {
                "uid": pod.metadata.uid,
                "resourceVersion": pod.metadata.resource_version,
                "finalizers": left,
            }
            try:
                await self.client.patch(
                    core_v1.Pod, pod.metadata.name, pod.metadata.namespace, body={"metadata": metadata}
                )
            except errors.NotFound:
                return

        await asyncio.gather(*(drop(pod) for pod in pods))

    async def _write_status(self, job: batch_v1.Job, status: batch_v1.JobStatus) -> None:
        if status != job.status:
            await self.client.update(msgspec.structs.replace(job, status=status), subresource="status")


def _put(status: batch_v1.JobStatus, kind: str, state: str, reason: str, message: str, now: datetime) -> bool:
    now = now.replace(microsecond=0)
    old = conditions.find(status.conditions, kind)
    if old is not None and old.status == state:
        return False
    condition = batch_v1.JobCondition(
        type=kind, status=state, reason=reason, message=message, last_probe_time=now, last_transition_time=now
    )
    return conditions.put(status.conditions, condition, now)


def _due(found: Count, indexes: Sequence[int], now: datetime) -> tuple[list[int], float]:
    """Which indexes may be tried now, and the seconds until the first of the others may."""
    waits = {}
    for index in indexes:
        past = found.pasts.get(index, Past())
        waits[index] = job_failures.wait_after(past.counted, past.last, now)
    return [index for index, wait in waits.items() if wait <= 0], min(waits.values(), default=0.0)


def _pod(job: batch_v1.Job, index: int, found: Count) -> core_v1.Pod:
    """The pod for a completion index, or for none (-1)."""
    pod = pod_from_template(job.spec.template, job)
    pod.metadata.finalizers.append(FINALIZER)
    if index >= 0:
        name = job.metadata.name
        suffix = f"-{index}"
        pod.metadata.generate_name = f"{name[: names.LABEL_MAX - 6 - len(suffix)]}{suffix}-"
        pod.metadata.annotations[INDEX] = str(index)
        pod.metadata.labels[INDEX] = str(index)
        if job_plan.has_index_limit(job):
            pod.metadata.annotations.update(job_index_limits.carried(found.pasts.get(index, Past())))
        pod.spec = job_plan.make_pod_spec(pod.spec, index, f"{name}{suffix}")
    return pod
