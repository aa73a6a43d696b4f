"""Bearer tokens: of service accounts, from a file, for bootstrapping; and where they stand in a request."""

import asyncio
import base64
from types import SimpleNamespace

import msgspec
import pytest
from multidict import CIMultiDict

from pykube.api import core_v1, meta_v1
from pykube.apiserver.authn.authenticator import bearer_token
from pykube.apiserver.authn.bootstrap_token import BootstrapTokens
from pykube.apiserver.authn.chain import BearerTokens
from pykube.apiserver.authn.service_account import ServiceAccountTokens
from pykube.apiserver.authn.token_file import TokenFile
from pykube.errors import Unauthorized
from pykube.pki.tokens import Identity, Reference, Tokens
from tests.fakes.clock import FakeClock

ISSUER = "https://kubernetes.default.svc.cluster.local"


class Objects:
    """The part of a registry that tokens are checked against."""

    def __init__(self):
        self.present = {}

    def put(self, cls, namespace, name, uid, **metadata):
        data = msgspec.json.encode({"metadata": {"uid": uid, **metadata}})
        self.present[cls, namespace, name] = SimpleNamespace(data=data)

    def cache(self, cls):
        return SimpleNamespace(find=lambda namespace, name: self.present.get((cls, namespace, name)))


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def objects():
    found = Objects()
    found.put(core_v1.ServiceAccount, "x", "bot", "u1")
    found.put(core_v1.Pod, "x", "web", "u2")
    return found


@pytest.fixture
def signer(tmp_path):
    return Tokens.load_or_create(tmp_path, ISSUER)


@pytest.fixture
def method(signer, objects, clock):
    return ServiceAccountTokens(signer, objects, audiences=(ISSUER,), clock=clock)


def issue(signer, clock, *, audiences=(), pod=None, seconds=3600):
    node = Reference("n1", "u3") if pod else None
    identity = Identity(namespace="x", service_account=Reference("bot", "u1"), pod=pod, node=node)
    return signer.issue(identity, audiences, clock.now(), seconds=seconds)[0]


def ask(method, token, audiences=()):
    return asyncio.run(method.authenticate_token(token, audiences))


def test_a_token_names_its_account_and_pod(method, signer, clock):
    token = issue(signer, clock, pod=Reference("web", "u2"))
    user = ask(method, token).user
    assert user.name == "system:serviceaccount:x:bot"
    assert user.uid == "u1"
    assert user.groups == ("system:serviceaccounts", "system:serviceaccounts:x", "system:authenticated")
    assert user.extra["authentication.kubernetes.io/pod-name"] == ("web",)
    assert user.extra["authentication.kubernetes.io/node-name"] == ("n1",)


def test_it_dies_with_what_it_is_bound_to(method, objects, signer, clock):
    token = issue(signer, clock, pod=Reference("web", "u2"))
    assert ask(method, token)
    del objects.present[core_v1.Pod, "x", "web"]
    with pytest.raises(Unauthorized, match="pod web not found"):
        ask(method, token)
    objects.put(core_v1.Pod, "x", "web", "another")
    with pytest.raises(Unauthorized, match="UID does not match"):
        ask(method, token)


def test_deletion_leaves_it_a_minute(method, objects, signer, clock):
    token = issue(signer, clock, pod=Reference("web", "u2"))
    objects.put(core_v1.Pod, "x", "web", "u2", deletionTimestamp="2026-01-01T00:00:00Z")
    assert ask(method, token)
    asyncio.run(clock.advance(61))
    with pytest.raises(Unauthorized, match="pod has been deleted"):
        ask(method, token)


def test_it_expires(method, signer, clock):
    token = issue(signer, clock, seconds=600)
    del signer
    with pytest.raises(Unauthorized):
        asyncio.run(expire(method, token, clock))


async def expire(method, token, clock):
    await method.authenticate_token(token)
    await clock.advance(601)
    await method.authenticate_token(token)


def test_it_is_good_for_its_audiences_only(method, signer, clock):
    token = issue(signer, clock, audiences=["vault"])
    with pytest.raises(Unauthorized, match="audiences"):
        ask(method, token)
    assert ask(method, token, ("vault", "other")).audiences == ("vault",)


def test_forged_tokens_and_those_of_others(method, signer, clock, tmp_path):
    head, body, signature = issue(signer, clock).split(".")
    with pytest.raises(Unauthorized):
        ask(method, f"{head}.{body}.{signature[::-1]}")
    assert ask(method, "abc") is None
    other = Tokens.load_or_create(tmp_path / "other", "https://elsewhere.example")
    assert ask(method, issue(other, clock)) is None


def test_tokens_from_a_file():
    method = TokenFile(["# comment", 'secret,alice,u1,"dev,ops"', "plain,bob,u2"])
    assert ask(method, "secret").user.groups == ("dev", "ops")
    assert ask(method, "plain").user.name == "bob"
    assert ask(method, "other") is None
    with pytest.raises(ValueError, match="needs token, user and uid"):
        TokenFile(["only,two"])


def bootstrap_secret(**changes):
    data = {
        "token-id": "abcdef",
        "token-secret": "0123456789abcdef",
        "usage-bootstrap-authentication": "true",
        "auth-extra-groups": "system:bootstrappers:workers",
        **changes,
    }
    return core_v1.Secret(
        metadata=meta_v1.ObjectMeta(name="bootstrap-token-abcdef", namespace="kube-system"),
        type="bootstrap.kubernetes.io/token",
        data={key: value.encode() for key, value in data.items()},
    )


def test_bootstrap_tokens(clock):
    token = "abcdef.0123456789abcdef"

    def method(secret):
        return BootstrapTokens(lambda namespace, name: secret, clock)

    user = ask(method(bootstrap_secret()), token).user
    assert user.name == "system:bootstrap:abcdef"
    assert user.groups == ("system:bootstrappers", "system:bootstrappers:workers")
    assert ask(method(None), token) is None
    assert ask(method(bootstrap_secret()), "abcdef.ffffffffffffffff") is None
    assert ask(method(bootstrap_secret(expiration="2025-12-31T00:00:00Z")), token) is None
    assert ask(method(bootstrap_secret(**{"usage-bootstrap-authentication": "false"})), token) is None
    assert ask(method(bootstrap_secret(**{"auth-extra-groups": "system:masters"})), token) is None


def test_where_a_token_stands():
    def request(**headers):
        return SimpleNamespace(headers=CIMultiDict({name.replace("_", "-"): text for name, text in headers.items()}))

    assert bearer_token(request(Authorization="Bearer abc")) == "abc"
    assert bearer_token(request(Authorization="Basic abc")) == ""
    encoded = base64.urlsafe_b64encode(b"abc").decode().rstrip("=")
    protocols = f"base64url.bearer.authorization.k8s.io.{encoded}, v5.channel.k8s.io"
    assert bearer_token(request(Upgrade="websocket", Sec_WebSocket_Protocol=protocols)) == "abc"
    assert bearer_token(request(Sec_WebSocket_Protocol=protocols)) == ""


def test_a_token_that_nobody_knows_is_refused():
    bearer = BearerTokens([TokenFile(["secret,alice,u1"])])
    request = SimpleNamespace(headers=CIMultiDict({"Authorization": "Bearer nonsense"}))
    with pytest.raises(Unauthorized):
        asyncio.run(bearer.authenticate(request))
    assert ask(bearer, "secret").user.groups == ("system:authenticated",)
