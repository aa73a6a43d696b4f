"""Who may use the node API: certificates, tokens, reviews and their caches."""

from __future__ import annotations

import asyncio

import pytest

from agent.server.identity import AUTHENTICATED_GROUP, Caller, caller_of_certificate
from agent.server.permission import ALLOWED_TTL, DENIED_TTL, Authorization, access_for
from pykube.errors import Forbidden
from tests.fakes.clock import FakeClock
from tests.fakes.node_api import FakeReviewer


@pytest.mark.parametrize(
    ("method", "path", "verb", "subresources"),
    [
        ("GET", "/containerLogs/ns/pod/c", "get", ("proxy",)),
        ("POST", "/exec/ns/pod/c", "create", ("proxy",)),
        ("GET", "/stats/summary", "get", ("stats",)),
        ("GET", "/metrics/resource", "get", ("metrics",)),
        ("GET", "/metricsx", "get", ("proxy",)),
        ("GET", "/pods/", "get", ("pods", "proxy")),
        ("GET", "/healthz", "get", ("healthz", "proxy")),
        ("GET", "/logs/", "get", ("log",)),
    ],
)
def test_paths_are_subresources_of_the_node(method: str, path: str, verb: str, subresources: tuple[str, ...]) -> None:
    access = access_for(method, path)
    assert (access.verb, access.subresources) == (verb, subresources)


def test_certificate_names_the_caller() -> None:
    subject = ((("organizationName", "system:masters"),), (("commonName", "admin"),))
    assert caller_of_certificate({"subject": subject}) == Caller(
        "admin", groups=("system:masters", AUTHENTICATED_GROUP)
    )
    assert caller_of_certificate({"subject": ()}) is None


def test_masters_are_not_asked_about() -> None:
    reviewer = FakeReviewer()
    authorization = Authorization(reviewer, "node-1", FakeClock())
    asyncio.run(authorization.check(Caller("admin", groups=("system:masters",)), "POST", "/exec/a/b/c"))
    assert reviewer.asked == []


def test_answers_are_remembered_for_a_while() -> None:
    async def run() -> None:
        reviewer, clock = FakeReviewer(), FakeClock()
        authorization = Authorization(reviewer, "node-1", clock)
        alice = Caller("alice", extra={"scopes": ["a"]})
        for _ in range(2):
            await authorization.check(alice, "GET", "/metrics")
        assert len(reviewer.asked) == 1
        with pytest.raises(Forbidden, match=r"user=alice, verb=get, resource=nodes, subresource\(s\)=\[pods proxy\]"):
            await authorization.check(alice, "GET", "/pods")
        assert len(reviewer.asked) == 3
        await clock.advance(DENIED_TTL + 1)
        with pytest.raises(Forbidden):
            await authorization.check(alice, "GET", "/pods")
        assert len(reviewer.asked) == 5
        await clock.advance(ALLOWED_TTL)
        await authorization.check(alice, "GET", "/metrics")
        assert len(reviewer.asked) == 6

    asyncio.run(run())
