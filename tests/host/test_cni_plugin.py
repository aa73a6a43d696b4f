"""The CNI plugin on the real kernel: containers in network namespaces of their own, seen from a host in another one.

Each test runs the plugin as a process inside a namespace that plays the host, so that the machine itself stays as it
is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

ROOT = Path(__file__).resolve().parents[2]


def sh(*command: str, check: bool = True) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


@dataclass
class Host:
    """A namespace that plays the host, and the containers made for a test."""

    name: str
    data_dir: Path
    containers: list[str] = field(default_factory=list)

    def container(self, name: str) -> str:
        full = f"{self.name}-{name}"
        sh("ip", "netns", "add", full)
        self.containers.append(full)
        return full

    def inside(self, *command: str, check: bool = True) -> str:
        return sh("ip", "netns", "exec", self.name, *command, check=check)

    def config(self, **more: Any) -> dict[str, Any]:
        ipam = {"dataDir": str(self.data_dir), "ranges": [[{"subnet": "10.77.0.0/28"}]]}
        return {"cniVersion": "1.0.0", "name": "net", "type": "pykube", "bridge": "pkbr", "ipam": ipam, **more}

    def call(self, command: str, container: str, config: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "CNI_COMMAND": command,
            "CNI_CONTAINERID": container,
            "CNI_NETNS": f"/run/netns/{container}",
            "CNI_IFNAME": "eth0",
        }
        done = subprocess.run(
            ["ip", "netns", "exec", self.name, sys.executable, "-m", "cni"],
            input=json.dumps(config or self.config()).encode(),
            capture_output=True,
            env=environment,
            check=False,
        )
        assert done.stderr == b""
        return done.returncode, json.loads(done.stdout) if done.stdout else {}

    def add(self, container: str, config: dict[str, Any] | None = None) -> str:
        code, result = self.call("ADD", container, config)
        assert code == 0, result
        return str(result["ips"][0]["address"]).partition("/")[0]


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    found = Host(f"pk-t{os.getpid()}", tmp_path)
    sh("ip", "netns", "add", found.name)
    found.inside("ip", "link", "set", "lo", "up")
    try:
        yield found
    finally:
        for name in (*found.containers, found.name):
            sh("ip", "netns", "del", name, check=False)


ECHO = """
import socket, sys
server = socket.create_server(("0.0.0.0", 80))
print("ready", flush=True)
while True:
    peer, address = server.accept()
    peer.sendall(address[0].encode())
    peer.close()
