"""The configured chain of authorizers, webhooks among them: real servers on loopback are asked."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from pykube.apiserver.authn.configuration_file import ConfigurationError
from pykube.apiserver.authn.user import MASTERS, User
from pykube.apiserver.authz import Attributes
from pykube.apiserver.authz.abac import Abac, Policy
from pykube.apiserver.authz.always import AlwaysAllow, AlwaysDeny
from pykube.apiserver.authz.chain import AuthorizerChain
from pykube.apiserver.authz.configuration import parse
from tests.fakes.clock import FakeClock
from tests.fakes.review_server import review_server

ALICE = User("alice", "u1", ("dev",), {"scope": ("a",)})
BUILT_IN = {
    "ABAC": Abac([Policy(user="bob", namespace="*", resource="*", api_group="*")]),
    "AlwaysAllow": AlwaysAllow(),
    "AlwaysDeny": AlwaysDeny(),
}


def webhook(server, name="hook", **settings):
    return {
        "type": "Webhook",
        "name": name,
        "webhook": {
            "timeout": "3s",
            "subjectAccessReviewVersion": "v1",
            "matchConditionSubjectAccessReviewVersion": "v1",
            "failurePolicy": "NoOpinion",
            "connectionInfo": {"type": "KubeConfigFile", "kubeConfigFile": str(server.kubeconfig)},
            **settings,
        },
    }


def document(*authorizers):
    return json.dumps(
        {
            "apiVersion": "apiserver.config.k8s.io/v1",
            "kind": "AuthorizationConfiguration",
            "authorizers": [
                one if isinstance(one, dict) else {"type": one, "name": one.lower()} for one in authorizers
            ],
        }
    )


@asynccontextmanager
async def configured(folder, *authorizers, clock=None):
    path = folder / "authorization.yaml"
    path.write_text(document(*authorizers))
    chain = AuthorizerChain.configured((), path, BUILT_IN, clock or FakeClock())
    try:
        yield chain
    finally:
        await chain.close()


def pods(user=ALICE, verb="list", **attributes):
    return Attributes(user=user, verb=verb, version="v1", resource="pods", namespace="x", **attributes)


def test_a_webhook_is_told_everything_and_decides(tmp_path):
    async def run():
        async with review_server(tmp_path) as server, configured(tmp_path, webhook(server)) as chain:
            server.answer = lambda review: {"allowed": True, "reason": "why not"}
            asked = pods(field_selector="spec.nodeName=n", label_selector="a in (b,c),!d,e>1")
            decision = await chain.authorize(asked)
            assert (decision.allowed, decision.reason) == (True, "why not")
            assert server.headers[0]["Authorization"] == "Bearer who-asks"
            [review] = server.asked
            assert (review["apiVersion"], review["kind"]) == ("authorization.k8s.io/v1", "SubjectAccessReview")
            assert review["spec"] == {
                "user": "alice",
                "uid": "u1",
                "groups": ["dev"],
                "extra": {"scope": ["a"]},
                "resourceAttributes": {
                    "verb": "list",
                    "version": "v1",
                    "resource": "pods",
                    "namespace": "x",
                    "fieldSelector": {"requirements": [{"key": "spec.nodeName", "operator": "In", "values": ["n"]}]},
                    "labelSelector": {
                        "requirements": [
                            {"key": "a", "operator": "In", "values": ["b", "c"]},
                            {"key": "d", "operator": "DoesNotExist"},
                        ]
                    },
                },
            }

    asyncio.run(run())


def test_answers_are_remembered_each_for_its_time(tmp_path):
    clock = FakeClock()

    async def run():
        async with review_server(tmp_path) as server, configured(tmp_path, webhook(server), clock=clock) as chain:
            server.answer = lambda review: {"allowed": review["spec"]["user"] == "alice"}
            for _ in range(3):
                assert (await chain.authorize(pods())).allowed
                assert (await chain.authorize(pods(User("eve")))).allowed is None
            assert len(server.asked) == 2
            await clock.advance(31)
            await chain.authorize(pods())
            await chain.authorize(pods(User("eve")))
            assert len(server.asked) == 3
            await clock.advance(300)
            await chain.authorize(pods())
            assert len(server.asked) == 4
            huge = pods(name="x" * 20_000)
            await chain.authorize(huge)
            await chain.authorize(huge)
            assert len(server.asked) == 6

    asyncio.run(run())


def test_old_webhooks_get_the_old_form(tmp_path):
    async def run():
        async with (
            review_server(tmp_path) as server,
            configured(tmp_path, webhook(server, subjectAccessReviewVersion="v1beta1")) as chain,
        ):
            server.answer = lambda review: {"allowed": False, "denied": True, "reason": "no"}
            decision = await chain.authorize(pods())
            assert (decision.allowed, decision.reason) == (False, "no")
            assert server.asked[0]["apiVersion"] == "authorization.k8s.io/v1beta1"
            assert server.asked[0]["spec"]["group"] == ["dev"]

    asyncio.run(run())


@pytest.mark.parametrize(("policy", "allowed"), [("Deny", False), ("NoOpinion", True)])
@pytest.mark.parametrize(
    "answer", [lambda review: web.Response(status=403, text="no"), lambda review: {"allowed": "perhaps"}]
)
def test_a_webhook_that_fails(tmp_path, policy, allowed, answer):
    async def run():
        async with (
            review_server(tmp_path) as server,
            configured(tmp_path, webhook(server, failurePolicy=policy), "AlwaysAllow") as chain,
        ):
            server.answer = answer
            decision = await chain.authorize(pods())
            assert decision.allowed is allowed
            assert bool(decision.error) is (not allowed)

    asyncio.run(run())


def test_passing_failures_are_tried_again(tmp_path):
    clock = FakeClock()

    async def run():
        async with review_server(tmp_path) as server, configured(tmp_path, webhook(server), clock=clock) as chain:
            answers = [web.Response(status=500), web.Response(status=429)]
            server.answer = lambda review: answers.pop() if answers else {"allowed": True}
            asking = asyncio.ensure_future(chain.authorize(pods()))
            while not asking.done():
                await asyncio.sleep(0)
                await clock.advance(0.1)
            assert asking.result().allowed
            assert len(server.asked) == 3

    asyncio.run(run())


CONDITIONS = [
    {"expression": "has(request.resourceAttributes)"},
    {"expression": "request.resourceAttributes.namespace == 'x' && !('admins' in request.groups)"},
]


def test_only_what_meets_the_conditions_is_asked(tmp_path):
    async def run():
        hook = {"failurePolicy": "Deny", "matchConditions": CONDITIONS}
        async with review_server(tmp_path) as server, configured(tmp_path, webhook(server, **hook)) as chain:
            server.answer = lambda review: {"allowed": True}
            assert (await chain.authorize(pods())).allowed
            assert (await chain.authorize(pods(User("a", groups=("admins",))))).allowed is None
            path = Attributes(user=ALICE, verb="get", path="/healthz", is_resource=False)
            assert (await chain.authorize(path)).allowed is None
            assert len(server.asked) == 1

    asyncio.run(run())


@pytest.mark.parametrize(("policy", "allowed"), [("Deny", False), ("NoOpinion", None)])
def test_a_condition_that_fails(tmp_path, policy, allowed):
    async def run():
        hook = {"failurePolicy": policy, "matchConditions": [{"expression": "request.extra['none'][0] == 'x'"}]}
        async with review_server(tmp_path) as server, configured(tmp_path, webhook(server, **hook)) as chain:
            decision = await chain.authorize(pods())
            assert decision.allowed is allowed
            assert "no such key: none" in decision.error
            assert not server.asked

    asyncio.run(run())


def test_masters_need_nobody(tmp_path):
    async def run():
        async with configured(tmp_path, "AlwaysDeny") as chain:
            assert (await chain.authorize(pods(User("root", groups=(MASTERS,))))).allowed
            denied = await chain.authorize(pods())
            assert (denied.allowed, denied.reason) == (None, "Everything is forbidden.")

    asyncio.run(run())


def test_what_can_be_listed_of_a_chain(tmp_path):
    async def run():
        async with review_server(tmp_path) as server, configured(tmp_path, "ABAC", webhook(server)) as chain:
            found = chain.permissions(User("bob"), "x")
            assert [rule.resources for rule in found.rules] == [["*"]]
            assert found.incomplete
            assert found.error == "webhook authorizer does not support user rule resolution"

    asyncio.run(run())


def test_a_changed_file_is_taken_over_unless_it_is_broken(tmp_path):
    clock = FakeClock()

    async def run():
        async with review_server(tmp_path) as server, configured(tmp_path, "AlwaysDeny", clock=clock) as chain:
            path = tmp_path / "authorization.yaml"
            server.answer = lambda review: {"allowed": True}
            path.write_text(document("AlwaysAllow"))
            await clock.advance(61)
            assert (await chain.authorize(pods())).allowed is None  # AlwaysDeny must stay
            path.write_text(document(webhook(server), "AlwaysDeny"))
            assert (await chain.authorize(pods())).allowed is None
            await clock.advance(61)
            assert (await chain.authorize(pods())).allowed
            path.write_text("junk")
            await clock.advance(61)
            assert (await chain.authorize(pods())).allowed

    asyncio.run(run())


@pytest.mark.parametrize(
    ("authorizers", "message"),
    [
        ([], "at least one authorization mode must be defined"),
        ([{"name": "a"}], r"authorizers\[0\].type: Required value"),
        ([{"type": "Magic", "name": "magic"}], "Unsupported value"),
        (["RBAC", "RBAC"], "Duplicate value"),
        ([{"type": "RBAC", "name": "mine"}], "expected name rbac for authorizer RBAC instead of mine"),
        ([{"type": "RBAC", "name": "rbac", "webhook": {}}], "may only be specified when type=Webhook"),
        ([{"type": "Webhook", "name": "a"}], "required when type=Webhook"),
        ([{"type": "Webhook", "name": "a", "webhook": {}}], "timeout: Required value"),
        ([{"type": "Webhook", "name": "a", "webhook": {"timeout": "31s"}}], "must be > 0s and <= 30s"),
        ([{"type": "Webhook", "name": "a", "webhook": {"failurePolicy": "Ignore"}}], 'Unsupported value: "Ignore"'),
        ([{"type": "Webhook", "name": "a", "webhook": {"timeOut": "1s"}}], "unknown field `timeOut`"),
        (
            [{"type": "Webhook", "name": "a", "webhook": {"matchConditions": [{"expression": "request.foo"}]}}],
            "undefined field 'foo'",
        ),
    ],
)
def test_configurations_that_make_no_sense(authorizers, message):
    with pytest.raises(ConfigurationError, match=message):
        parse(document(*authorizers))
