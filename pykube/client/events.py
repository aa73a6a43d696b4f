"""Events about objects, for people: queued, counted, and never in the way of the work they tell of."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pykube import errors
from pykube.aio.clock import Clock
from pykube.api import core_v1, meta_v1, scheme

from .correlation import Correlator, Occurrence, Told
from .rest import Client

log = logging.getLogger(__name__)

QUEUE = 1000
"""Events that wait to be sent; beyond that new ones are dropped, as upstream does."""

ATTEMPTS = 12
RETRY_SECONDS = 10.0

MAX_MESSAGE = 1024
"""Bytes of a message that the API accepts."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Something to tell; `count` is how often it had happened then."""

    about: core_v1.ObjectReference
    occurrence: Occurrence
    moment: datetime
    count: int


class EventRecorder:
    """Tells the API server what happens to objects; the sending task starts with the first event."""

    def __init__(self, client: Client, component: str, host: str, clock: Clock) -> None:
        self._client = client
        self._component = component
        self._host = host
        self._clock = clock
        self._correlator = Correlator()
        self._queue: deque[_Waiting] = deque()
        self._task: asyncio.Task[None] | None = None
        self._stamp = 0

    def event(self, obj: Any, type_: str, reason: str, message: str) -> None:
        """Tell that `reason` (CamelCase) happened to `obj` (an object or an ObjectReference); `type_` is Normal or
        Warning. Returns at once and raises nothing."""
        try:
            about = reference_to(obj)
            key = (about.kind, about.namespace, about.name, about.uid, about.field_path)
            text = message.encode()[:MAX_MESSAGE].decode("utf-8", "ignore")
            occurrence = self._correlator.admit(Occurrence(key, type_, reason, text), self._clock.monotonic())
            if occurrence is None or len(self._queue) >= QUEUE:
                return
            count = self._correlator.count(occurrence)
            self._queue.append(_Waiting(about, occurrence, self._clock.now(), count))
            if self._task is None or self._task.done():
                self._task = asyncio.get_running_loop().create_task(self._send(), name=f"events of {self._component}")
        except Exception:
            log.exception("an event could not be recorded: %s %s", reason, message)

    async def close(self) -> None:
        """Send what waits, without trying twice for long; then stop."""
        if self._task is None:
            return
        try:
            await asyncio.wait_for(self._task, timeout=2.0)
        except TimeoutError:
            log.warning("%d events were not sent", len(self._queue))

    async def _send(self) -> None:
        """Send until the queue is empty."""
        while self._queue:
            waiting = self._queue[0]
            reason = waiting.occurrence.reason
            for _ in range(ATTEMPTS):
                try:
                    await self._tell(waiting)
                except (errors.ServiceUnavailable, errors.Timeout, errors.TooManyRequests):
                    await self._clock.sleep(RETRY_SECONDS)
                    continue
                except errors.ApiError as error:
                    log.debug("the event %s was refused: %s", reason, error.message)
                except Exception:
                    log.exception("the event %s could not be sent", reason)
                break
            self._queue.popleft()

    async def _tell(self, waiting: _Waiting) -> None:
        occurrence = waiting.occurrence
        told = self._correlator.told(occurrence)
        if told is not None:
            try:
                await self._count(told, waiting)
            except errors.NotFound:  # its time to live is over
                self._correlator.forget(occurrence)
            else:
                return
        event = await self._client.create(self._new(waiting))
        self._correlator.remember(occurrence, Told(event.metadata.name, event.metadata.namespace))

    async def _count(self, told: Told, waiting: _Waiting) -> None:
        last = waiting.moment.replace(microsecond=0).strftime("%Y-%m-%dT%H:%M:%SZ")
        body = {"count": waiting.count, "lastTimestamp": last, "message": waiting.occurrence.message}
        await self._client.patch(core_v1.Event, told.name, told.namespace, body=body)

    def _new(self, waiting: _Waiting) -> core_v1.Event:
        about, occurrence, moment = waiting.about, waiting.occurrence, waiting.moment
        second = moment.replace(microsecond=0)
        return core_v1.Event(
            metadata=meta_v1.ObjectMeta(
                name=f"{about.name}.{self._next_stamp(moment):x}",
                namespace=about.namespace or "default",
            ),
            involved_object=about,
            reason=occurrence.reason,
            message=occurrence.message,
            type=occurrence.type,
            source=core_v1.EventSource(component=self._component, host=self._host),
            reporting_component=self._component,
            reporting_instance=self._host,
            first_timestamp=second,
            last_timestamp=second,
            count=waiting.count,
        )

    def _next_stamp(self, moment: datetime) -> int:
        """Nanoseconds since 1970, raised where two events share a moment: it makes their names differ."""
        self._stamp = max(int(moment.timestamp() * 1e6) * 1000, self._stamp + 1)
        return self._stamp


def reference_to(obj: Any) -> core_v1.ObjectReference:
    """A reference to an object of the API; a reference is its own."""
    if isinstance(obj, core_v1.ObjectReference):
        return obj
    resource = scheme.resource_of(obj)
    meta = obj.metadata
    return core_v1.ObjectReference(
        api_version=resource.api_version,
        kind=resource.kind,
        namespace=meta.namespace,
        name=meta.name,
        uid=meta.uid,
        resource_version=meta.resource_version,
    )