"""

FETCH = """
import socket, sys
peer = socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=3)
print(peer.recv(100).decode())
"""


@pytest.fixture
def serve() -> Iterator[Any]:
    """Starts a server in a namespace that tells each caller its address."""
    running: list[subprocess.Popen[str]] = []

    def start(netns: str) -> None:
        command = ["ip", "netns", "exec", netns, sys.executable, "-c", ECHO]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"

    yield start
    for process in running:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def fetch(netns: str, address: str, port: int) -> str:
    return sh("ip", "netns", "exec", netns, sys.executable, "-c", FETCH, address, str(port)).strip()


def test_add_connects_the_container_with_host_and_neighbour(host: Host, serve: Any) -> None:
    one, two = host.container("one"), host.container("two")
    first, second = host.add(one), host.add(two)
    assert (first, second) == ("10.77.0.2", "10.77.0.3")
    serve(two)
    assert fetch(host.name, second, 80) == "10.77.0.1"
    assert fetch(one, second, 80) == first


def test_neighbours_are_routed_not_bridged(host: Host) -> None:
    one = host.container("one")
    host.add(one)
    assert "scope link" not in sh("ip", "netns", "exec", one, "ip", "route")


@pytest.mark.parametrize("called", ["0", "1"])
def test_host_port_with_and_without_netfilter_on_bridges(host: Host, serve: Any, called: str) -> None:
    if not Path("/proc/sys/net/bridge").exists():
        pytest.skip("the kernel has no br_netfilter")
    host.inside("sysctl", "-q", f"net.bridge.bridge-nf-call-iptables={called}")
    one, two = host.container("one"), host.container("two")
    host.add(one, host.config(runtimeConfig={"portMappings": [{"hostPort": 8080, "containerPort": 80}]}))
    host.add(two)
    serve(one)
    assert fetch(two, "10.77.0.1", 8080) == "10.77.0.3"
    assert fetch(one, "10.77.0.1", 8080) == "10.77.0.1"


def test_delete_leaves_nothing_and_may_be_repeated(host: Host) -> None:
    one = host.container("one")
    host.add(one, host.config(runtimeConfig={"portMappings": [{"hostPort": 8080, "containerPort": 80}]}))
    assert host.call("DEL", one) == (0, {})
    assert host.call("DEL", one) == (0, {})
    assert "pk" not in host.inside("ip", "-br", "link", "show", "type", "veth")
    assert "elements" not in host.inside("nft", "list", "table", "inet", "pykube-hostport")
    assert [path.name for path in (host.data_dir / "net").iterdir() if not path.name.startswith(".")] == []


def test_delete_works_when_the_namespace_is_gone(host: Host) -> None:
    one = host.container("one")
    host.add(one)
    sh("ip", "netns", "del", one)
    assert host.call("DEL", one) == (0, {})
    assert host.add(host.container("two")) == "10.77.0.3"  # freed addresses rest: the next one is given


def test_add_again_keeps_the_address(host: Host) -> None:
    one = host.container("one")
    assert host.add(one) == host.add(one)


def test_failed_add_leaves_nothing(host: Host) -> None:
    code, error = host.call("ADD", "no-such-netns")
    assert (code, error["code"]) == (1, 3)
    one = host.container("one")
    sh("ip", "netns", "exec", one, "ip", "link", "add", "eth0", "type", "ifb")
    code, error = host.call("ADD", one)
    assert (code, error["code"]) == (1, 102)
    assert [path.name for path in (host.data_dir / "net").iterdir() if not path.name.startswith(".")] == []
    assert "pk" not in host.inside("ip", "-br", "link", "show", "type", "veth")


def test_check_sees_what_was_taken_away(host: Host) -> None:
    one = host.container("one")
    _, result = host.call("ADD", one)
    config = host.config(prevResult=result)
    assert host.call("CHECK", one, config) == (0, {})
    sh("ip", "netns", "exec", one, "ip", "route", "del", "default")
    code, error = host.call("CHECK", one, config)
    assert (code, error["msg"]) == (1, "the route to 0.0.0.0/0 by 10.77.0.1 is missing")
    sh("ip", "netns", "exec", one, "ip", "addr", "flush", "dev", "eth0")
    assert host.call("CHECK", one, config)[1]["msg"] == "eth0 has lost 10.77.0.2"


def test_garbage_collection_takes_the_dead_and_leaves_the_living(host: Host) -> None:
    dead, alive = host.container("dead"), host.container("alive")
    host.add(dead)
    host.add(alive)
    valid = [{"containerID": alive, "ifname": "eth0"}]
    code, _ = host.call("GC", "", host.config(cniVersion="1.1.0", **{"cni.dev/valid-attachments": valid}))
    assert code == 0
    assert len(host.inside("ip", "-br", "link", "show", "type", "veth").splitlines()) == 1
    left = [path.name for path in (host.data_dir / "net").iterdir() if not path.name.startswith(".")]
    assert left == [f"10.77.0.3@{alive}@eth0"]


def test_host_port_leads_to_the_container_from_everywhere(host: Host, serve: Any) -> None:
    one, two = host.container("one"), host.container("two")
    mappings = [{"hostPort": 8080, "containerPort": 80}, {"hostPort": 8081, "containerPort": 80, "hostIP": "10.77.0.1"}]
    first = host.add(one, host.config(runtimeConfig={"portMappings": mappings}))
    host.add(two)
    host.inside("sysctl", "-q", "net.ipv4.conf.all.route_localnet=1")
    serve(one)
    assert fetch(two, "10.77.0.1", 8080) == "10.77.0.3"
    assert fetch(one, "10.77.0.1", 8080) == "10.77.0.1"  # itself, by way of the host
    assert fetch(host.name, "127.0.0.1", 8080) == "10.77.0.1"
    assert fetch(two, "10.77.0.1", 8081) == "10.77.0.3"
    assert first == "10.77.0.2"


def test_two_families(host: Host, serve: Any) -> None:
    one = host.container("one")
    config = host.config()
    config["ipam"]["ranges"].append([{"subnet": "fd77::/64"}])
    code, result = host.call("ADD", one, config)
    assert code == 0
    assert [ip["address"] for ip in result["ips"]] == ["10.77.0.2/32", "fd77::2/128"]
    route = sh("ip", "netns", "exec", one, "ip", "-6", "route", "show", "default")
    assert route.startswith("default via fd77::1 dev eth0")


def test_full_range_is_told_apart_and_leaked_addresses_come_back(host: Host) -> None:
    one, two = host.container("one"), host.container("two")
    config = host.config()
    config["ipam"]["ranges"] = [[{"subnet": "10.77.0.0/30"}]]
    host.add(one, config)
    code, error = host.call("ADD", two, config)
    assert (code, error["code"], error["details"]) == (1, 101, "10.77.0.1-10.77.0.2")
    assert host.call("STATUS", "", {**config, "cniVersion": "1.1.0"})[1]["code"] == 50
    sh("ip", "netns", "del", one)  # the runtime forgot to call DEL
    leaked = next((host.data_dir / "net").glob("10.77.0.2@*"))
    os.utime(leaked, (0, 0))
    assert host.add(two, config) == "10.77.0.2"


def test_host_port_that_is_taken_stays_with_its_holder(host: Host, serve: Any) -> None:
    one, two = host.container("one"), host.container("two")
    config = host.config(runtimeConfig={"portMappings": [{"hostPort": 8080, "containerPort": 80}]})
    first = host.add(one, config)
    code, error = host.call("ADD", two, config)
    assert (code, error["code"], error["details"]) == (1, 103, f"tcp . 8080 : {first} . 80")
    serve(one)
    host.inside("sysctl", "-q", "net.ipv4.conf.all.route_localnet=1")
    assert fetch(host.name, "127.0.0.1", 8080) == "10.77.0.1"


def test_host_port_left_by_a_crash_is_replaced(host: Host) -> None:
    one, two = host.container("one"), host.container("two")
    config = host.config(runtimeConfig={"portMappings": [{"hostPort": 8080, "containerPort": 80}]})
    host.add(one, config)
    next((host.data_dir / "net").glob("10.77.0.2@*")).unlink()  # as if all that is known of it were lost
    second = host.add(two, config)
    listing = host.inside("nft", "list", "table", "inet", "pykube-hostport")
    assert f"tcp . 8080 : {second} . 80" in listing
