"""A real API server over TLS, flooded by one user while another one works."""

import asyncio
import json
import ssl
from contextlib import asynccontextmanager

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from pykube.aio.clock import SystemClock
from pykube.api import codec, core_v1
from pykube.api import flowcontrol_v1 as v1
from pykube.apiserver import app
from pykube.apiserver.authn.token_file import TokenFile
from pykube.config import ServerConfig
from pykube.pki.server import ensure_server
from pykube.store.memory import MemoryStore
from tests.fakes.flow_control import level, schema

CLIENTS = 40
"""Connections of the flood."""

LIMIT = 200
"""Seconds after which a story is given up, however slow the machine."""


class Server:
    """A running server and clients of it."""

    def __init__(self, server, tls):
        self.server, self.tls = server, tls
        self._url = f"https://127.0.0.1:{server.port}"

    @asynccontextmanager
    async def session(self, token, limit=0):
        connector = aiohttp.TCPConnector(limit=limit, ssl=self.tls)
        headers = {"Authorization": f"Bearer {token}"}
        async with aiohttp.ClientSession(self._url, connector=connector, headers=headers) as session:
            yield session

    async def metrics(self):
        async with self.session("root") as session, session.get("/metrics") as answer:
            text = await answer.text()
        return {
            (sample.name, *sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name.startswith("apiserver_")
        }


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    return ServerConfig(
        config_dir=folder,
        state_dir=folder,
        run_dir=folder,
        bind_address="127.0.0.1",
        port=0,
        advertise_address="192.0.2.7",
        max_requests_inflight=40,
    )


def story(config, run):
    async def inside():
        store = MemoryStore()
        pki, _ = ensure_server(config, SystemClock().now())
        users = TokenFile(['root,root,1,"system:masters"', "alice,alice,2", "bob,bob,3"])
        server = await app.serve(config, store, pki, tokens=[users])
        try:
            async with asyncio.timeout(LIMIT):
                await run(Server(server, ssl.create_default_context(cafile=pki.ca_file)))
        finally:
            await server.close()
            await store.close()

    asyncio.run(inside())


async def prepared(server):
    """Alice and bob share a level of two seats and short queues: far less than comes in one turn of the loop."""
    registry = server.server.registry
    await registry.create(level("narrow", 10, queues=64, hand=1, length=1, borrowing=0))
    await registry.create(schema("both", "narrow", "alice", "bob"))
    await asyncio.sleep(0)


async def flood(session, stop, shedding, answers):
    while not stop.is_set():
        async with session.get("/version") as answer:
            await answer.read()
            answers.append((answer.status, answer.headers.get("Retry-After")))
            if answer.status == 429:
                shedding.set()


def test_a_flood_is_shed_while_another_user_is_served(config):
    async def run(server):
        await prepared(server)
        stop, shedding, answers, served = asyncio.Event(), asyncio.Event(), [], []
        async with server.session("alice") as alice, server.session("bob") as bob:
            clients = [asyncio.ensure_future(flood(alice, stop, shedding, answers)) for _ in range(CLIENTS)]
            await shedding.wait()
            for _ in range(8):
                async with bob.get("/version") as answer:
                    served.append(answer.status)
            stop.set()
            await asyncio.gather(*clients)
        shed = [retry for status, retry in answers if status == 429]
        assert served == [200] * 8
        assert shed
        assert all(retry.isdigit() and int(retry) >= 1 for retry in shed)
        assert sum(1 for status, _ in answers if status == 200) > 0
        await look_at_the_figures(server, len(shed))

    story(config, run)


async def look_at_the_figures(server, shed):
    metrics = await server.metrics()
    pair = (("flow_schema", "both"), ("priority_level", "narrow"))
    rejected = [
        value for key, value in metrics.items() if key[:3] == ("apiserver_flowcontrol_rejected_requests_total", *pair)
    ]
    assert sum(rejected) == shed
    assert metrics["apiserver_flowcontrol_nominal_limit_seats", ("priority_level", "narrow")] > 0
    assert metrics["apiserver_flowcontrol_current_executing_seats", *pair] == 0
    assert metrics["apiserver_flowcontrol_current_inqueue_requests", *pair] == 0
    assert metrics["apiserver_flowcontrol_dispatched_requests_total", *pair] > 0


def test_a_write_keeps_its_seat_when_its_client_goes_away(config):
    async def run(server):
        registry = server.server.registry
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def slow(write):
            if write.name == "slow":
                begun.set()
                await go_on.wait()

        registry.admission.validating.append(slow)
        async with server.session("root") as root:
            body = {"metadata": {"name": "slow"}}
            client = asyncio.ensure_future(root.post("/api/v1/namespaces/default/configmaps", json=body))
            await begun.wait()
            client.cancel()
            await asyncio.gather(client, return_exceptions=True)
            assert await writes_under_way(root) == 1
            assert registry.find(core_v1.ConfigMap, "slow", "default") is None
            go_on.set()
            while await writes_under_way(root):
                pass
        assert registry.find(core_v1.ConfigMap, "slow", "default") is not None

    story(config, run)


async def writes_under_way(session):
    path = "/debug/api_priority_and_fairness/dump_requests?includeRequestDetails=1"
    async with session.get(path) as answer:
        rows = (await answer.text()).splitlines()[1:]
    return sum(1 for row in rows if [cell.strip() for cell in row.split(",")][11] == "create")


@pytest.mark.parametrize(
    "header", ["Authorization: Bearer \xff\xfe.\xff", "Authorization: Bearer root\r\nImpersonate-User: \xff\xfe"]
)
def test_names_that_are_no_utf8_are_the_clients_mistake(config, header):
    async def run(server):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.server.port, ssl=server.tls)
        writer.write(f"GET /api/v1/pods HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{header}\r\n\r\n".encode("latin-1"))
        async with asyncio.timeout(20):
            text = await reader.read()
        assert 400 <= int(text.split()[1]) < 500, text
        assert json.loads(text.rpartition(b"\r\n\r\n")[2])["kind"] == "Status"
        writer.close()

    story(config, run)


