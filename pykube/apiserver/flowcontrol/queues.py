"""Fair queuing for the requests of one priority level, as a pure machine.

Every method is told the time and answers which waiting requests begin now; nothing here waits, and nothing is called
back. The shell (stage.py) owns the event loop.

A request occupies *seats*. Of `limit` seats, each queue that has work is due an equal part. `progress` (upstream's R)
counts the seat-seconds that each busy queue has been due since the start; a queue's `next_dispatch` is where its next
request begins on that scale, as if all queues were served at once and evenly. Whose request would end first on that
scale goes first. A request is taken to last `SERVICE` seconds when it begins; when it ends, its queue is charged what
it took in truth.

Source: KEP-1040, "Fair Queuing for Server Requests"; k8s.io/apiserver util/flowcontrol/fairqueuing/queueset.
"""

from __future__ import annotations

import enum
import heapq
from collections.abc import Iterator, Sequence

from .demand import Demand

SERVICE = 0.003
"""Seconds that a request is taken to last before it is known; upstream's guess."""

WAITING = -1.0
"""What `Request.started` says before the request begins."""


class Verdict(enum.Enum):
    """What becomes of a request that arrives."""

    EXECUTE = "execute"
    WAIT = "wait"
    REJECT = "reject"


EXECUTE, WAIT, REJECT = Verdict


class Request:
    """One request: how wide it is, and where it stands. Times are on the clock that the caller reads.

    It holds `seats` (the larger of `initial` and `final`) from its start to `extra` seconds after its end: the time in
    which the watchers of what it wrote are served. Most requests keep to the values below, which are the class's, as
    every request pays for what it sets.
    """

    initial: int = 1
    final: int = 0
    extra: float = 0.0
    seats: int = 1
    arrived: float = 0.0
    arrived_at_progress: float = 0.0
    started: float = WAITING
    queue: Queue | None = None

    def widen(self, initial: int, final: int = 0, extra: float = 0.0) -> None:
        """Need more than one seat, or seats beyond the end."""
        self.initial, self.final, self.extra = initial, final, extra
        self.seats = max(initial, final)

    @property
    def work(self) -> float:
        """Seat-seconds it is taken to cost."""
        return self.initial * SERVICE + self.final * self.extra


class Queue:
    """One of a level's queues; `waiting` and `executing` are sets in order of arrival."""

    __slots__ = ("executing", "index", "next_dispatch", "turn", "waiting", "waiting_work")

    def __init__(self, index: int) -> None:
        self.index = index
        self.waiting: dict[Request, None] = {}
        self.waiting_work = 0.0
        self.executing: dict[Request, None] = {}
        self.next_dispatch = 0.0
        self.turn = 0

    @property
    def busy(self) -> bool:
        """Whether it takes part in the division of seats."""
        return bool(self.waiting or self.executing)

    def hold_back(self) -> None:
        """Do not let time pile up in which the queue could have used more than it asked for."""
        if self.waiting:
            oldest = next(iter(self.waiting))
            if self.next_dispatch < oldest.arrived_at_progress:
                self.next_dispatch = oldest.arrived_at_progress


