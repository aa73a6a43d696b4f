"""Acting as somebody else, where that is allowed."""

import asyncio
from types import SimpleNamespace

import pytest
from multidict import CIMultiDict

from pykube.apiserver.authn.impersonation import Impersonation
from pykube.apiserver.authn.user import NODE_NAME, User
from pykube.apiserver.authz import Decision
from pykube.apiserver.request import parse
from pykube.errors import BadRequest, Forbidden

ROOT = User("root")


class Recorder:
    """Allows what begins with one of some verbs, but for what is in `refused`, and remembers what it was asked."""

    def __init__(self, *verbs, refused=()):
        self.verbs = verbs
        self.refused = refused
        self.asked = []

    async def authorize(self, attributes):
        self.asked.append((attributes.verb, attributes.full_resource, attributes.name))
        good = attributes.verb in self.verbs and (attributes.full_resource, attributes.name) not in self.refused
        return Decision(True if good else None)


def act(authorizer, *headers, caller=ROOT, target="/api/v1/namespaces/x/pods/p"):
    ctx = SimpleNamespace(
        user=caller,
        http=SimpleNamespace(headers=CIMultiDict(headers)),
        audit={},
        info=parse("GET", target),
    )
    asyncio.run(Impersonation(authorizer)(ctx))
    return ctx.user


OLD = ("impersonate",)
ALICE = (
    ("Impersonate-User", "alice"),
    ("Impersonate-Group", "dev"),
    ("Impersonate-Group", "ops"),
    ("Impersonate-Uid", "u1"),
    ("Impersonate-Extra-Example.org%2Fread", "a"),
)


def test_without_headers_nothing_changes():
    recorder = Recorder(*OLD)
    assert act(recorder, ("Authorization", "x")).name == "root"
    assert recorder.asked == []


def test_the_old_way_asks_for_each_thing_taken_on():
    recorder = Recorder(*OLD)
    user = act(recorder, *ALICE)
    assert user == User("alice", "u1", ("dev", "ops", "system:authenticated"), {"example.org/read": ("a",)})
    assert recorder.asked == [
        ("impersonate-on:user-info:get", "pods", "p"),
        ("impersonate", "users", "alice"),
        ("impersonate", "uids", "u1"),
        ("impersonate", "groups", "dev"),
        ("impersonate", "groups", "ops"),
        ("impersonate", "userextras/example.org/read", "a"),
    ]


def test_the_constrained_way_asks_for_the_deed_as_well():
    recorder = Recorder("impersonate:user-info", "impersonate-on:user-info:get")
    assert act(recorder, *ALICE).name == "alice"
    assert [verb for verb, _, _ in recorder.asked] == ["impersonate-on:user-info:get"] + ["impersonate:user-info"] * 5
    with pytest.raises(Forbidden, match=r'cannot impersonate-on:user-info:list resource "pods" in API group ""'):
        act(recorder, *ALICE, target="/api/v1/namespaces/x/pods")


@pytest.mark.parametrize(
    "refused",
    [("users", "alice"), ("groups", "ops"), ("uids", "u1"), ("userextras/example.org/read", "a")],
)
@pytest.mark.parametrize("verbs", [OLD, ("impersonate:user-info", "impersonate-on:user-info:get")])
def test_one_thing_that_is_not_allowed_is_enough(refused, verbs):
    with pytest.raises(Forbidden):
        act(Recorder(*verbs, refused=[refused]), *ALICE)


def test_nobody_becomes_a_master_in_the_constrained_way():
    constrained = ("impersonate:user-info", "impersonate-on:user-info:get")
    masters = (("Impersonate-User", "a"), ("Impersonate-Group", "system:masters"))
    with pytest.raises(Forbidden, match="impersonating the system:masters group is not allowed"):
        act(Recorder(*constrained), *masters)
    assert "system:masters" in act(Recorder(*constrained, *OLD), *masters).groups


def test_extras_of_the_constrained_way_have_rules():
    constrained = Recorder("impersonate:user-info", "impersonate-on:user-info:get")
    for key, value in (("plain", "a"), ("example.org%2Fa", "")):
        with pytest.raises(Forbidden, match="extra is not allowed"):
            act(constrained, ("Impersonate-User", "a"), (f"Impersonate-Extra-{key}", value))


def test_many_groups_are_asked_for_at_once():
    recorder = Recorder("impersonate:user-info", "impersonate-on:user-info:get")
    act(recorder, ("Impersonate-User", "a"), *[("Impersonate-Group", f"g{n}") for n in range(9)])
    assert [name for _, resource, name in recorder.asked if resource == "groups"] == ["*"]


def test_a_service_account_brings_its_groups():
    wanted = ("Impersonate-User", "system:serviceaccount:x:bot")
    for verbs in (OLD, ("impersonate:serviceaccount", "impersonate-on:serviceaccount:get")):
        recorder = Recorder(*verbs)
        user = act(recorder, wanted)
        assert user.groups == ("system:serviceaccounts", "system:serviceaccounts:x", "system:authenticated")
        assert recorder.asked[-1] == (verbs[0], "serviceaccounts", "bot")


def test_nodes_bring_their_group_in_the_constrained_way_only():
    wanted = ("Impersonate-User", "system:node:n1")
    arbitrary = ("impersonate:arbitrary-node", "impersonate-on:arbitrary-node:get")
    recorder = Recorder(*arbitrary)
    assert act(recorder, wanted).groups == ("system:nodes", "system:authenticated")
    assert recorder.asked[-1] == ("impersonate:arbitrary-node", "nodes", "n1")
    assert act(Recorder(*OLD), wanted).groups == ("system:authenticated",)
    with pytest.raises(Forbidden):
        act(Recorder(*arbitrary), wanted, ("Impersonate-Group", "system:nodes"))


def test_a_pod_may_be_its_own_node_and_no_other():
    pod = User("system:serviceaccount:x:agent", extra={NODE_NAME: ("n1",)})
    recorder = Recorder("impersonate:associated-node", "impersonate-on:associated-node:get")
    assert act(recorder, ("Impersonate-User", "system:node:n1"), caller=pod).name == "system:node:n1"
    assert recorder.asked[-1] == ("impersonate:associated-node", "nodes", "*")
    with pytest.raises(Forbidden):
        act(recorder, ("Impersonate-User", "system:node:n2"), caller=pod)
    with pytest.raises(Forbidden):
        act(recorder, ("Impersonate-User", "system:node:n1"), caller=User("bob", extra={NODE_NAME: ("n1",)}))


def test_the_anonymous_user_is_not_authenticated():
    assert act(Recorder(*OLD), ("Impersonate-User", "system:anonymous")).groups == ("system:unauthenticated",)


def test_groups_without_a_user():
    for header in ("Impersonate-Group", "Impersonate-Uid", "Impersonate-Extra-a"):
        with pytest.raises(BadRequest, match="without impersonating a user"):
            act(Recorder(*OLD), (header, "dev"))
