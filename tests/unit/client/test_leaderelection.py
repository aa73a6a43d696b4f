from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from pykube import errors
from pykube.api import coordination_v1
from pykube.client.leaderelection import LeaderElector, LeadershipLost
from tests.fakes.api_client import FakeClient
from tests.fakes.clock import FakeClock


@dataclass
class Candidate:
    """An elector whose `lead` runs until it is told to stop."""

    client: Any
    identity: str
    clock: FakeClock
    leading: bool = False
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    def start(self) -> asyncio.Task[None]:
        elector = LeaderElector(self.client, "scheduler", "kube-system", self.identity, self.clock)
        return asyncio.create_task(elector.run(self._lead))

    async def _lead(self) -> None:
        self.leading = True
        try:
            await self.stop.wait()
        finally:
            self.leading = False


async def lease(client: FakeClient) -> coordination_v1.LeaseSpec:
    return (await client.get(coordination_v1.Lease, "scheduler", "kube-system")).spec


def test_one_leads_and_hands_over_when_it_is_done() -> None:
    async def story() -> None:
        client, clock = FakeClient(), FakeClock()
        a, b = Candidate(client, "a", clock), Candidate(client, "b", clock)
        first = a.start()
        await clock.settle()
        second = b.start()
        await clock.advance(60)
        assert (a.leading, b.leading) == (True, False)
        a.stop.set()
        await first
        assert (await lease(client)).holder_identity == ""
        await clock.advance(3)
        assert b.leading
        assert (await lease(client)).lease_transitions == 1
        b.stop.set()
        await second

    asyncio.run(story())


def test_a_leader_that_died_is_replaced_when_its_lease_has_run_out() -> None:
    async def story() -> None:
        client, clock = FakeClient(), FakeClock()
        a, b = Candidate(client, "a", clock), Candidate(client, "b", clock)
        first = a.start()
        await clock.settle()
        client.failures = [errors.ServiceUnavailable("killed")] * 10
        first.cancel()  # its last word does not reach the server
        await asyncio.gather(first, return_exceptions=True)
        client.failures.clear()
        second = b.start()
        await clock.advance(14)
        assert not b.leading
        await clock.advance(3)
        assert b.leading
        b.stop.set()
        await second

    asyncio.run(story())


def test_a_leader_that_cannot_renew_stops_before_others_may_begin() -> None:
    async def story() -> None:
        client, clock = FakeClient(), FakeClock()
        a = Candidate(client, "a", clock)
        task = a.start()
        await clock.settle()
        client.failures = [errors.ServiceUnavailable("refused")] * 100
        await clock.advance(9)
        assert a.leading
        await clock.advance(3)
        assert not a.leading
        (result,) = await asyncio.gather(task, return_exceptions=True)
        assert isinstance(result, LeadershipLost)

    asyncio.run(story())


def test_a_short_outage_costs_nothing() -> None:
    async def story() -> None:
        client, clock = FakeClient(), FakeClock()
        a = Candidate(client, "a", clock)
        task = a.start()
        await clock.settle()
        client.failures = [errors.ServiceUnavailable("refused")] * 3
        await clock.advance(30)
        assert a.leading
        assert (await lease(client)).holder_identity == "a"
        reads = [request for request in client.requests[:-1] if request.startswith("get")]
        assert len(reads) == 1, "a leader renews without looking first"
        a.stop.set()
        await task

    asyncio.run(story())


def test_a_leader_whose_lease_was_taken_away_looks_again_and_stops() -> None:
    async def story() -> None:
        client, clock = FakeClient(), FakeClock()
        a = Candidate(client, "a", clock)
        task = a.start()
        await clock.settle()
        stolen = await client.get(coordination_v1.Lease, "scheduler", "kube-system")
        stolen.spec.holder_identity = "b"
        await client.update(stolen)
        await clock.advance(13)
        assert not a.leading
        assert (await lease(client)).holder_identity == "b"
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(story())