class QueueSet:
    """The requests of one level. `exempt` levels start everything at once and only count.

    Without queues (`configure` with ``queues=0``) a request that finds no seats is rejected.
    """

    def __init__(self, now: float, *, exempt: bool = False) -> None:
        self.exempt = exempt
        self.limit = 0
        self.queue_length = 0
        self.queues: list[Queue] = []
        self.retired: list[Queue] = []
        """Queues that are more than wished for, and not empty yet."""
        self.loose: dict[Request, None] = {}
        """Requests executing that came through no queue."""
        self.progress = 0.0
        self.seats_in_use = 0
        self.seats_waiting = 0
        self.waiting = 0
        self.executing = 0
        self.dispatched = self.rejected = self.timed_out = self.cancelled = self.blocked = 0
        self.demand = Demand()
        self._synced = now
        self._busy = 0
        self._holding: dict[Queue, None] = {}
        self._arrivals = 0
        self._lingering: list[tuple[float, int, Request]] = []
        self._ended = 0

    @property
    def idle(self) -> bool:
        """Whether nothing waits or executes."""
        return not (self.waiting or self.executing)

    @property
    def next_release(self) -> float | None:
        """When `release` has something to do; None when nothing lingers."""
        return self._lingering[0][0] if self._lingering else None

    def __iter__(self) -> Iterator[Queue]:
        """Every queue, those that are going away last."""
        yield from self.queues
        yield from self.retired

    # What happens

    def configure(self, now: float, *, limit: int, queues: int = 0, queue_length: int = 0) -> Sequence[Request]:
        """Take other numbers on; requests that wait stay where they are."""
        self._advance(now)
        self.limit, self.queue_length = limit, queue_length
        if queues < len(self.queues):
            self.retired += [queue for queue in self.queues[queues:] if queue.busy]
            del self.queues[queues:]
        self.queues += [Queue(index) for index in range(len(self.queues), queues)]
        return self._dispatch(now)

    def arrive(self, request: Request, hand: Sequence[int], now: float) -> Verdict:
        """A request comes, to one of the queues in its flow's `hand`. Only this request can begin by that."""
        request.arrived = now
        self._advance(now)
        if self.exempt or not self.queues:
            return self._arrive_loose(request, now)
        if self.waiting or self.seats_in_use + request.seats > self.limit:
            return self._arrive_late(request, hand, now)
        # Nobody waits: all queues of the hand are alike.
        arrivals = self._arrivals = self._arrivals + 1
        queue = request.queue = self.queues[hand[arrivals % len(hand)]]
        if not queue.executing:
            queue.next_dispatch = self.progress
            self._busy += 1
        self._start(request, now)
        return EXECUTE

    def withdraw(self, request: Request, now: float, *, timed_out: bool = False) -> Sequence[Request]:
        """A waiting request gives up."""
        self._advance(now)
        queue = request.queue
        assert queue is not None
        assert request.started == WAITING
        self._dequeue(request, queue)
        self._settle(queue)
        self.rejected += 1
        if timed_out:
            self.timed_out += 1
        else:
            self.cancelled += 1
        return self._dispatch(now)

    def finish(self, request: Request, now: float) -> Sequence[Request]:
        """An executing request is over; its seats may linger on."""
        self._advance(now)
        self.executing -= 1
        if request.extra and not self.exempt:
            self._ended += 1
            heapq.heappush(self._lingering, (now + request.extra, self._ended, request))
        else:
            self.seats_in_use -= request.seats
        queue = request.queue
        if queue is None:
            del self.loose[request]
        else:
            del queue.executing[request]
            queue.next_dispatch -= request.initial * (SERVICE - (now - request.started))
            self._settle(queue)
        return self._dispatch(now) if self.waiting else ()

    def release(self, now: float) -> Sequence[Request]:
        """Free the seats that have lingered long enough."""
        self._advance(now)
        while self._lingering and self._lingering[0][0] <= now:
            self.seats_in_use -= heapq.heappop(self._lingering)[2].seats
        return self._dispatch(now)

    # How

    def _arrive_loose(self, request: Request, now: float) -> Verdict:
        if not self.exempt and not self._fits(request):
            self.rejected += 1
            return REJECT
        self._start(request, now)
        return EXECUTE

    def _arrive_late(self, request: Request, hand: Sequence[int], now: float) -> Verdict:
        request.arrived_at_progress = self.progress
        queue = self._choose(hand)
        if self.seats_in_use >= self.limit and len(queue.waiting) >= self.queue_length:
            self.rejected += 1
            return REJECT
        self._enqueue(request, queue)
        self._dispatch(now)
        return WAIT if request.started == WAITING else EXECUTE

    def _advance(self, now: float) -> None:
        """Count what happened since the last event: what was wanted, and what each busy queue was due."""
        lasted = now - self._synced
        if lasted > 0:
            self._synced = now
            wanted = self.seats_in_use + self.seats_waiting
            self.demand.lasted(wanted, lasted)
            if self._busy:
                self.progress += min(wanted, self.limit) / self._busy * lasted

    def turn(self, now: float) -> None:
        """End a period of the demand."""
        self._advance(now)
        self.demand.turn(self.seats_in_use + self.seats_waiting)

    def _choose(self, hand: Sequence[int]) -> Queue:
        """The queue of the hand with the least waiting work; who is asked first goes round."""
        size = len(hand)
        offset = self._arrivals % size
        self._arrivals += 1
        best = self.queues[hand[offset]]
        if not best.waiting:
            return best
        for step in range(1, size):
            queue = self.queues[hand[(offset + step) % size]]
            if queue.waiting_work < best.waiting_work:
                best = queue
        return best

    def _fits(self, request: Request) -> bool:
        """Whether there are seats for it; one that is wider than the level runs when nothing else does."""
        if self.seats_in_use + request.seats <= self.limit:
            return True
        return request.seats > self.limit > 0 and not self.executing

    def _enqueue(self, request: Request, queue: Queue) -> None:
        if not queue.busy:
            queue.next_dispatch = self.progress
            self._busy += 1
        request.queue = queue
        queue.waiting[request] = None
        queue.waiting_work += request.work
        self._holding[queue] = None
        self.waiting += 1
        self.seats_waiting += request.seats
        queue.hold_back()
        wanted = self.seats_in_use + self.seats_waiting
        if wanted > self.demand.highest:
            self.demand.highest = wanted

    def _dequeue(self, request: Request, queue: Queue) -> None:
        del queue.waiting[request]
        self.waiting -= 1
        self.seats_waiting -= request.seats
        if queue.waiting:
            queue.waiting_work -= request.work
        else:
            queue.waiting_work = 0.0
            del self._holding[queue]

    def _dispatch(self, now: float) -> Sequence[Request]:
        """Begin as much as there are seats for, whoever would end first first."""
        started: list[Request] = []
        while self.waiting and self.seats_in_use < self.limit:
            queue = min(self._holding, key=_virtual_end)
            request = next(iter(queue.waiting))
            if not self._fits(request):
                self.blocked += 1
                break
            self._dequeue(request, queue)
            self._start(request, now)
            queue.hold_back()
            started.append(request)
        return started

    def _start(self, request: Request, now: float) -> None:
        if request.final > self.limit and not self.exempt:
            self._reshape(request)
        request.started = now
        self.executing += 1
        self.dispatched += 1
        self.seats_in_use += request.seats
        queue = request.queue
        if queue is None:
            self.loose[request] = None
        else:
            queue.executing[request] = None
            queue.next_dispatch += request.work
            queue.turn = self.dispatched
        wanted = self.seats_in_use + self.seats_waiting
        if wanted > self.demand.highest:
            self.demand.highest = wanted

    def _reshape(self, request: Request) -> None:
        """Let the end take longer on fewer seats when the level has not as many."""
        seats = max(self.limit, 1)
        request.extra *= request.final / seats
        request.final = seats
        request.seats = max(request.initial, seats)

    def _settle(self, queue: Queue) -> None:
        """A queue that has become empty leaves the division; one that is not wished for leaves altogether."""
        if queue.waiting or queue.executing:
            queue.hold_back()
            return
        self._busy -= 1
        if self.retired and queue in self.retired:
            self.retired.remove(queue)


def _virtual_end(queue: Queue) -> tuple[float, int]:
    """When the oldest request would end were all queues served evenly; of equals, who has waited longest for a turn.

    To the microsecond: what sums of fractions leave behind must not decide.
    """
    return round(queue.next_dispatch + next(iter(queue.waiting)).work, 6), queue.turn
