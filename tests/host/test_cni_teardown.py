"""The pod network comes back after a flush, and leaves nothing behind when it is taken off."""

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

AGENT = """
import asyncio, json, subprocess, sys
from pathlib import Path
from agent.network import links, plugin, teardown
from agent.network.setup import PodNetwork
from pykube.api.core_v1 import Node, NodeSpec
from pykube.api.meta_v1 import ObjectMeta
from pykube.config import AgentConfig
from tests.fakes.clock import FakeClock

def listing(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout

def call(command, config, container, mappings=()):
    plugin_config = json.loads((config.config_dir / "cni/net.d/10-pykube.conflist").read_text())
    document = {**plugin_config["plugins"][0], "name": "pykube", "cniVersion": "1.0.0"}
    document["runtimeConfig"] = {"portMappings": list(mappings)}
    environment = {"CNI_COMMAND": command, "CNI_CONTAINERID": container, "CNI_IFNAME": "eth0"}
    code, answer = plugin.run({**environment, "CNI_NETNS": sys.argv[2]}, json.dumps(document).encode())
    assert code == 0, answer

async def main(root):
    before = [listing("ip", "-br", "addr"), listing("ip", "route"), listing("nft", "list", "ruleset")]
    config = AgentConfig(config_dir=root / "etc", state_dir=root / "lib", run_dir=root / "run")
    network = PodNetwork(config, FakeClock())
    await network.ensure(Node(metadata=ObjectMeta(name="me"), spec=NodeSpec(pod_cidr="10.42.1.0/24")))
    await asyncio.to_thread(links.ensure_local_address, "10.43.0.10")
    await asyncio.to_thread(call, "ADD", config, "c1", [{"hostPort": 8080, "containerPort": 80}])
    rules = listing("nft", "list", "ruleset")
    listing("nft", "flush", "ruleset")
    running = asyncio.create_task(network.run(list, "me"))
    async with asyncio.timeout(10):
        while listing("nft", "list", "ruleset") != rules:
            await asyncio.sleep(0.01)
    running.cancel()
    await network.collect_garbage([("c1", "eth0")])
    kept = len(list((root / "lib/cni/pykube").glob("10.*")))
    await network.collect_garbage([])
    freed = len(list((root / "lib/cni/pykube").glob("10.*")))
    await asyncio.to_thread(call, "ADD", config, "c2")
    network.close()
    await teardown.remove(config)
    await teardown.remove(config)
    after = [listing("ip", "-br", "addr"), listing("ip", "route"), listing("nft", "list", "ruleset")]
    files = sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
    print(json.dumps({"kept": kept, "freed": freed, "before": before, "after": after, "files": files}))

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.fixture
def namespaces() -> Iterator[tuple[str, str]]:
    names = (f"pk-x{os.getpid()}", f"pk-x{os.getpid()}-pod")
    for name in names:
        subprocess.run(["ip", "netns", "add", name], check=True)
    subprocess.run(["ip", "-n", names[0], "link", "set", "lo", "up"], check=True)
    yield names
    for name in names:
        subprocess.run(["ip", "netns", "del", name], check=True)


def test_flushed_rules_come_back_and_teardown_leaves_nothing(namespaces: tuple[str, str], tmp_path: Path) -> None:
    host, pod = namespaces
    command = ["ip", "netns", "exec", host, sys.executable, "-c", AGENT, str(tmp_path), f"/run/netns/{pod}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["kept"], said["freed"]) == (1, 0)
    assert said["after"] == said["before"]
    assert said["files"] == []
