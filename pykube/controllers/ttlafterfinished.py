"""TTL after finished: Jobs that have ended are removed when ``spec.ttlSecondsAfterFinished`` is over (KEP-592)."""

from __future__ import annotations

from datetime import datetime, timedelta

from pykube import errors
from pykube.api import batch_v1, conditions

from .base import Controller, split
from .context import Context


def due(job: batch_v1.Job) -> datetime | None:
    """When the Job is to go; None: never, or not ended yet."""
    seconds = job.spec.ttl_seconds_after_finished
    if seconds is None or job.metadata.deletion_timestamp is not None:
        return None
    for kind in ("Complete", "Failed"):
        condition = conditions.find(job.status.conditions, kind)
        if condition is not None and condition.status == "True" and condition.last_transition_time is not None:
            return condition.last_transition_time + timedelta(seconds=seconds)
    return None


class TtlAfterFinishedController(Controller):
    """Keys are those of Jobs."""

    name = "ttl-after-finished-controller"
    workers = 1

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.jobs = self.watch(batch_v1.Job)

    async def sync(self, key: str) -> None:
        namespace, name = split(key)
        job = self.jobs.get(name, namespace)
        moment = due(job) if job is not None else None
        if job is None or moment is None:
            return
        left = (moment - self.clock.now()).total_seconds()
        if left > 0:
            self.queue.add_after(key, left)
            return
        try:
            await self.client.delete(
                batch_v1.Job,
                name,
                namespace,
                propagation="Foreground",
                uid=job.metadata.uid,
                resource_version=job.metadata.resource_version,
            )
        except errors.NotFound:
            return
