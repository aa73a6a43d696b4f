"""Acting as somebody else, where that is allowed."""

import asyncio
from types import SimpleNamespace

import pytest
from multidict import CIMultiDict

from pykube.apiserver.authn.impersonation import Impersonation
from pykube.apiserver.authn.user import User
from pykube.apiserver.authz import Decision
from pykube.errors import BadRequest, Forbidden


class Recorder:
    """Allows everything but what is in `refused`, and remembers what it was asked."""

    def __init__(self, *refused):
        self.refused = refused
        self.asked = []

    async def authorize(self, attributes):
        what = (attributes.full_resource, attributes.name)
        self.asked.append(what)
        return Decision(None if what in self.refused else True)


def act(authorizer, *headers):
    ctx = SimpleNamespace(user=User("root"), http=SimpleNamespace(headers=CIMultiDict(headers)), audit={})
    asyncio.run(Impersonation(authorizer)(ctx))
    return ctx.user


def test_without_headers_nothing_changes():
    recorder = Recorder()
    assert act(recorder, ("Authorization", "x")).name == "root"
    assert recorder.asked == []


def test_each_thing_taken_on_must_be_allowed():
    recorder = Recorder()
    user = act(
        recorder,
        ("Impersonate-User", "alice"),
        ("Impersonate-Group", "dev"),
        ("Impersonate-Group", "ops"),
        ("Impersonate-Uid", "u1"),
        ("Impersonate-Extra-Scopes%2Fread", "a"),
    )
    assert user == User("alice", "u1", ("dev", "ops", "system:authenticated"), {"scopes/read": ("a",)})
    assert recorder.asked == [
        ("users", "alice"),
        ("groups", "dev"),
        ("groups", "ops"),
        ("userextras/scopes/read", "a"),
        ("uids", "u1"),
    ]


def test_a_service_account_brings_its_groups():
    recorder = Recorder()
    user = act(recorder, ("Impersonate-User", "system:serviceaccount:x:bot"))
    assert user.groups == ("system:serviceaccounts", "system:serviceaccounts:x", "system:authenticated")
    assert recorder.asked == [("serviceaccounts", "bot")]


def test_the_anonymous_user_is_not_authenticated():
    assert act(Recorder(), ("Impersonate-User", "system:anonymous")).groups == ("system:unauthenticated",)


def test_refusals():
    with pytest.raises(Forbidden) as caught:
        act(Recorder(("groups", "system:masters")), ("Impersonate-User", "a"), ("Impersonate-Group", "system:masters"))
    assert str(caught.value) == (
        'groups "system:masters" is forbidden: User "root" cannot impersonate resource "groups" in API group "" '
        "at the cluster scope"
    )
    with pytest.raises(BadRequest, match="without impersonating a user"):
        act(Recorder(), ("Impersonate-Group", "dev"))
