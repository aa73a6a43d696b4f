"""A node that was deleted stays out until it joins again, also after a restart."""

import asyncio
from datetime import UTC, datetime, timedelta

from pykube.api import core_v1, meta_v1
from pykube.pki.ca import Profile
from pykube.store.memory import MemoryStore
from tests.fakes.clock import FakeClock
from tests.fakes.guarded_server import guarded

NODES = "/api/v1/nodes"


def certificate(server, name="n1"):
    profile = Profile(common_name=f"system:node:{name}", organizations=("system:nodes",), client=True)
    return server.showing(*server.pki.authority.issue(profile, server.clock.now()))


def body(name="n1"):
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}}


def test_a_deleted_node_stays_out_until_it_joins_again(tmp_path):
    clock = FakeClock(datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1))
    store = MemoryStore()

    async def run():
        async with guarded(tmp_path, clock, store=store) as server:
            agent = certificate(server)
            assert (await server.call("POST", NODES, body(), tls=agent)).status == 201
            await clock.advance(10)
            assert (await server.admin("DELETE", f"{NODES}/n1")).status == 200
            answer = await server.call("POST", NODES, body(), tls=agent)
            assert (answer.status, answer.doc["reason"]) == (401, "Unauthorized")
            assert (await server.call("GET", f"{NODES}/n2", tls=certificate(server, "n2"))).status == 404
        async with guarded(tmp_path, clock, store=store) as server:
            assert (await server.call("POST", NODES, body(), tls=agent)).status == 401
            await clock.advance(10)
            again = certificate(server)
            assert (await server.call("POST", NODES, body(), tls=again)).status == 201
            assert (await server.call("GET", f"{NODES}/n1", tls=agent)).status == 401
            await clock.advance(10)
            await server.admin("DELETE", f"{NODES}/n1")
            assert (await server.call("GET", f"{NODES}/n1", tls=again)).status == 401

    asyncio.run(run())


def test_the_servers_own_host_is_not_shut_out(tmp_path):
    async def run():
        async with guarded(tmp_path, node_name="here") as server:
            agent = certificate(server, "here")
            await server.registry.create(core_v1.Node(metadata=meta_v1.ObjectMeta(name="here")))
            await server.admin("DELETE", f"{NODES}/here")
            assert (await server.call("POST", NODES, body("here"), tls=agent)).status == 201

    asyncio.run(run())
