"""Requests that another server answers: who may ask, what arrives there, and what comes back."""

import asyncio
import json
from datetime import UTC, datetime

import aiohttp
import pytest
from yarl import URL

from pykube.apiserver.aggregator import proxy
from pykube.pki.ca import Profile
from pykube.pki.certificates import ensure
from tests.fakes.aggregated_cluster import cluster
from tests.fakes.extension_server import BASE, FLUNDERS, ExtensionServer
from tests.fakes.loopback import raw_server

FLUNDER = {"apiVersion": "wardle.example.com/v1alpha1", "kind": "Flunder", "metadata": {"name": "a"}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("aggregation")


def story(folder, run, extension=None):
    async def inside():
        async with cluster(folder, extension) as it:
            await it.register()
            await it.until(it.says("Passed"))
            await run(it)

    asyncio.run(inside())


def asked(it, path):
    return [one for one in it.extension.asked if one.path == path]


def test_objects_of_another_server(folder):
    async def run(it):
        created = await it.call("POST", FLUNDERS, FLUNDER)
        assert (created.status, created.doc["metadata"]["namespace"]) == (201, "default")
        assert [one["metadata"]["name"] for one in (await it.call("GET", FLUNDERS)).doc["items"]] == ["a"]
        assert (await it.call("GET", f"{FLUNDERS}/a")).doc == created.doc
        missing = await it.call("GET", f"{FLUNDERS}/b")
        assert (missing.status, missing.message) == (404, 'flunders "b" not found')
        assert (await it.call("DELETE", f"{FLUNDERS}/a")).status == 200

    story(folder, run)


def test_the_backend_hears_who_asks_and_from_nobody_else(folder):
    async def run(it):
        forged = {
            "Authorization": "Bearer root",
            "X-Remote-User": "eve",
            "X_Remote_User": "eve",
            "X-Remote-Group": "cooks",
            "X-Remote-Uid": "0",
            "X-Remote-Extra-Scopes": "all",
            "Connection": "X-Remote-Group",
            "X-Forwarded-For": "192.0.2.3",
            "X-Forwarded-Host": "elsewhere.example",
        }
        url = URL(f"{it.url}{FLUNDERS}?limit=5%2C", encoded=True)
        async with it.session.get(url, headers=forged):
            (seen,) = asked(it, f"{FLUNDERS}?limit=5%2C")
        assert seen.certificate == "front-proxy-client"
        assert seen["X-Remote-User"] == ["root"]
        assert seen["X-Remote-Uid"] == ["1"]
        assert seen["X-Remote-Group"] == ["system:masters", "system:authenticated"]
        assert seen["X-Forwarded-For"] == ["192.0.2.3, 127.0.0.1"]
        assert seen["X-Forwarded-Host"] == [it.url.removeprefix("https://")]
        for header in ("X-Remote-Extra-Scopes", "X_Remote_User", "Authorization"):
            assert not seen[header]

    story(folder, run)


def test_somebody_acts_as_another(folder):
    async def run(it):
        acting = {
            "Impersonate_User": "eve",
            "Impersonate_Group": "system:masters",
            "Impersonate_Extra_example_com": "1",
        }
        await it.call("GET", f"{FLUNDERS}?a", **acting)
        (seen,) = asked(it, f"{FLUNDERS}?a")
        assert seen["X-Remote-User"] == ["eve"]
        assert seen["X-Remote-Extra-example-com"] == ["1"]
        assert not seen["Impersonate-User"]

    story(folder, run)


def test_this_server_says_no_first(folder):
    async def run(it):
        refused = await it.call("GET", FLUNDERS, user="bob")
        assert refused.status == 403
        assert refused.message == (
            'flunders.wardle.example.com is forbidden: User "bob" cannot list resource "flunders" '
            'in API group "wardle.example.com" in the namespace "default"'
        )
        assert not asked(it, FLUNDERS)
        assert (await it.call("GET", FLUNDERS, user="nobody")).status == 401
        for path in (f"{FLUNDERS}/a%2Fstatus", f"{FLUNDERS}/../flunders", f"{BASE}/namespaces//flunders/a"):
            assert (await it.call("GET", path)).status == 400
            assert not asked(it, path)

    story(folder, run)


def test_a_watch_comes_through_event_by_event(folder):
    async def run(it):
        url = f"{it.url}{FLUNDERS}?watch=1"
        async with it.session.get(url, headers={"Authorization": "Bearer root"}) as watch:
            assert watch.headers["X-Kubernetes-PF-FlowSchema-UID"]
            await it.call("POST", FLUNDERS, FLUNDER)
            assert json.loads(await watch.content.readline())["type"] == "ADDED"
            await it.call("DELETE", f"{FLUNDERS}/a")
            assert json.loads(await watch.content.readline())["type"] == "DELETED"
            await it.extension.turn("over")
            assert await watch.content.readline() == b""

    story(folder, run)


def test_bodies_are_streamed(folder):
    async def run(it):
        async def pieces():
            for _ in range(300):
                yield b"x" * 65536

        url = f"{it.url}{FLUNDERS}/a/count"
        headers = {"Authorization": "Bearer root"}
        async with it.session.post(url, data=pieces(), headers=headers) as answer:
            assert await answer.json() == {"size": 300 * 65536}

    story(folder, run)


def test_a_websocket_comes_through(folder):
    async def run(it):
        url = f"{it.url}{FLUNDERS}/a/connect"
        headers = {"Authorization": "Bearer root", "X-Remote-User": "eve"}
        async with it.session.ws_connect(url, headers=headers) as socket:
            await socket.send_str("hello")
            assert await socket.receive_str() == "you said hello"
        (seen,) = asked(it, f"{FLUNDERS}/a/connect")
        assert seen["X-Remote-User"] == ["root"]
        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            await it.session.ws_connect(url, headers={"Authorization": "Bearer bob"})
        assert refusal.value.status == 403

    story(folder, run)


def test_an_endpoint_that_is_dead_is_passed_over(folder):
    async def run(it):
        await it.put_endpoint(1, "sample-api-2")
        await it.endpoint_is(1, it.extension_port)
        for _ in range(8):
            assert (await it.call("POST", f"{FLUNDERS}/a/count", b"body")).doc == {"size": 4}

    story(folder, run)


def test_a_server_that_does_not_accept_connections(folder, monkeypatch):
    monkeypatch.setattr(proxy, "DIAL_SECONDS", 0.05)

    async def run(it):
        async def silent(reader, writer):
            await reader.read()
            writer.close()

        async with raw_server(silent) as port:
            await it.put_endpoint(port)
            await it.endpoint_is(port)
            answer = await it.call("GET", FLUNDERS)
        assert answer.status == 503
        assert answer.body.startswith(b"error trying to reach service: ")

    story(folder, run)


def test_a_renewed_certificate_is_shown_at_once(folder):
    async def run(it):
        url, headers = f"{it.url}{FLUNDERS}/a/connect", {"Authorization": "Bearer root"}
        for _ in range(2):
            async with it.session.ws_connect(url, headers=headers):
                pass
            profile = Profile(common_name="front-proxy-client", client=True)
            it.pki.front_proxy_client.certificate.unlink()
            ensure(it.pki.front_proxy_client, it.pki.front_proxy_authority, profile, datetime.now(UTC))
            it.server.renew(it.pki)
        first, second = asked(it, f"{FLUNDERS}/a/connect")
        assert first.certificate == second.certificate == "front-proxy-client"
        assert first.serial != second.serial

    story(folder, run)


def test_the_backend_may_not_send_clients_elsewhere(folder):
    async def run(it):
        answer = await it.call("GET", f"{FLUNDERS}/away")
        assert answer.status == 502
        assert b"attempted to redirect" in answer.body
        assert "Location" not in answer.headers

    story(folder, run)


def test_a_server_that_dies(folder):
    async def run(it):
        with pytest.raises(aiohttp.ClientPayloadError):
            await it.call("GET", f"{FLUNDERS}/cut")
        await it.extension.turn("die")
        answer = await it.call("GET", FLUNDERS)
        assert answer.status == 503
        assert answer.body == b"error trying to reach service: EOF\n"

    story(folder, run)


def test_a_server_that_hangs(folder, monkeypatch):
    monkeypatch.setattr(proxy, "REQUEST_SECONDS", 0.05)
    monkeypatch.setattr(proxy, "DISCOVERY_SECONDS", 0.05)

    async def run(it):
        await it.ready()
        await it.extension.turn("hang")
        for path in (BASE, FLUNDERS, f"/openapi/v3{BASE}"):
            answer = await it.call("GET", path)
            assert answer.status == 504
            assert answer.body == b"Timeout: request did not complete within requested timeout\n"

    story(folder, run)


def test_nothing_is_sent_to_a_server_that_is_not_available(folder):
    async def run():
        async with cluster(folder, ExtensionServer(mode="refuse")) as it:
            await it.register()
            await it.until(it.says("FailedDiscoveryCheck"))
            answer = await it.call("GET", FLUNDERS)
            assert (answer.status, answer.body) == (503, b"service unavailable\n")
            assert not asked(it, FLUNDERS)

    asyncio.run(run())


def test_a_service_that_is_this_server_is_not_asked_for_ever(folder):
    async def inside():
        async with cluster(folder) as it:
            await it.register(insecureSkipTLSVerify=True, caBundle=None)
            await it.until(it.says("Passed"))
            await it.put_endpoint(it.server.port)
            await it.endpoint_is(it.server.port)
            answer = await it.call("GET", FLUNDERS)
            assert (answer.status, answer.body) == (
                503,
                b"error trying to reach service: it leads back to this server\n",
            )

    asyncio.run(inside())
