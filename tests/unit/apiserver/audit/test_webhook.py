"""Events to another server, a real one over TLS."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web

from pykube.apiserver.audit.outlet import DeliveryError
from pykube.apiserver.audit.webhook import ATTEMPTS, Webhook
from pykube.apiserver.authn.review_server import ReviewServer
from tests.fakes.clock import FakeClock
from tests.fakes.review_server import ReviewServer as Receiver
from tests.fakes.review_server import review_server
from tests.unit.apiserver.audit.test_event import event


def play(folder: Path, story: Callable[[Receiver, Webhook, FakeClock], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(20), review_server(folder) as server:
            clock = FakeClock()
            receiver = Webhook(ReviewServer.read(server.kubeconfig), clock)
            await story(server, receiver, clock)
            await receiver.close()

    asyncio.run(run())


def test_events_come_as_a_list_with_the_credential_of_the_file(tmp_path: Path) -> None:
    async def story(server: Receiver, receiver: Webhook, clock: FakeClock) -> None:
        await receiver.deliver(lambda: [event(audit_id=name).encode() for name in "ab"])
        [found] = server.asked
        assert (found["apiVersion"], found["kind"]) == ("audit.k8s.io/v1", "EventList")
        assert [one["auditID"] for one in found["items"]] == ["a", "b"]
        assert server.headers[0]["Authorization"] == "Bearer who-asks"

    play(tmp_path, story)


def test_a_list_that_is_too_long_is_sent_in_parts(tmp_path: Path) -> None:
    async def story(server: Receiver, _: Webhook, clock: FakeClock) -> None:
        receiver = Webhook(ReviewServer.read(server.kubeconfig), clock, max_list=1500)
        await receiver.deliver(lambda: [event(audit_id=str(number)).encode() for number in range(7)])
        await receiver.close()
        assert [one["auditID"] for found in server.asked for one in found["items"]] == [str(n) for n in range(7)]
        assert len(server.asked) > 1

    play(tmp_path, story)


def test_it_is_tried_again_whatever_went_wrong(tmp_path: Path) -> None:
    async def story(server: Receiver, receiver: Webhook, clock: FakeClock) -> None:
        server.answer = lambda _: web.Response(status=403) if len(server.asked) < 3 else {}
        delivering = asyncio.create_task(receiver.deliver(lambda: [event().encode()]))
        while not delivering.done():
            await clock.advance(5)
        await delivering
        assert len(server.asked) == 3

    play(tmp_path, story)


def test_it_is_given_up_in_the_end(tmp_path: Path) -> None:
    async def story(server: Receiver, receiver: Webhook, clock: FakeClock) -> None:
        server.answer = lambda _: web.Response(status=500)
        delivering = asyncio.create_task(receiver.deliver(lambda: [event().encode()]))
        while not delivering.done():
            await clock.advance(5)
        with pytest.raises(DeliveryError, match="the server answered 500"):
            await delivering
        assert len(server.asked) == ATTEMPTS

    play(tmp_path, story)
