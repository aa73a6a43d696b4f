"""The stage between authentication and authorization: lets a request through, makes it wait, or turns it away.

What a seat means here: one thread answers everything, so the requests under way are those that wait for the store,
for a webhook or for a slow client, and those that came in the same turn of the event loop. A seat is therefore kept
until the turn is over in which its request was answered. When a hundred requests arrive at once, those of one flow that
find no seat wait in its queues, and other flows go first in the next turn, although no request ever paused.

This is the thin shell around queues.py and configuration.py: it reads the clock, keeps futures and timers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TypeVar

from pykube.aio.clock import Clock
from pykube.api import codec
from pykube.api import flowcontrol_v1 as v1
from pykube.api.schema import Struct
from pykube.errors import Details, TooManyRequests

from ..registry import Registry
from ..request import Context
from ..watch_cache import CacheEvent
from . import waiting, width
from .configuration import Configuration, Flow
from .queues import REJECT, WAIT, WAITING, QueueSet, Request
from .retry_after import RetryAfter
from .watch_count import Key, WatchCount, key_of

T = TypeVar("T", bound=Struct)

ADJUSTMENT = 10.0
"""Seconds between two adjustments of what levels lend and borrow; upstream's value."""

MESSAGE = "Too many requests, please try again later."

_LASTING = frozenset({"attach", "exec", "log", "portforward", "proxy"})
"""Subresources that last as long as the client stays: they are not held back, as upstream has it."""


class Seat(Request):
    """One request's place in the server."""

    future: asyncio.Future[None] | None = None
    left: bool = False
    watch: Key | None = None

    def __init__(self, shell: Fairness, flow: Flow, ctx: Context) -> None:
        self._shell = shell
        self.flow = flow
        self.ctx = ctx

    def leave(self) -> None:
        """The work is done: answered, or a watch has begun. More than once is once."""
        if not self.left:
            self.left = True
            self._shell.leave(self)

    def close(self) -> None:
        """The request is over, a watch included."""
        if not self.left:
            self.left = True
            self._shell.leave(self)
        if self.watch is not None:
            self._shell.watches.remove(self.watch)
            self.watch = None


