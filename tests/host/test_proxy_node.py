"""Pod network and proxy as the agent runs them, in a namespace of their own, driven through a fake API server.

A child process plays the agent. It prints one line of JSON after each stage.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

ROOT = Path(__file__).resolve().parents[2]

AGENT = """
import asyncio, json, subprocess, sys
from pathlib import Path
from agent.network.setup import PodNetwork
from agent.proxy.proxy import Proxy
from pykube.aio.clock import SystemClock
from pykube.api.core_v1 import Node, NodeAddress, NodeSpec, NodeStatus, Service, ServicePort, ServiceSpec
from pykube.api.discovery_v1 import Endpoint, EndpointPort, EndpointSlice
from pykube.api.meta_v1 import ObjectMeta
from pykube.client.informer import InformerSet
from pykube.config import AgentConfig
from tests.fakes.api_client import FakeClient

def listing(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout

def tell(**what):
    print(json.dumps(what), flush=True)

def slice_of(*addresses):
    return EndpointSlice(
        metadata=ObjectMeta(name="web-1", namespace="default", labels={"kubernetes.io/service-name": "web"}),
        address_type="IPv4",
        ports=[EndpointPort(name="http", port=8080, protocol="TCP")],
        endpoints=[Endpoint(addresses=[address]) for address in addresses],
    )

async def until(text):
    async with asyncio.timeout(10):
        while text not in listing("nft", "list", "table", "inet", "pykube"):
            await asyncio.sleep(0.01)

async def main(root):
    config = AgentConfig(config_dir=root / "etc", state_dir=root / "lib", run_dir=root / "run")
    client = FakeClient()
    informers = InformerSet(client)
    network = PodNetwork(config, SystemClock())
    node = Node(metadata=ObjectMeta(name="me"))
    tell(without_cidr=await network.ensure(node))
    node.spec = NodeSpec(pod_cidr="10.42.1.0/24", pod_cidrs=["10.42.1.0/24"])
    ready = await network.ensure(node) and await network.ensure(node)
    tell(ready=ready, problem=network.problem, addresses=listing("ip", "-br", "addr"), routes=listing("ip", "route"))
    node = await client.create(node)
    other = Node(metadata=ObjectMeta(name="other"), spec=NodeSpec(pod_cidr="10.42.2.0/24"))
    other.status = NodeStatus(addresses=[NodeAddress(type="InternalIP", address="192.0.2.9")])
    nodes = informers.informer(Node)
    nodes.add_handler(on_add=network.nodes_changed, on_delete=network.nodes_changed)
    async with asyncio.TaskGroup() as group:
        proxy = Proxy(informers, config, "me")
        tasks = [group.create_task(informers.run()), group.create_task(proxy.run()),
                 group.create_task(network.run(nodes.list, "me"))]
        await proxy.programmed.wait()
        await client.create(other)
        async with asyncio.timeout(10):
            while "10.42.2.0/24 via 192.0.2.9" not in listing("ip", "route"):
                await asyncio.sleep(0.01)
        await client.delete(Node, "other")
        async with asyncio.timeout(10):
            while "10.42.2.0/24" in listing("ip", "route"):
                await asyncio.sleep(0.01)
        tell(routes="followed")
        spec = ServiceSpec(cluster_ip="10.43.0.7", ports=[ServicePort(name="http", port=80, protocol="TCP")])
        await client.create(Service(metadata=ObjectMeta(name="web", namespace="default"), spec=spec))
        await until("10.43.0.7 . tcp . 80 : goto refuse")
        piece = await client.create(slice_of("10.42.1.5", "10.42.1.6"))
        await until("10.43.0.7 . 80 . 1 : 10.42.1.6 . 8080")
        tell(proxy="followed", dns=listing("nft", "list", "chain", "inet", "pykube", "check"))
        # Someone flushes everything, and then a Service changes: the whole table comes back.
        listing("nft", "flush", "ruleset")
        changed = slice_of("10.42.1.7")
        changed.metadata.resource_version = piece.metadata.resource_version
        await client.update(changed)
        await until("10.43.0.7 . 80 . 0 : 10.42.1.7 . 8080")
        tell(proxy="restored")
        for task in tasks:
            task.cancel()

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.fixture
def netns() -> Iterator[str]:
    name = f"pk-n{os.getpid()}"
    for command in (
        f"ip netns add {name}",
        f"ip -n {name} link set lo up",
        f"ip -n {name} link add uplink type veth peer name far",
        f"ip -n {name} link set uplink mtu 1400",
        f"ip -n {name} addr add 192.0.2.1/24 dev uplink",
        f"ip -n {name} link set uplink up",
        f"ip -n {name} link set far up",
        f"ip -n {name} route add default via 192.0.2.254",
    ):
        subprocess.run(command.split(), check=True)
    yield name
    subprocess.run(["ip", "netns", "del", name], check=True)


def test_agent_sets_up_network_and_follows_services(netns: str, tmp_path: Path) -> None:
    command = ["ip", "netns", "exec", netns, sys.executable, "-c", AGENT, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    said: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert said[0] == {"without_cidr": False}
    assert said[1]["ready"] is True
    assert said[1]["problem"] == ""
    assert "10.42.1.1/24" in said[1]["addresses"]
    assert "10.43.0.0/16 dev pykube0 proto 202 scope link" in said[1]["routes"]
    assert "10.43.0.0/16 fib daddr type != local goto refuse" in said[3]["dns"]
    assert said[4] == {"proxy": "restored"}
    conflist = json.loads((tmp_path / "etc/cni/net.d/10-pykube.conflist").read_text())
    assert conflist["plugins"][0]["mtu"] == 1400
    assert {path.name for path in (tmp_path / "lib/cni/bin").iterdir()} == {"pykube", "loopback"}
