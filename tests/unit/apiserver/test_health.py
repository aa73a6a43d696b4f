"""Health checks: the words that probes and people read."""

import asyncio

import pytest

from pykube.apiserver.authn.user import User
from pykube.apiserver.health import Health
from pykube.apiserver.request import Context, parse
from pykube.errors import NotFound
from pykube.store.memory import MemoryStore


class BrokenStore(MemoryStore):
    """A store that does not answer."""

    async def revision(self):
        raise OSError("disk on fire")


def ask(path, *, store=None, ready=True, closing=False):
    health = Health(store or MemoryStore())
    health.ready, health.closing = ready, closing
    ctx = Context(parse("GET", path), None, None, User("x"))
    answer = asyncio.run(health.handle(ctx))
    return answer.status, answer.text


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/healthz", "/livez/ping", "/readyz/etcd", "/livez/etcd"])
def test_all_is_well(path):
    assert ask(path) == (200, "ok")


def test_verbose_lists_the_checks():
    status, text = ask("/readyz?verbose")
    lines = text.splitlines()
    assert status == 200
    assert lines[:3] == ["[+]ping ok", "[+]log ok", "[+]etcd ok"]
    assert "[+]poststarthook/crd-informer-synced ok" in lines
    assert lines[-1] == "readyz check passed"


def test_a_failure_is_told_without_its_reason():
    status, text = ask("/livez", store=BrokenStore())
    assert status == 500
    assert "[-]etcd failed: reason withheld" in text.splitlines()
    assert text.endswith("livez check failed\n")


def test_a_single_check_tells_the_reason():
    assert ask("/livez/etcd", store=BrokenStore()) == (500, "internal server error: disk on fire\n")


def test_checks_can_be_left_out():
    assert ask("/livez?exclude=etcd", store=BrokenStore()) == (200, "ok")
    _, text = ask("/livez?exclude=etcd&exclude=nothing&verbose")
    assert "[+]etcd excluded: ok" in text
    assert 'warn: some health checks cannot be excluded: no matches for "nothing"' in text


def test_a_server_that_starts_or_stops_is_not_ready():
    assert ask("/readyz", ready=False)[0] == 500
    assert ask("/readyz", closing=True)[0] == 500
    assert ask("/livez", closing=True)[0] == 200


def test_an_unknown_check_is_not_found():
    with pytest.raises(NotFound):
        ask("/readyz/nothing")