class Fairness:
    """Priority and fairness of one API server; a stage. `total` is its number of seats."""

    def __init__(self, registry: Registry, clock: Clock, total: int) -> None:
        self._registry = registry
        self._clock = clock
        self._now = clock.monotonic
        self.configuration = Configuration(total, clock.monotonic())
        self.watches = WatchCount()
        self.retry_after: dict[str, RetryAfter] = {}
        """By level."""
        self.dropped = {"mutating": 0, "readOnly": 0}
        self.on_digest: list[Callable[[], None]] = []
        """Called when the objects have been read again."""
        self.schemas: dict[str, v1.FlowSchema] = {}
        """The FlowSchemas that the API shows, by name."""
        self.levels: dict[str, v1.PriorityLevelConfiguration] = {}
        """The PriorityLevelConfigurations that the API shows, by name."""
        self._stale = False
        self._timers: dict[QueueSet, asyncio.TimerHandle] = {}
        self._ended: list[Seat] = []

    # The stage

    async def __call__(self, ctx: Context) -> None:
        """Return when the request may go on; it holds ``ctx.seat`` then.

        Raises:
            TooManyRequests: its level has no room for it, or it waited too long.
        """
        info = ctx.info
        if info.subresource in _LASTING or (info.verb == "proxy" and info.is_resource):
            return
        if self._stale:
            self._digest()
        flow = self.configuration.classify(ctx.user, info)
        ctx.seat = seat = Seat(self, flow, ctx)
        ctx.headers.update(flow.schema.headers)
        if info.verb != "get" and info.is_resource and not flow.level.exempt:
            self._widen(seat)
        verdict = flow.level.queue_set.arrive(seat, flow.hand, self._now())
        if verdict is WAIT:
            await self._wait(seat)
        elif verdict is REJECT:
            raise self._turned_away(seat, "queue-full" if flow.hand else "concurrency-limit")
        else:
            flow.schema.tally.waited.counts[0] += 1
        if info.verb == "watch":
            seat.watch = key_of(info)
            if seat.watch is not None:
                self.watches.add(seat.watch)

    def _widen(self, seat: Seat) -> None:
        """Take as many seats as the request is thought to need."""
        info, flow = seat.ctx.info, seat.flow
        if info.verb in width.LISTS:
            seat.widen(width.of_list(self._registry, info, flow.level.widest))
        elif info.verb in width.WRITES:
            concerned = self.watches.concerned(info)
            flow.schema.tally.watchers.add(concerned)
            if concerned >= width.WATCHERS_PER_SEAT:
                seat.widen(1, *width.of_write(concerned, flow.level.widest))

    async def _wait(self, seat: Seat) -> None:
        """Return when the seat is there.

        Raises:
            TooManyRequests: it was not within the limit.
        """
        tally = seat.flow.schema.tally
        assert seat.queue is not None
        tally.lengths.add(len(seat.queue.waiting))
        seat.future = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(waiting.limit(seat.ctx.info)):
                await seat.future
        except TimeoutError:
            if seat.started == WAITING:
                self._withdraw(seat, timed_out=True)
                raise self._turned_away(seat, "time-out") from None
        except asyncio.CancelledError:
            if seat.started == WAITING:
                self._withdraw(seat, timed_out=False)
                tally.rejected["cancelled"] += 1
                seat.left = True
            raise
        tally.waited.add(seat.started - seat.arrived)

    def _withdraw(self, seat: Seat, *, timed_out: bool) -> None:
        now = self._now()
        seat.flow.schema.tally.waited_in_vain.add(now - seat.arrived)
        self._begin(seat.flow.level.queue_set.withdraw(seat, now, timed_out=timed_out))

    def _turned_away(self, seat: Seat, reason: str) -> TooManyRequests:
        """The error for a request that got no seat."""
        seat.left = True
        seat.flow.schema.tally.rejected[reason] += 1
        self.dropped["readOnly" if seat.ctx.info.verb in ("get", "list", "watch") else "mutating"] += 1
        level = seat.flow.level.name
        retry = self.retry_after.get(level)
        if retry is None:
            retry = self.retry_after[level] = RetryAfter()
        retry.dropped(int(self._now()))
        return TooManyRequests(MESSAGE, Details(retry_after_seconds=retry.seconds))

    # Leaving

    def leave(self, seat: Seat) -> None:
        """A request is done; its seat is free when this turn of the loop is over."""
        self._ended.append(seat)
        if len(self._ended) == 1:
            asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        """Free the seats of what ended in the turn before, and let others begin."""
        ended, self._ended = self._ended, []
        now = self._now()
        for seat in ended:
            flow = seat.flow
            flow.schema.tally.executes(seat.seats, now - seat.started, watch=seat.ctx.info.verb == "watch")
            started = flow.level.queue_set.finish(seat, now)
            if started:
                self._begin(started)
            if seat.extra:
                self._release_later(flow.level.queue_set)

    def _release_later(self, queue_set: QueueSet) -> None:
        """Come back when seats that linger are to be freed."""
        due = queue_set.next_release
        if due is None:
            return
        loop = asyncio.get_running_loop()
        at = loop.time() + max(due - self._now(), 0.0)
        timer = self._timers.get(queue_set)
        if timer is not None:
            if timer.when() <= at:
                return
            timer.cancel()
        self._timers[queue_set] = loop.call_at(at, self._release, queue_set)

    def _release(self, queue_set: QueueSet) -> None:
        del self._timers[queue_set]
        self._begin(queue_set.release(self._now()))
        self._release_later(queue_set)

    @staticmethod
    def _begin(started: Iterable[Request]) -> None:
        """Wake those whose seats are there."""
        for request in started:
            assert isinstance(request, Seat)
            if request.future is not None and not request.future.done():
                request.future.set_result(None)

    # The objects

    def follow(self) -> None:
        """Go by the registry's objects, from now on."""
        self._follow(v1.FlowSchema, self.schemas)
        self._follow(v1.PriorityLevelConfiguration, self.levels)

    def _follow(self, cls: type[T], found: dict[str, T]) -> None:
        def changed(event: CacheEvent) -> None:
            if event.type == "DELETED":
                found.pop(event.object.name, None)
            else:
                found[event.object.name] = codec.decode(cls, event.object.data)
            if not self._stale:
                self._stale = True
                asyncio.get_running_loop().call_soon(self._digest)

        self._registry.cache(cls).subscribe(changed)

    def _digest(self) -> None:
        """Read the objects again, once for all changes that came together."""
        if not self._stale:
            return
        self._stale = False
        found = self.configuration.digest(list(self.schemas.values()), list(self.levels.values()), self._now())
        self._begin(found)
        for callback in self.on_digest:
            callback()

    async def adjust_forever(self) -> None:
        """Let levels lend and borrow."""
        while True:
            await self._clock.sleep(ADJUSTMENT)
            self._begin(self.configuration.adjust(self._now()))
