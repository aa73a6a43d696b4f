"""The whole server, over TLS, with the cluster's own keys."""

import asyncio
import ssl
from contextlib import asynccontextmanager

import aiohttp
import pytest

from pykube.aio.clock import SystemClock
from pykube.apiserver import app
from pykube.apiserver.authn.token_file import TokenFile
from pykube.config import ServerConfig
from pykube.pki.server import ensure_server
from pykube.store.memory import MemoryStore

ADDRESS = "192.0.2.7"


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    return ServerConfig(
        config_dir=folder, state_dir=folder, run_dir=folder, bind_address="127.0.0.1", port=0, advertise_address=ADDRESS
    )


@asynccontextmanager
async def serving(config, store):
    pki, _ = ensure_server(config, SystemClock().now())
    server = await app.serve(config, store, pki, tokens=[TokenFile(["secret,bob,1,devs"])])
    try:
        yield server, pki
    finally:
        await server.close()


def trusting(pki, pair=None):
    context = ssl.create_default_context(cafile=pki.ca_file)
    if pair is not None:
        context.load_cert_chain(pair.certificate, pair.key)
    return context


async def get(server, tls, path, token=""):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    url = f"https://127.0.0.1:{server.port}{path}"
    async with aiohttp.ClientSession() as session, session.get(url, ssl=tls, headers=headers) as response:
        is_json = response.content_type == "application/json"
        return response.status, await response.json() if is_json else await response.text()


def story(config, run):
    async def inside():
        store = MemoryStore()
        async with serving(config, store) as (server, pki):
            await run(server, pki)
        await store.close()

    asyncio.run(inside())


def test_who_may_do_what(config):
    async def run(server, pki):
        anybody, admin = trusting(pki), trusting(pki, pki.admin)
        assert (await get(server, anybody, "/version"))[1]["minor"] == "36"
        status, doc = await get(server, anybody, "/api/v1/pods")
        assert status == 403
        assert doc["message"].startswith('pods is forbidden: User "system:anonymous" cannot list resource "pods"')
        assert (await get(server, anybody, "/api/v1/pods", "secret"))[0] == 403
        assert (await get(server, anybody, "/api", "secret"))[0] == 200
        assert (await get(server, anybody, "/api", "wrong"))[0] == 401
        assert (await get(server, admin, "/api/v1/pods"))[0] == 200
        scheduler = trusting(pki, pki.scheduler)
        assert (await get(server, scheduler, "/api/v1/pods"))[0] == 200
        assert (await get(server, scheduler, "/api/v1/secrets"))[0] == 403

    story(config, run)


def test_what_a_cluster_has_from_its_first_moment(config):
    async def run(server, pki):
        admin = trusting(pki, pki.admin)
        _, namespaces = await get(server, admin, "/api/v1/namespaces")
        assert {item["metadata"]["name"] for item in namespaces["items"]} == {
            "default",
            "kube-system",
            "kube-public",
            "kube-node-lease",
        }
        _, service = await get(server, admin, "/api/v1/namespaces/default/services/kubernetes")
        assert service["spec"]["clusterIP"] == "10.43.0.1"
        _, endpoints = await get(server, admin, "/api/v1/namespaces/default/endpoints/kubernetes")
        assert endpoints["subsets"][0]["addresses"] == [{"ip": ADDRESS}]
        path = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes"
        _, endpoint_slice = await get(server, admin, path)
        assert endpoint_slice["ports"][0]["port"] == server.port
        _, critical = await get(server, admin, "/apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical")
        assert critical["value"] == 2000001000
        status, _ = await get(server, admin, "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode")
        assert status == 200

    story(config, run)


async def lasting(store):
    """What is stored, but for the server's signs of life."""
    page = await store.list("/registry/")
    return {entry.key: entry.revision for entry in page.entries if not entry.key.startswith("/registry/leases/")}


def test_a_second_start_changes_nothing(config):
    async def inside():
        store = MemoryStore()
        ports = ServerConfig(**{name: getattr(config, name) for name in config.__slots__} | {"port": 0})
        async with serving(ports, store) as (server, _):
            port = server.port
            before = await lasting(store)
        again = ServerConfig(**{name: getattr(config, name) for name in config.__slots__} | {"port": port})
        async with serving(again, store):
            assert await lasting(store) == before
        await store.close()

    asyncio.run(inside())


def test_health(config):
    async def run(server, pki):
        anybody, admin = trusting(pki), trusting(pki, pki.admin)
        assert await get(server, anybody, "/livez") == (200, "ok")
        status, text = await get(server, anybody, "/readyz?verbose")
        assert status == 200
        assert "[+]etcd ok" in text
        assert text.endswith("readyz check passed\n")
        assert await get(server, admin, "/readyz/etcd") == (200, "ok")
        server.health.ready = False
        status, text = await get(server, anybody, "/readyz")
        assert status == 500
        assert "[-]poststarthook/bootstrap failed" in text
        _, metrics = await get(server, admin, "/metrics")
        assert 'apiserver_request_total{code="200"' in metrics

    story(config, run)


def test_other_documents(config):
    async def run(server, pki):
        admin = trusting(pki, pki.admin)
        assert (await get(server, admin, "/apis"))[1]["kind"] == "APIGroupList"
        assert (await get(server, admin, "/openid/v1/jwks"))[0] == 200
        assert (await get(server, admin, "/.well-known/openid-configuration"))[1]["issuer"]
        assert "/openapi/v3" in (await get(server, admin, "/"))[1]["paths"]

    story(config, run)
