"""Client certificates, over real TLS connections."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta

import aiohttp
import msgspec
import pytest
from aiohttp import web
from cryptography import x509

from pykube.apiserver.authn import User, chain
from pykube.apiserver.authn.anonymous import Anonymous
from pykube.apiserver.authn.request_header import RequestHeader
from pykube.apiserver.authn.x509 import X509, CertificateReader
from pykube.errors import Unauthorized
from tests.fakes.clock import FakeClock
from tests.fakes.loopback import Certificates, http_server


@pytest.fixture
def cluster(tmp_path):
    return Certificates(tmp_path)


@pytest.fixture
def proxy(tmp_path):
    return Certificates(tmp_path, "front-proxy-ca")


def reader(certificates, clock=None):
    return CertificateReader([x509.load_pem_x509_certificate(certificates.ca_file.read_bytes())], clock)


def ask(methods, cluster, proxy, tls, headers=None):
    """Who the server takes the client for."""

    async def handler(request):
        try:
            user = await methods.authenticate(request)
        except Unauthorized:
            return web.Response(status=401)
        return web.Response(body=msgspec.json.encode(user), content_type="application/json")

    async def run():
        async with (
            http_server(handler, cluster.server_context(proxy.ca_file)) as port,
            aiohttp.ClientSession() as session,
            session.get(f"https://127.0.0.1:{port}/", ssl=tls, headers=headers) as answer,
        ):
            return await answer.json() if answer.status == 200 else answer.status

    return asyncio.run(run())


def test_subject_becomes_user_and_groups(cluster, proxy):
    tls = cluster.client_context(cluster.pair("system:node:n1", "system:nodes"))
    user = ask(chain(X509(reader(cluster))), cluster, proxy, tls)
    assert user["name"] == "system:node:n1"
    assert user["groups"] == ["system:nodes", "system:authenticated"]
    assert user["extra"]["authentication.kubernetes.io/credential-id"][0].startswith("X509SHA256=")


def test_without_a_certificate_the_caller_is_anonymous(cluster, proxy):
    methods = chain(X509(reader(cluster)), anonymous=Anonymous())
    user = ask(methods, cluster, proxy, cluster.client_context())
    assert (user["name"], user["groups"]) == ("system:anonymous", ["system:unauthenticated"])
    assert ask(chain(X509(reader(cluster))), cluster, proxy, cluster.client_context()) == 401


def test_the_front_proxys_certificate_is_no_user(cluster, proxy):
    tls = cluster.client_context(proxy.pair("admin", "system:masters"))
    assert ask(chain(X509(reader(cluster))), cluster, proxy, tls) == 401


def test_the_front_proxy_speaks_for_its_callers(cluster, proxy):
    headers = {"X-Remote-User": "alice", "X-Remote-Group": "dev", "X-Remote-Extra-Reason%2fwhy": "because"}
    tls = cluster.client_context(proxy.pair("front-proxy-client"))
    user = ask(chain(RequestHeader(reader(proxy))), cluster, proxy, tls, headers)
    assert user["name"] == "alice"
    assert user["groups"] == ["dev", "system:authenticated"]
    assert user["extra"] == {"reason/why": ["because"]}


def test_nobody_else_speaks_for_others(cluster, proxy):
    headers = {"X-Remote-User": "alice"}
    tls = cluster.client_context(cluster.pair("mallory"))
    methods = chain(RequestHeader(reader(proxy)), X509(reader(cluster)))
    assert ask(methods, cluster, proxy, tls, headers)["name"] == "mallory"
    named = RequestHeader(reader(proxy), frozenset({"other"}))
    assert ask(chain(named), cluster, proxy, cluster.client_context(proxy.pair("front-proxy-client")), headers) == 401


def test_a_stranger_does_not_get_through_the_handshake(cluster, proxy, tmp_path):
    stranger = Certificates(tmp_path, "stranger")
    tls = cluster.client_context(stranger.pair("admin", "system:masters"))
    with pytest.raises((aiohttp.ClientError, ssl.SSLError, ConnectionError)):
        ask(chain(X509(reader(cluster))), cluster, proxy, tls)


def test_a_certificate_may_run_out_while_its_connection_is_open(cluster, proxy):
    clock = FakeClock(datetime.now(UTC) + timedelta(days=365 * 30))
    tls = cluster.client_context(cluster.pair("alice"))
    assert ask(chain(X509(reader(cluster, clock))), cluster, proxy, tls) == 401


def test_the_answer_is_remembered_per_certificate(cluster, proxy):
    certificates = reader(cluster)
    tls = cluster.client_context(cluster.pair("alice"))
    assert ask(chain(X509(certificates)), cluster, proxy, tls) == ask(chain(X509(certificates)), cluster, proxy, tls)
    certificates.replace([])
    assert ask(chain(X509(certificates)), cluster, proxy, tls) == 401


def test_users_are_values():
    assert User("a", groups=("g",)).with_group("g") == User("a", groups=("g",))
