import asyncio

import pytest

from pykube import errors
from pykube.api import core_v1, scheme
from pykube.apiserver import deadline
from pykube.apiserver.request import parse
from tests.fakes.api_server import running

MAPS = "/api/v1/namespaces/default/configmaps"
LATE = "Timeout: request did not complete within the allotted timeout"


@pytest.mark.parametrize(
    ("method", "target", "expected"),
    [
        ("GET", "/api/v1/pods", 60.0),
        ("GET", "/api/v1/pods?timeout=5s", 5.0),
        ("GET", "/api/v1/pods?timeout=0s", 60.0),
        ("GET", "/api/v1/pods?timeout=2m", 60.0),
        ("GET", "/api/v1/pods?timeout=-5s", 60.0),
        ("GET", "/api/v1/pods?watch=1&timeout=nonsense", None),
        ("GET", "/api/v1/namespaces/default/pods/x/log", None),
        ("POST", "/api/v1/namespaces/default/pods/x/exec", None),
        ("GET", "/version?timeout=1.5s", 1.5),
    ],
)
def test_the_time_that_a_request_has(method, target, expected):
    assert deadline.seconds(parse(method, target), 60.0) == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("abc", 'time: invalid duration "abc"'),
        ("5", 'time: missing unit in duration "5"'),
        ("5x", 'time: unknown unit "x" in duration "5x"'),
        ("-", 'time: invalid duration "-"'),
    ],
)
def test_what_is_no_duration_is_refused(text, problem):
    with pytest.raises(errors.BadRequest) as caught:
        deadline.seconds(parse("GET", f"/api/v1/pods?timeout={text}"), 60.0)
    assert caught.value.message == f"invalid timeout specified in the request URL - {problem}"


def test_durations_are_those_of_go():
    assert deadline.duration("1h2m3.5s") == 3723.5
    assert deadline.duration("1500ms") == 1.5
    assert deadline.duration("+.5s") == 0.5


def hold(api):
    """Have writes wait until the returned event is set."""
    gate = asyncio.Event()

    async def wait(write):
        await gate.wait()

    api.registry.admission.validating.append(wait)
    return gate


def test_a_write_that_takes_too_long_is_answered_and_done_all_the_same():
    async def story():
        async with running() as api:
            gate = hold(api)
            answer = await api.post(f"{MAPS}?timeout=50ms", {"metadata": {"name": "slow"}})
            assert (answer.status, answer.doc["reason"], answer.message) == (504, "Timeout", LATE)
            stored = asyncio.Event()
            cache = api.registry.cache(scheme.resource_of(core_v1.ConfigMap))
            cache.subscribe(lambda event: stored.set())
            gate.set()
            await asyncio.wait_for(stored.wait(), 5)
            assert (await api.get(f"{MAPS}/slow")).status == 200

    asyncio.run(story())


def test_a_timeout_that_is_none_is_a_bad_request():
    async def story():
        async with running() as api:
            answer = await api.get(f"{MAPS}?timeout=soon")
            assert (answer.status, answer.doc["reason"]) == (400, "BadRequest")

    asyncio.run(story())


def test_resources_have_no_head_and_answers_do_not_name_their_maker():
    async def story():
        async with running() as api:
            for path in (MAPS, f"{MAPS}/x"):
                answer = await api.call("HEAD", path)
                assert (answer.status, answer.body) == (405, b"")
                assert "Server" not in answer.headers
            for path in (MAPS, "/version", "/metrics", "/nowhere", "/apis"):
                assert "Server" not in (await api.get(path)).headers
            async with api.watch(MAPS) as watching:
                assert "Server" not in watching.response.headers

    asyncio.run(story())
