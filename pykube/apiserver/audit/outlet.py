"""The way of events to one receiver: queued in the event loop, encoded and delivered outside of it, in order.

In mode ``batch`` nobody waits, and what finds the queue full is dropped and counted. In the blocking modes a request
goes on only when its event is delivered; ``blocking-strict`` refuses requests whose arrival cannot be recorded.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pykube.aio.clock import Clock

from .event import Event
from .metrics import AuditMetrics

log = logging.getLogger(__name__)

MODES = ("batch", "blocking", "blocking-strict")

CLOSE_SECONDS = 5.0
"""What a receiver has to take what waits when the server ends."""

_TOLD_SECONDS = 60.0
"""How often the log says that events are lost."""


class DeliveryError(Exception):
    """A receiver did not take events; the text says why."""


Encode = Callable[[], Sequence[bytes]]
"""Encodes a batch. It may take long, and is for a thread: the one that delivers, where there is one, as handing work to
a thread costs more than most events."""


class Receiver(Protocol):
    """Where events end."""

    name: str

    async def deliver(self, encode: Encode) -> None:
        """Take a batch over; raises DeliveryError."""
        ...

    async def close(self) -> None:
        """No more will come."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletSettings:
    """How events wait."""

    mode: str = "batch"
    queue: int = 10_000
    """Events that may wait; upstream's number."""
    batch: int = 400
    """Events that are delivered at once at most; upstream's number."""
    wait: float = 0.0
    """Seconds that a batch may wait to be filled."""
    max_event: int = 0
    """Bytes of an event; objects are left out of larger ones. 0: no limit."""


_Waiting = tuple[Event, "asyncio.Future[bool] | None"]


class Outlet:
    """One receiver and its queue; close it at the end."""

    def __init__(self, receiver: Receiver, settings: OutletSettings, clock: Clock, metrics: AuditMetrics) -> None:
        self.mode = settings.mode
        self._receiver = receiver
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._queue: deque[_Waiting] = deque()
        self._wake = asyncio.Event()
        self._full = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        self._delivering = 0
        self._told = -_TOLD_SECONDS

    def start(self) -> None:
        """Begin to deliver."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name=f"audit {self._receiver.name}")

    async def put(self, event: Event) -> bool:
        """Hand an event over; whether it is, or in mode batch will be, delivered."""
        if self.mode == "batch":
            return self.offer(event)
        delivered: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._enqueue(event, delivered)
        return await asyncio.shield(delivered)

    def offer(self, event: Event) -> bool:
        """The same without waiting in any mode, for requests that have been given up."""
        if len(self._queue) >= self._settings.queue:
            self._lost(1, "its queue is full")
            return False
        self._enqueue(event, None)
        return True

    def _enqueue(self, event: Event, delivered: asyncio.Future[bool] | None) -> None:
        self._queue.append((event, delivered))
        self._wake.set()
        if len(self._queue) >= self._settings.batch or delivered is not None:
            self._full.set()

    async def close(self) -> None:
        """Deliver what waits, as far as the receiver takes it soon, and end."""
        self._closing = True
        self._wake.set()
        self._full.set()
        if self._task is not None:
            giving_up = asyncio.ensure_future(self._clock.sleep(CLOSE_SECONDS))
            await asyncio.wait((self._task, giving_up), return_when=asyncio.FIRST_COMPLETED)
            giving_up.cancel()
            self._task.cancel()
            await asyncio.gather(self._task, giving_up, return_exceptions=True)
            self._lost(len(self._queue) + self._delivering, "the server ends")
        await self._receiver.close()

    async def _run(self) -> None:
        while self._queue or not self._closing:
            if not self._queue:
                self._wake.clear()
                await self._wake.wait()
                continue
            await self._fill()
            count = min(len(self._queue), self._settings.batch)
            await self._deliver([self._queue.popleft() for _ in range(count)])

    async def _fill(self) -> None:
        """Wait until a batch is full or has waited long enough."""
        if not self._settings.wait or self._closing or len(self._queue) >= self._settings.batch:
            return
        self._full.clear()
        waiting = [
            asyncio.ensure_future(self._full.wait()),
            asyncio.ensure_future(self._clock.sleep(self._settings.wait)),
        ]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def _deliver(self, batch: Sequence[_Waiting]) -> None:
        delivered = True
        count = self._delivering = len(batch)

        def encode() -> Sequence[bytes]:
            nonlocal count
            found = self._encoded([event for event, _ in batch])
            count = len(found)
            return found

        try:
            await self._receiver.deliver(encode)
            self._lost(len(batch) - count, "they are too large or cannot be encoded")
        except DeliveryError as error:
            delivered = False
            self._lost(len(batch), str(error))
        except Exception as error:
            delivered = False
            log.exception("audit %s failed", self._receiver.name)
            self._lost(len(batch), str(error))
        self._delivering = 0
        for _, future in batch:
            if future is not None and not future.done():
                future.set_result(delivered)

    def _encoded(self, events: Sequence[Event]) -> list[bytes]:
        found = []
        for event in events:
            try:
                found.append(event.encode(limit=self._settings.max_event))
            except (ValueError, TypeError) as error:
                log.warning("audit %s: event %s: %s", self._receiver.name, event.audit_id, error)
        return found

    def _lost(self, count: int, why: str) -> None:
        if count <= 0:
            return
        self._metrics.errors[self._receiver.name] += count
        now = self._clock.monotonic()
        if now - self._told >= _TOLD_SECONDS:
            self._told = now
            log.error("audit %s: %d events are lost: %s", self._receiver.name, count, why)
