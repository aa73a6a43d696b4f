"""The stage on a real event loop: waiting, being turned away, going away."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from pykube import errors
from pykube.apiserver.authn.user import User
from pykube.apiserver.flowcontrol import Fairness
from pykube.apiserver.flowcontrol.stage import MESSAGE
from pykube.apiserver.registry import Registry
from pykube.apiserver.request import Context, parse
from pykube.apiserver.resources.catalog import Pools
from pykube.store.memory import MemoryStore
from tests.fakes.clock import FakeClock
from tests.fakes.flow_control import level, schema

ALICE, BOB = User("alice", groups=("system:authenticated",)), User("bob", groups=("system:authenticated",))
ADMIN = User("root", groups=("system:masters",))


class World:
    """A stage over a registry, and requests of users."""

    def __init__(self, registry, fairness, clock):
        self.registry, self.fairness, self.clock = registry, fairness, clock

    def request(self, user, path="/api/v1/namespaces/default/configmaps/x", method="GET"):
        return Context(parse(method, path), None, self.registry, user)

    def come(self, user, path="/api/v1/namespaces/default/configmaps/x", method="GET"):
        """A request on its way through the stage, and its task."""
        ctx = self.request(user, path, method)
        return ctx, asyncio.ensure_future(self.fairness(ctx))

    def level(self, name="narrow"):
        return self.fairness.configuration.levels[name].queue_set


@asynccontextmanager
async def world(*objects, total=100):
    clock, store = FakeClock(), MemoryStore()
    registry = Registry(store, clock, Pools())
    await registry.start()
    fairness = Fairness(registry, clock, total)
    fairness.follow()
    for obj in objects:
        await registry.create(obj)
    await clock.settle()
    try:
        yield World(registry, fairness, clock)
    finally:
        await registry.close()
        await store.close()


def one_seat(**queuing):
    """Alice and bob share a level of one seat."""
    return (
        level("narrow", 1, borrowing=0, **{"queues": 64, "hand": 1, **queuing}),
        level("rest", 1000),
        schema("both", "narrow", "alice", "bob"),
    )


def story(run, *objects, **settings):
    async def inside():
        async with world(*objects, **settings) as found:
            await run(found)

    asyncio.run(inside())


def test_who_finds_a_seat_goes_on_and_leaves_it():
    async def run(found):
        ctx = found.request(ALICE)
        await found.fairness(ctx)
        assert found.level().seats_in_use == 1
        ctx.seat.close()
        ctx.seat.close()
        await found.clock.settle()
        assert found.level().idle

    story(run, *one_seat())


def test_a_seat_is_taken_until_the_turn_of_the_loop_is_over():
    """Requests that come in one turn are told apart, although each is answered before the next one begins."""

    async def run(found):
        first, second = found.request(ALICE), found.request(BOB)
        await found.fairness(first)
        first.seat.close()
        task = asyncio.ensure_future(found.fairness(second))
        await asyncio.sleep(0)
        assert not task.done() or second.seat.started >= 0
        await task
        second.seat.close()

    story(run, *one_seat())


def test_who_finds_none_waits_for_it():
    async def run(found):
        first, _ = found.come(ALICE)
        second, waiting = found.come(BOB)
        await found.clock.settle()
        assert not waiting.done()
        await found.clock.advance(2.0)
        first.seat.close()
        await waiting
        assert second.seat.started == 2.0
        tally = second.seat.flow.schema.tally
        assert tally.waited.total == 2.0
        second.seat.close()

    story(run, *one_seat())


def test_a_full_queue_answers_429():
    async def run(found):
        tasks = [found.come(ALICE)[1] for _ in range(3)]
        await found.clock.settle()
        with pytest.raises(errors.TooManyRequests) as caught:
            tasks[2].result()
        assert caught.value.message == MESSAGE
        assert caught.value.details.retry_after_seconds == 1
        assert found.fairness.dropped == {"mutating": 0, "readOnly": 1}
        tasks[1].cancel()

    story(run, *one_seat(length=1))


def test_a_level_that_rejects_answers_429():
    async def run(found):
        await found.fairness(found.request(ALICE))
        ctx = found.request(ALICE, "/api/v1/namespaces", "POST")
        with pytest.raises(errors.TooManyRequests):
            await found.fairness(ctx)
        assert ctx.headers["X-Kubernetes-PF-PriorityLevel-UID"] == found.fairness.levels["narrow"].metadata.uid
        assert dict(ctx.seat.flow.schema.tally.rejected) == {"concurrency-limit": 1}
        ctx.seat.close()
        assert found.level().executing == 1

    story(run, *one_seat(queues=0))


def test_nobody_waits_longer_than_the_limit():
    async def run(found):
        first, _ = found.come(ALICE)
        ctx = found.request(BOB, "/api/v1/namespaces/default/configmaps/x?timeout=2ms")
        await asyncio.sleep(0)
        with pytest.raises(errors.TooManyRequests):
            await found.fairness(ctx)
        assert dict(ctx.seat.flow.schema.tally.rejected) == {"time-out": 1}
        ctx.seat.close()
        assert found.level().waiting == 0
        first.seat.close()
        await found.clock.settle()
        assert found.level().idle

    story(run, *one_seat())


def test_a_client_that_goes_away_frees_its_place():
    async def run(found):
        first, _ = found.come(ALICE)
        _, waiting = found.come(BOB)
        await found.clock.settle()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert found.level().waiting == 0
        assert found.level().cancelled == 1
        first.seat.close()
        await found.clock.settle()
        assert found.level().idle

    story(run, *one_seat())


def test_a_client_that_goes_away_when_its_seat_is_there_hands_it_on():
    """The wake-up that a cancelled task does not see is not lost."""

    async def run(found):
        first, _ = found.come(ALICE)
        second, going = found.come(BOB)
        third, staying = found.come(ALICE)
        await found.clock.settle()
        first.seat.close()
        found.fairness._turn()
        assert second.seat.started >= 0
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
        second.seat.close()
        await staying
        third.seat.close()
        await found.clock.settle()
        assert found.level().idle

    story(run, *one_seat())


def test_a_wake_up_that_comes_after_the_client_has_gone_is_not_lost():
    async def run(found):
        first, _ = found.come(ALICE)
        second, going = found.come(BOB)
        third, staying = found.come(ALICE)
        await found.clock.settle()
        going.cancel()
        first.seat.close()
        found.fairness._turn()
        await asyncio.gather(going, return_exceptions=True)
        second.seat.close()
        await staying
        third.seat.close()
        await found.clock.settle()
        assert found.level().idle

    story(run, *one_seat())


@pytest.mark.parametrize("part", ["exec", "attach", "portforward", "proxy", "log"])
def test_what_lasts_as_long_as_its_client_is_not_held_back(part):
    async def run(found):
        ctx = found.request(ALICE, f"/api/v1/namespaces/default/pods/x/{part}")
        await found.fairness(ctx)
        assert ctx.seat is None

    story(run, *one_seat())


def test_a_watch_has_its_seat_until_it_has_begun_and_counts_until_it_ends():
    async def run(found):
        ctx = found.request(ALICE, "/api/v1/namespaces/default/configmaps?watch=1")
        await found.fairness(ctx)
        assert found.level().executing == 1
        ctx.seat.leave()
        await found.clock.settle()
        assert found.level().executing == 0
        written = parse("PUT", "/api/v1/namespaces/default/configmaps/x")
        assert found.fairness.watches.concerned(written) == 1
        ctx.seat.close()
        assert found.fairness.watches.concerned(written) == 0

    story(run, *one_seat())


def test_the_seats_of_a_write_that_many_watch_linger():
    async def run(found):
        watches = [found.request(ADMIN, "/api/v1/configmaps?watch=1") for _ in range(25)]
        for ctx in watches:
            await found.fairness(ctx)
            ctx.seat.leave()
        ctx = found.request(ALICE, "/api/v1/namespaces/default/configmaps", "POST")
        await found.fairness(ctx)
        assert ctx.seat.seats == 1
        assert ctx.seat.extra == pytest.approx(0.015)
        ctx.seat.close()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert (found.level().executing, found.level().seats_in_use) == (0, 1)
        found.clock._elapsed += 0.02
        found.fairness._release(found.level())
        assert found.level().seats_in_use == 0

    story(run, *one_seat())


def test_a_changed_object_counts_for_the_next_request():
    async def run(found):
        name = (await flow_of(found, ALICE)).schema.name
        assert name == "both"
        await found.registry.create(schema("first", "rest", "alice", precedence=2))
        await found.clock.settle()
        assert (await flow_of(found, ALICE)).schema.name == "first"
        await found.registry.delete(type(schema("x", "y")), "first")
        await found.clock.settle()
        assert (await flow_of(found, ALICE)).schema.name == "both"

    story(run, *one_seat())


async def flow_of(found, user):
    ctx = found.request(user)
    await found.fairness(ctx)
    ctx.seat.close()
    return ctx.seat.flow


def test_borrowing_wakes_those_who_wait():
    async def run(found):
        for _ in range(60):
            found.come(ALICE)
        await found.clock.settle()
        level = found.level("busy")
        waited = level.waiting
        assert waited
        loop = asyncio.ensure_future(found.fairness.adjust_forever())
        await found.clock.advance(10.0)
        assert level.waiting < waited
        loop.cancel()

    objects = (
        level("busy", 50, queues=4, length=100),
        level("idle", 50, queues=4, lendable=80),
        schema("s", "busy", "alice"),
    )
    story(run, *objects, total=50)


def test_a_flood_of_clients_that_come_and_go_leaves_nothing_behind():
    """Many at once, some of whom go away at every moment: seats stay within the limit, and all is free in the end."""

    async def run(found):
        async def client(number):
            ctx = found.request(ALICE if number % 3 else BOB)
            try:
                await found.fairness(ctx)
                assert found.level().seats_in_use <= found.level().limit
                await asyncio.sleep(0)
            finally:
                if ctx.seat is not None:
                    ctx.seat.close()

        tasks = [asyncio.ensure_future(client(number)) for number in range(300)]
        for number, task in enumerate(tasks):
            if number % 7 == 0:
                await asyncio.sleep(0)
                task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        await found.clock.settle()
        assert found.level().idle
        assert found.level().seats_in_use == 0
        assert any(result is None for result in done)

    story(run, *one_seat(length=1000))
