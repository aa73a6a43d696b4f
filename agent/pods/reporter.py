"""Writing one pod's status to the API: at once, one write at a time, and always the newest."""

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
        self._gone = False

    def report(self, status: core_v1.PodStatus) -> None:
        """Have this status written, unless it says nothing new."""
        known = self._wanted or self._written
        if self._gone or (known is not None and says_the_same(status, known)):
            return
        self._wanted = status
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write(), name=f"status of {self._meta.namespace}/{self._meta.name}")

    def overtaken(self, seen: core_v1.PodStatus) -> None:
        """Someone else has written the status: `seen` is what the API has now."""
        if self._wanted is not None or self._written is None or says_the_same(seen, self._written):
            return
        if self._contested is None or not says_the_same(seen, self._contested):
            self._contested, self._written = seen, None

    async def flush(self) -> None:
        """Return when all is written."""
        if self._task is not None:
            await self._task

    def close(self) -> None:
        """Write nothing more."""
        self._gone = True
        if self._task is not None:
            self._task.cancel()

    async def _write(self) -> None:
        backoff = Backoff(base=0.2, cap=15.0, jitter=0.2)
        while self._wanted is not None:
            try:
                async with self._slots:
                    status = self._wanted
                    await self._patch(status)
            except (errors.NotFound, errors.Conflict) as error:
                log.debug("the status of %s/%s is not wanted: %s", self._meta.namespace, self._meta.name, error)
                self._gone, self._wanted = True, None
                return
            except errors.ApiError as error:
                log.warning("cannot write the status of %s/%s: %s", self._meta.namespace, self._meta.name, error)
                await self._clock.sleep(backoff.next())
                continue
            backoff.reset()
            self._written = status
            if self._wanted is status:
                self._wanted = None

    async def _patch(self, status: core_v1.PodStatus) -> None:
        await self._client.patch(
            core_v1.Pod,
            self._meta.name,
            self._meta.namespace,
            body=patch_of(self._meta.uid, status, self._written),
            kind=PatchKind.STRATEGIC,
            subresource="status",
        )


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