def test_a_rejection_is_a_status(config):
    async def run(server):
        registry = server.server.registry
        await registry.create(level("none", 0, borrowing=0))
        await registry.create(schema("shut", "none", "alice"))
        await asyncio.sleep(0)
        async with server.session("alice") as alice, alice.get("/version") as answer:
            doc = await answer.json()
        assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
        assert (doc["kind"], doc["reason"], doc["code"]) == ("Status", "TooManyRequests", 429)
        assert doc["message"] == "Too many requests, please try again later."
        shut = registry.get(v1.FlowSchema, "shut")
        assert answer.headers["X-Kubernetes-PF-FlowSchema-UID"] == shut.metadata.uid
        async with server.session("alice") as alice, alice.get("/readyz") as answer:
            assert answer.status == 200

    story(config, run)


def test_every_answer_says_how_it_was_classified(config):
    async def run(server):
        registry = server.server.registry
        await registry.create(level("e2e", 1))
        await registry.create(schema("e2e", "e2e", "noxu"))
        uids = {
            name: (
                registry.get(v1.FlowSchema, name).metadata.uid,
                registry.get(v1.PriorityLevelConfiguration, level_name).metadata.uid,
            )
            for name, level_name in (("e2e", "e2e"), ("global-default", "global-default"), ("exempt", "exempt"))
        }
        async with server.session("root") as root:
            for path, headers, expected in (
                ("/version", {"Impersonate-User": "noxu"}, "e2e"),
                ("/version", {"Impersonate-User": "foo"}, "global-default"),
                ("/api/v1/namespaces", {}, "exempt"),
                ("/api/v1/namespaces/nothing", {}, "exempt"),
                ("/api/v1/namespaces?watch=1&timeoutSeconds=1", {}, "exempt"),
                ("/api/v1/secrets", {"Impersonate-User": "noxu"}, "e2e"),
            ):
                async with root.get(path, headers=headers) as answer:
                    found = answer.headers
                assert found["X-Kubernetes-PF-FlowSchema-UID"] == uids[expected][0], path
                assert found["X-Kubernetes-PF-PriorityLevel-UID"] == uids[expected][1], path

    story(config, run)


def test_the_dumps_show_who_waits(config):
    async def run(server):
        async with server.session("root") as root:
            texts = {}
            for name in ("priority_levels", "queues", "requests?includeRequestDetails=1"):
                async with root.get(f"/debug/api_priority_and_fairness/dump_{name}") as answer:
                    assert answer.status == 200
                    texts[name] = (await answer.text()).splitlines()
        rows = [[cell.strip() for cell in line.split(",")] for line in texts["priority_levels"]]
        assert [row[0] for row in rows[1:]] == sorted(row[0] for row in rows[1:])
        assert {len(row) for row in rows} == {10}
        assert len(texts["queues"]) == 1 + 64 + 64 + 16 + 128 * 3
        asking = texts["requests?includeRequestDetails=1"][1]
        assert "dump_requests" in asking
        assert asking.split(",")[10].strip() == "root"

    story(config, run)


def test_objects_of_flow_control_through_the_api(config):
    async def run(server):
        async with server.session("root") as root:
            base = "/apis/flowcontrol.apiserver.k8s.io/v1"
            body = json.loads(codec.encode(schema("s", "system", "x")))
            async with root.post(f"{base}/flowschemas", json=body) as answer:
                assert answer.status == 201
            async with root.delete(f"{base}/prioritylevelconfigurations/nothing") as answer:
                assert answer.status == 404
            async with root.get(f"{base}/flowschemas/exempt") as answer:
                doc = await answer.json()
            doc["spec"]["rules"] = []
            async with root.put(f"{base}/flowschemas/exempt", json=doc) as answer:
                assert answer.status == 422
                assert "spec of 'exempt' must equal the fixed value" in (await answer.json())["message"]

    story(config, run)
