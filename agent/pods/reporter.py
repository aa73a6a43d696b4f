"""Writing one pod's status to the API: one write at a time, and always the newest.

What others wait for (a phase, a container that runs or has ended, readiness, an error) is written at once. The steps in
between, such as a sandbox that is ready while its containers are not, wait a moment: mostly a start is over by then,
and one write says it all.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import msgspec

from pykube import errors
from pykube.aio.backoff import Backoff
from pykube.aio.clock import Clock
from pykube.api import codec, core_v1
from pykube.client.rest import Client, PatchKind

from .conditions import OWNED

log = logging.getLogger(__name__)

_CLEARED = ("reason", "message", "podIP")
"""Fields that a patch must name to make empty."""


MOMENT = 1.0
"""Seconds for which a step in between may wait."""
_STARTING = ("", "ContainerCreating", "PodInitializing")
"""Reasons to wait that every container has before its start."""


class StatusReporter:
    """What came while a write was under way is written as one."""

    def __init__(self, client: Client, clock: Clock, pod: core_v1.Pod, slots: asyncio.Semaphore) -> None:
        """`slots` are shared by all pods: who has one may write. What comes while a pod waits is written as one."""
        self._client = client
        self._slots = slots
        self._clock = clock
        self._meta = pod.metadata
        self._wanted: core_v1.PodStatus | None = None
        self._written: core_v1.PodStatus | None = None
        self._contested: core_v1.PodStatus | None = None
        """What the API made of a write of ours; it is not answered by the same write again and again."""
        self._task: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        """Set when what is wanted may not wait."""
        self._seen = pod.status
        self._gone = False

    def report(self, status: core_v1.PodStatus, *, patient: bool = False) -> None:
        """Have this status written, unless it says nothing new; `patient`: the next one comes soon and is awaited."""
        known = self._wanted or self._written
        if self._gone or (known is not None and says_the_same(status, known)):
            return
        self._wanted = status
        if not patient and milestones(status) != milestones(self._written or self._seen):
            self._hurry.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write(), name=f"status of {self._meta.namespace}/{self._meta.name}")

    def overtaken(self, seen: core_v1.PodStatus) -> None:
        """Someone else has written the status: `seen` is what the API has now."""
        if self._wanted is not None or self._written is None or says_the_same(seen, self._written):
            return
        if self._contested is None or not says_the_same(seen, self._contested):
            self._contested, self._written, self._seen = seen, None, seen

    async def flush(self) -> None:
        """Return when all is written."""
        self._hurry.set()
        if self._task is not None:
            await self._task

    def forget(self) -> None:
        """The API has no such pod any more: nothing is to be written, though a write under way may end."""
        self._gone, self._wanted = True, None
        self._hurry.set()

    def close(self) -> None:
        """Write nothing more."""
        self._gone = True
        if self._task is not None:
            self._task.cancel()

    async def _write(self) -> None:
        backoff = Backoff(base=0.2, cap=15.0, jitter=0.2)
        while self._wanted is not None:
            await self._moment()
            try:
                async with self._slots:
                    if (status := self._wanted) is None:
                        return
                    self._hurry.clear()
                    await self._patch(status)
            except (errors.NotFound, errors.Conflict) as error:
                log.debug("the status of %s/%s is not wanted: %s", self._meta.namespace, self._meta.name, error)
                self._gone, self._wanted = True, None
                return
            except errors.ApiError as error:
                log.warning("cannot write the status of %s/%s: %s", self._meta.namespace, self._meta.name, error)
                await self._clock.sleep(backoff.next())
                self._hurry.set()
                continue
            backoff.reset()
            self._written = status
            if self._wanted is status:
                self._wanted = None

    async def _moment(self) -> None:
        """Return after a moment, or as soon as there is a hurry."""
        if self._hurry.is_set():
            return
        waking = asyncio.ensure_future(self._clock.sleep(MOMENT))
        hurrying = asyncio.ensure_future(self._hurry.wait())
        try:
            await asyncio.wait({waking, hurrying}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waking.cancel()
            hurrying.cancel()

    async def _patch(self, status: core_v1.PodStatus) -> None:
        await self._client.patch(
            core_v1.Pod,
            self._meta.name,
            self._meta.namespace,
            body=patch_of(self._meta.uid, status, self._written),
            kind=PatchKind.STRATEGIC,
            subresource="status",
        )


def milestones(status: core_v1.PodStatus) -> tuple[Any, ...]:
    """What of a status others wait for; the rest is detail."""
    containers = (*status.init_container_statuses, *status.container_statuses, *status.ephemeral_container_statuses)
    ready = next((found.status for found in status.conditions if found.type == "Ready"), "False")
    moved = tuple((*_stage(seen.state), seen.name, seen.ready, seen.started) for seen in containers)
    return status.phase, status.reason, status.message, ready, tuple(stage for stage in moved if stage[0])


def _stage(state: core_v1.ContainerState) -> tuple[str, str]:
    """The container's state in a word, with what tells one from the next; empty before its first start."""
    if state.running is not None:
        return "running", str(state.running.started_at)
    if state.terminated is not None:
        return "terminated", state.terminated.container_id
    reason = state.waiting.reason if state.waiting is not None else ""
    return ("", "") if reason in _STARTING else ("waiting", reason)


def says_the_same(one: core_v1.PodStatus, other: core_v1.PodStatus) -> bool:
    """Whether two statuses are equal; the order of conditions means nothing, and those of others are not ours."""
    return _in_order(one) == _in_order(other)


def _in_order(status: core_v1.PodStatus) -> core_v1.PodStatus:
    ours = [condition for condition in status.conditions if condition.type in OWNED]
    return msgspec.structs.replace(status, conditions=sorted(ours, key=lambda condition: condition.type))


def patch_of(uid: str, status: core_v1.PodStatus, written: core_v1.PodStatus | None) -> dict[str, Any]:
    """The strategic merge patch that makes the API's status ours and leaves other people's conditions alone.

    The uid makes the API refuse it for a pod of the same name that came later.
    """
    body = codec.to_dict(status)
    body["conditions"] = [condition for condition in body.get("conditions", []) if condition["type"] in OWNED]
    for condition in body["conditions"]:
        condition.setdefault("reason", None)
        condition.setdefault("message", None)
    for name in _CLEARED:
        body.setdefault(name, None)
    if written is None or written.pod_ips != status.pod_ips:
        body["podIPs"] = [*body.get("podIPs", []), {"$patch": "replace"}]
    if written is None or written.host_ips != status.host_ips:
        body["hostIPs"] = [*body.get("hostIPs", []), {"$patch": "replace"}]
    return {"metadata": {"uid": uid}, "status": body}
