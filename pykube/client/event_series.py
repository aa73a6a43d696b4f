"""Events of events.k8s.io: the first is an object, what follows alike within minutes is a series in it.

Figures: client-go's tools/events. The second occurrence begins the series and is told at once; later ones are only
counted here, and told when the series is refreshed or has ended.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pykube import errors
from pykube.aio.clock import Clock
from pykube.api import core_v1, events_v1, meta_v1
from pykube.api.microtime import MicroTime

from .events import ATTEMPTS, MAX_MESSAGE, QUEUE, RETRY_SECONDS, reference_to
from .rest import Client

log = logging.getLogger(__name__)

FINISH = 360.0
"""Seconds without another occurrence after which a series has ended."""

REFRESH = 1800.0
"""Seconds between tellings of a series that goes on."""

LOOK = 360.0
"""Seconds between looks for series that have ended."""

Key = tuple[Any, ...]


@dataclass(slots=True)
class _Series:
    """An event that was told, and how often it has happened."""

    name: str
    namespace: str
    last: datetime
    count: int = 1
    told: int = 1
    told_at: float = 0.0


class SeriesRecorder:
    """Tells of what happens to objects, by `controller` on `instance`; run `run` beside it."""

    def __init__(self, client: Client, controller: str, instance: str, clock: Clock) -> None:
        self._client = client
        self._controller = controller
        self._instance = instance
        self._clock = clock
        self._known: dict[Key, _Series] = {}
        self._queue: deque[events_v1.Event | _Series] = deque()
        self._queued = asyncio.Event()
        self._stamp = 0

    def event(self, regarding: Any, type_: str, reason: str, action: str, note: str, related: Any = None) -> None:
        """Tell that `reason` happened to `regarding` while `action` was tried; returns at once and raises nothing."""
        try:
            self._record(regarding, related, type_, reason, action, note)
        except Exception:
            log.exception("an event could not be recorded: %s %s", reason, note)

    def _record(self, regarding: Any, related: Any, type_: str, reason: str, action: str, note: str) -> None:
        about = reference_to(regarding)
        other = reference_to(related) if related is not None else None
        key = (type_, action, reason, _identity(about), _identity(other) if other else None)
        moment = self._clock.now()
        if (known := self._known.get(key)) is not None:
            known.count += 1
            known.last = moment
            if known.count == 2:
                self._enqueue(known)
            return
        text = note.encode()[:MAX_MESSAGE].decode("utf-8", "ignore")
        event = self._new(about, other, moment)
        event.type, event.reason, event.action, event.note = type_, reason, action, text
        self._known[key] = _Series(event.metadata.name, event.metadata.namespace, moment)
        self._enqueue(event)

    def _new(
        self, about: core_v1.ObjectReference, related: core_v1.ObjectReference | None, moment: datetime
    ) -> events_v1.Event:
        self._stamp = max(int(moment.timestamp() * 1e6) * 1000, self._stamp + 1)
        name = f"{about.name}.{self._stamp:x}"
        return events_v1.Event(
            metadata=meta_v1.ObjectMeta(name=name, namespace=about.namespace or "default"),
            event_time=MicroTime(moment),
            reporting_controller=self._controller,
            reporting_instance=self._instance,
            regarding=about,
            related=related,
        )

    def _enqueue(self, item: events_v1.Event | _Series) -> None:
        if len(self._queue) < QUEUE:
            self._queue.append(item)
            self._queued.set()

    async def run(self) -> None:
        """Send what is recorded, and keep the series, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._send())
            tasks.create_task(self._keep())

    async def _send(self) -> None:
        while True:
            await self._queued.wait()
            self._queued.clear()
            while self._queue:
                await self._insist(self._queue.popleft())

    async def _insist(self, item: events_v1.Event | _Series) -> None:
        for _ in range(ATTEMPTS):
            try:
                await self._tell(item)
            except (errors.ServiceUnavailable, errors.Timeout, errors.TooManyRequests):
                await self._clock.sleep(RETRY_SECONDS)
                continue
            except errors.ApiError as error:
                log.debug("an event was refused: %s", error.message)
            except Exception:
                log.exception("an event could not be sent")
            return

    async def _tell(self, item: events_v1.Event | _Series) -> None:
        if isinstance(item, events_v1.Event):
            await self._client.create(item)
            return
        item.told, item.told_at = item.count, self._clock.monotonic()
        series = {"count": item.count, "lastObservedTime": str(MicroTime(item.last))}
        await self._client.patch(events_v1.Event, item.name, item.namespace, body={"series": series})

    async def _keep(self) -> None:
        """Tell the counts of series that go on, and forget those that have ended once theirs are told."""
        while True:
            await self._clock.sleep(LOOK)
            moment, now = self._clock.now(), self._clock.monotonic()
            for key, series in tuple(self._known.items()):
                ended = (moment - series.last).total_seconds() >= FINISH
                if series.count != series.told and (ended or now - series.told_at >= REFRESH):
                    self._enqueue(series)
                if ended:
                    del self._known[key]


def _identity(about: core_v1.ObjectReference) -> tuple[str, ...]:
    return about.kind, about.namespace, about.name, about.uid, about.field_path
