"""Asking another server whose a token is."""

import asyncio

import pytest
from aiohttp import web

from pykube.apiserver.authn.review_client import ReviewClient
from pykube.apiserver.authn.review_server import ReviewServer, ReviewServerError
from pykube.apiserver.authn.token_webhook import WebhookTokens
from pykube.errors import Unauthorized
from tests.fakes.clock import FakeClock
from tests.fakes.review_server import review_server

GOOD = {
    "authenticated": True,
    "user": {"username": "jane", "uid": "1", "groups": ["dev"], "extra": {"a": ["b"]}},
}


def story(tmp_path, tell):
    clock = FakeClock()

    async def run():
        async with review_server(tmp_path) as server:
            client = ReviewClient(ReviewServer.read(server.kubeconfig), clock, seconds=3)
            tokens = WebhookTokens(client, clock, own=("own",))
            try:
                await tell(server, tokens, clock)
            finally:
                await tokens.close()

    asyncio.run(run())


def test_a_user_as_the_server_names_them(tmp_path):
    async def tell(server, tokens, clock):
        server.answer = lambda review: GOOD
        answer = await tokens.authenticate_token("t")
        assert answer.audiences == ("own",)
        user = answer.user
        assert (user.name, user.uid, user.groups, user.extra) == ("jane", "1", ("dev",), {"a": ("b",)})
        [review] = server.asked
        assert review["spec"] == {"token": "t", "audiences": ["own"]}

    story(tmp_path, tell)


def test_good_answers_are_remembered_by_token_and_audience(tmp_path):
    async def tell(server, tokens, clock):
        server.answer = lambda review: {**GOOD, "audiences": review["spec"]["audiences"]}
        for _ in range(2):
            await tokens.authenticate_token("t")
            assert (await tokens.authenticate_token("t", ("vault",))).audiences == ("vault",)
        assert len(server.asked) == 2
        await clock.advance(121)
        await tokens.authenticate_token("t")
        assert len(server.asked) == 3

    story(tmp_path, tell)


def test_bad_answers_are_asked_for_again(tmp_path):
    async def tell(server, tokens, clock):
        server.answer = lambda review: {"authenticated": False}
        assert await tokens.authenticate_token("t") is None
        server.answer = lambda review: {"authenticated": False, "error": "who?"}
        with pytest.raises(Unauthorized, match=r"who\?"):
            await tokens.authenticate_token("t")
        server.answer = lambda review: GOOD
        assert await tokens.authenticate_token("t")

    story(tmp_path, tell)


def test_a_server_that_did_not_look_at_audiences_vouches_for_ours_only(tmp_path):
    async def tell(server, tokens, clock):
        server.answer = lambda review: GOOD
        assert await tokens.authenticate_token("t", ("vault",)) is None
        server.answer = lambda review: {**GOOD, "audiences": ["else"]}
        assert await tokens.authenticate_token("u") is None

    story(tmp_path, tell)


@pytest.mark.parametrize(
    "answer",
    [
        lambda review: web.Response(status=403, text="no"),
        lambda review: web.Response(text="junk"),
        lambda review: web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"}),
        lambda review: {"authenticated": "yes"},
    ],
)
def test_a_server_that_fails(tmp_path, answer):
    async def tell(server, tokens, clock):
        server.answer = answer
        with pytest.raises(Unauthorized, match="token webhook"):
            await tokens.authenticate_token("t")

    story(tmp_path, tell)


def test_kubeconfigs_that_name_nobody(tmp_path):
    path = tmp_path / "k"
    for text, message in (
        ("[", "k: "),
        ("{}", "names no cluster with an https server"),
        ("7", "k: "),
        (
            "{current-context: c, contexts: [{name: c, context: {cluster: c}}],"
            " clusters: [{name: c, cluster: {server: 'http://x'}}]}",
            "names no cluster with an https server",
        ),
    ):
        path.write_text(text)
        with pytest.raises(ReviewServerError, match=message):
            ReviewServer.read(path)
    with pytest.raises(ReviewServerError, match="No such file"):
        ReviewServer.read(tmp_path / "none")
