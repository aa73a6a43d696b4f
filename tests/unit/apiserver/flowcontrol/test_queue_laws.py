"""What holds for every order of events."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from pykube.apiserver.flowcontrol.queues import WAITING, QueueSet, Request, Verdict


class World:
    """A level, and everything that was asked of it."""

    def __init__(self, limit, queues, queue_length):
        self.level = QueueSet(0.0)
        self.now = 0.0
        self.waiting, self.executing = [], []
        self.begin(self.level.configure(0.0, limit=limit, queues=queues, queue_length=queue_length))

    def begin(self, started):
        for request in started:
            self.waiting.remove(request)
            self.executing.append(request)

    def arrive(self, hand, seats, extra):
        request = Request()
        if seats > 1 or extra:
            request.widen(1, seats, extra)
        verdict = self.level.arrive(request, [card % len(self.level.queues) for card in hand], self.now)
        if verdict is Verdict.EXECUTE:
            self.executing.append(request)
        elif verdict is Verdict.WAIT:
            self.waiting.append(request)

    def finish(self, which):
        if self.executing:
            request = self.executing.pop(which % len(self.executing))
            self.begin(self.level.finish(request, self.now))

    def give_up(self, which):
        if self.waiting:
            request = self.waiting.pop(which % len(self.waiting))
            self.begin(self.level.withdraw(request, self.now))

    def pass_time(self, seconds):
        self.now += seconds
        self.begin(self.level.release(self.now))

    def reconfigure(self, limit, queues):
        self.begin(self.level.configure(self.now, limit=limit, queues=queues, queue_length=3))

    def check(self):
        """Nobody is lost, and nobody sits on a seat that is not there."""
        level = self.level
        assert (level.waiting, level.executing) == (len(self.waiting), len(self.executing))
        assert all(request.started == WAITING for request in self.waiting)
        assert level.seats_waiting == sum(request.seats for request in self.waiting)
        lingering = sum(request.seats for _, _, request in level._lingering)
        assert level.seats_in_use == sum(request.seats for request in self.executing) + lingering
        assert sum(len(queue.waiting) for queue in level) == level.waiting
        assert sum(1 for queue in level if queue.busy) == level._busy
        self.check_nobody_waits_for_nothing()

    def check_nobody_waits_for_nothing(self):
        """A request waits only for want of seats: no wake-up is lost."""
        level = self.level
        if level.waiting and level.seats_in_use < level.limit:
            heads = [next(iter(queue.waiting)) for queue in level if queue.waiting]
            assert any(level.seats_in_use + head.seats > level.limit for head in heads)
            assert level.executing or level.next_release is not None


hands = st.lists(st.integers(0, 7), min_size=1, max_size=3)
steps = st.one_of(
    st.tuples(st.just("arrive"), hands, st.sampled_from([1, 1, 1, 2, 5]), st.sampled_from([0.0, 0.0, 0.01])),
    st.tuples(st.just("arrive"), hands, st.just(1), st.just(0.0)),
    st.tuples(st.just("finish"), st.integers(0, 20)),
    st.tuples(st.just("give_up"), st.integers(0, 20)),
    st.tuples(st.just("pass_time"), st.floats(0, 0.05)),
)
changes = st.tuples(st.just("reconfigure"), st.integers(1, 6), st.integers(1, 8))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.integers(1, 6), st.integers(1, 8), st.lists(steps, max_size=80))
def test_seats_never_exceed_the_limit_and_nobody_is_forgotten(limit, queues, story):
    world = World(limit, queues, 3)
    for name, *arguments in story:
        getattr(world, name)(*arguments)
        world.check()
        level = world.level
        assert level.seats_in_use <= level.limit or level.executing <= 1
    drain(world)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(1, 6), st.integers(1, 8), st.lists(st.one_of(steps, changes), max_size=80))
def test_a_level_may_change_at_any_time(limit, queues, story):
    world = World(limit, queues, 3)
    for name, *arguments in story:
        getattr(world, name)(*arguments)
        world.check()
    drain(world)


def drain(world):
    """When everything ends, everybody has been served."""
    while world.executing or world.level.next_release is not None:
        world.finish(0)
        world.pass_time(1.0)
    assert not world.waiting
    assert world.level.idle
    assert world.level.seats_in_use == 0


def served(level, arrivals, *, seconds, service):
    """Play `arrivals` of (time, flow, hand); answers how long each flow's requests waited."""
    waits, ends = {}, []
    now = 0.0
    flows = {}
    pending = sorted(arrivals, key=lambda arrival: arrival[0])
    while pending or ends:
        if ends and (not pending or ends[0][0] <= pending[0][0]):
            now, request = ends.pop(0)
            started = level.finish(request, now)
        else:
            now, flow, hand = pending.pop(0)
            request = Request()
            flows[request] = flow
            started = [request] if level.arrive(request, hand, now) is Verdict.EXECUTE else []
        for request in started:
            waits.setdefault(flows[request], []).append(now - request.arrived)
            ends.append((now + service, request))
        ends.sort(key=lambda end: end[0])
        if now > seconds:
            break
    return waits


def test_a_flood_does_not_starve_a_trickle():
    """One flow sends ten times what the level can do; another, within its due, waits for no more than a turn."""
    level = QueueSet(0.0)
    level.configure(0.0, limit=4, queues=8, queue_length=1000)
    service = 0.01
    flood = [(n * 0.00025, "flood", (0, 1)) for n in range(8000)]
    trickle = [(0.5 + n * 0.02, "trickle", (2, 3)) for n in range(70)]
    waits = served(level, flood + trickle, seconds=2.0, service=service)
    assert len(waits["trickle"]) >= 65
    assert max(waits["trickle"]) <= 2 * service
    assert max(waits["flood"]) > 0.5


def test_busy_flows_get_equal_parts():
    """Three flows that all want more than there is are served equally often."""
    level = QueueSet(0.0)
    level.configure(0.0, limit=3, queues=6, queue_length=10000)
    rng = random.Random(1)
    arrivals = [
        (rng.uniform(0, 2), flow, (queue,))
        for flow, queue, count in (("a", 0, 3000), ("b", 2, 1000), ("c", 4, 1000))
        for _ in range(count)
    ]
    waits = served(level, arrivals, seconds=2.0, service=0.01)
    counts = [len(waits[flow]) for flow in "abc"]
    assert max(counts) - min(counts) <= 0.05 * max(counts)
