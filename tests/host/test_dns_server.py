"""The DNS server on the address that pods ask, on the real kernel, with questions over UDP and TCP from a pod."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

ROOT = Path(__file__).resolve().parents[2]

SERVER = """
import asyncio, sys
from agent.dns.server import DnsServer
from pykube.api.core_v1 import Service, ServicePort, ServiceSpec
from pykube.api.meta_v1 import ObjectMeta
from pykube.client.informer import InformerSet
from pykube.config import AgentConfig
from tests.fakes.api_client import FakeClient

async def main():
    client = FakeClient()
    informers = InformerSet(client)
    server = DnsServer(informers, AgentConfig())
    async with asyncio.TaskGroup() as group:
        group.create_task(informers.run())
        group.create_task(server.run())
        await server.listening.wait()
        spec = ServiceSpec(cluster_ip="10.43.0.7", ports=[ServicePort(name="http", port=80)])
        seen = asyncio.Event()
        informers.informer(Service).add_handler(on_add=lambda _: seen.set())
        await client.create(Service(metadata=ObjectMeta(name="web", namespace="default"), spec=spec))
        await seen.wait()
        print("ready", flush=True)

asyncio.run(main())
"""

ASK = """
import json, socket, sys, dnslib
found = []
for kind in ("udp", "tcp"):
    for name in sys.argv[1:]:
        question = dnslib.DNSRecord.question(name)
        answer = question.send("10.43.0.10", 53, tcp=kind == "tcp", timeout=3)
        reply = dnslib.DNSRecord.parse(answer)
        found.append([kind, reply.header.rcode, [str(rr.rdata) for rr in reply.rr]])
print(json.dumps(found))
"""


def sh(*command: str, check: bool = True) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


@pytest.fixture
def node() -> Iterator[str]:
    """A namespace that plays the node, with a pod beside it."""
    name = f"pk-d{os.getpid()}"
    pod = f"{name}-pod"
    sh("ip", "netns", "add", name)
    sh("ip", "netns", "add", pod)
    try:
        sh("ip", "-n", name, "link", "set", "lo", "up")
        sh("ip", "-n", name, "link", "add", "pod", "type", "veth", "peer", "eth0", "netns", pod)
        sh("ip", "-n", name, "addr", "add", "10.42.0.1/24", "dev", "pod")
        sh("ip", "-n", name, "link", "set", "pod", "up")
        sh("ip", "-n", pod, "addr", "add", "10.42.0.2/32", "dev", "eth0")
        sh("ip", "-n", pod, "link", "set", "eth0", "up")
        sh("ip", "-n", pod, "route", "add", "default", "via", "10.42.0.1", "dev", "eth0", "onlink")
        yield name
    finally:
        sh("ip", "netns", "del", pod, check=False)
        sh("ip", "netns", "del", name, check=False)


def test_pod_and_node_are_answered(node: str) -> None:
    command = ["ip", "netns", "exec", node, sys.executable, "-c", SERVER]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == "ready\n"
            names = ("web.default.svc.cluster.local", "nope.default.svc.cluster.local")
            for where in (f"{node}-pod", node):
                found = json.loads(sh("ip", "netns", "exec", where, sys.executable, "-c", ASK, *names))
                assert found == [[kind, *answer] for kind in ("udp", "tcp") for answer in ((0, ["10.43.0.7"]), (3, []))]
            assert "10.43.0.10/32" in sh("ip", "-n", node, "addr", "show", "lo")
        finally:
            server.kill()
