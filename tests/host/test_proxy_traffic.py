"""Service rules on the real kernel: packets from pods, from the node itself and from outside.

A namespace plays the node; two pods, and a client outside of the cluster, each have a namespace of their own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from agent.network import firewall
from agent.proxy.model import service_model
from agent.proxy.rules import Addresses, ServiceRules, render
from agent.proxy.table import Table
from pykube.api.core_v1 import (
    ClientIPConfig,
    LoadBalancerIngress,
    Service,
    ServicePort,
    ServiceSpec,
    SessionAffinityConfig,
)
from pykube.api.discovery_v1 import Endpoint, EndpointPort, EndpointSlice
from pykube.api.meta_v1 import ObjectMeta

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

SERVER = """
import select, socket, sys
name = sys.argv[1].encode()
stream = socket.create_server(("0.0.0.0", 8080))
datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
datagram.bind(("0.0.0.0", 8080))
print("ready", flush=True)
while True:
    for one in select.select([stream, datagram], [], [])[0]:
        if one is stream:
            peer, address = stream.accept()
            peer.sendall(name + b" " + address[0].encode())
            peer.close()
        else:
            _, address = datagram.recvfrom(100)
            datagram.sendto(name + b" " + address[0].encode(), address)
"""

CLIENT = """
import socket, sys
kind, address, port, times = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
for _ in range(times):
    try:
        if kind == "tcp":
            peer = socket.create_connection((address, port), timeout=1)
        else:
            peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            peer.settimeout(1)
            peer.connect((address, port))
            peer.send(b"?")
        print(peer.recv(100).decode())
    except OSError as error:
        print(type(error).__name__)
"""


def sh(*command: str, check: bool = True, stdin: str = "") -> str:
    done = subprocess.run(command, capture_output=True, text=True, input=stdin, check=False)
    assert not check or done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


@dataclass
class Node:
    """The node's namespace, those around it, and the table as it should be."""

    name: str
    table: Table = field(init=False)
    services: dict[str, ServiceRules] = field(default_factory=dict)

    def inside(self, where: str, *command: str, stdin: str = "") -> str:
        name = self.name if where == "node" else f"{self.name}-{where}"
        return sh("ip", "netns", "exec", name, *command, stdin=stdin)

    def attach(self, where: str, address: str, *, bridge: bool) -> None:
        """A namespace with `address`, whose default route leads to the node."""
        sh("ip", "netns", "add", f"{self.name}-{where}")
        sh("ip", "-n", self.name, "link", "add", where, "type", "veth", "peer", "eth0", "netns", f"{self.name}-{where}")
        gateway = address.rpartition(".")[0] + ".1"
        if bridge:
            sh("ip", "-n", self.name, "link", "set", where, "master", "bridge0")
            sh("ip", "-n", self.name, "link", "set", where, "type", "bridge_slave", "hairpin", "on")
        else:
            sh("ip", "-n", self.name, "addr", "add", f"{gateway}/24", "dev", where)
        sh("ip", "-n", self.name, "link", "set", where, "up")
        other = ("ip", "-n", f"{self.name}-{where}")
        sh(*other, "addr", "add", f"{address}/32", "dev", "eth0")
        sh(*other, "link", "set", "lo", "up")
        sh(*other, "link", "set", "eth0", "up")
        sh(*other, "route", "add", "default", "via", gateway, "dev", "eth0", "onlink")

    def ask(self, where: str, address: str, port: int, *, kind: str = "tcp", times: int = 1) -> list[str]:
        return self.inside(where, sys.executable, "-c", CLIENT, kind, address, str(port), str(times)).splitlines()

    def apply(self, service: Service | None, *endpoints: Endpoint, key: str = "default/web") -> None:
        """Bring one Service into the table, as an incremental transaction."""
        rules = ServiceRules()
        if service is not None:
            ports = [EndpointPort(name=port.name, port=8080, protocol=port.protocol) for port in service.spec.ports]
            piece = EndpointSlice(address_type="IPv4", endpoints=list(endpoints), ports=ports)
            rules = render(service_model(service, [piece], node_name="node"), self.table.addresses)
        commands = self.table.update({key: rules})
        self.inside("node", "nft", "-f", "-", stdin=commands)


POD_A, POD_B, CLIENT_IP, NODE_IP = "10.42.0.2", "10.42.0.3", "192.168.9.2", "192.168.9.1"
CLUSTER_IP, EXTERNAL_IP = "10.43.0.77", "198.51.100.7"


@pytest.fixture(scope="module")
def built() -> Iterator[Node]:
    node = Node(f"pk-p{os.getpid()}")
    names = [node.name, *(f"{node.name}-{where}" for where in ("poda", "podb", "client"))]
    servers: list[subprocess.Popen[str]] = []
    sh("ip", "netns", "add", node.name)
    try:
        for command in (
            "link set lo up",
            "link add bridge0 type bridge",
            "addr add 10.42.0.1/24 dev bridge0",
            "link set bridge0 up",
            "route add 10.43.0.0/16 dev bridge0",
        ):
            sh("ip", "-n", node.name, *command.split())
        redirects = ("ipv4.conf.all.send_redirects=0", "ipv4.conf.bridge0.send_redirects=0")
        settings = ("ipv4.ip_forward=1", "ipv4.conf.all.route_localnet=1", *redirects)
        node.inside("node", "sysctl", "-q", *(f"net.{setting}" for setting in settings))
        node.attach("poda", POD_A, bridge=True)
        node.attach("podb", POD_B, bridge=True)
        node.attach("client", CLIENT_IP, bridge=False)
        pod_rules = firewall.render(cluster_cidr="10.42.0.0/16", node_cidr="10.42.0.0/24")
        node.inside("node", "nft", "-f", "-", stdin=pod_rules)
        for pod in ("poda", "podb"):
            command = ["ip", "netns", "exec", f"{node.name}-{pod}", sys.executable, "-c", SERVER, pod]
            server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            servers.append(server)
            assert server.stdout is not None
            assert server.stdout.readline() == "ready\n"
        yield node
    finally:
        for server in servers:
            server.kill()
            server.wait()
            if server.stdout:
                server.stdout.close()
        for name in names:
            sh("ip", "netns", "del", name, check=False)


@pytest.fixture(params=["0", "1"], ids=["routed", "bridge-nf"])
def node(built: Node, request: pytest.FixtureRequest) -> Node:
    """The node with an empty table; with netfilter on bridged packets, and without."""
    if os.path.exists("/proc/sys/net/bridge/bridge-nf-call-iptables"):
        built.inside("node", "sysctl", "-q", f"net.bridge.bridge-nf-call-iptables={request.param}")
    elif request.param == "1":
        pytest.skip("the kernel has no br_netfilter")
    built.table = Table(Addresses(("10.43.0.0/16",), ("10.42.0.0/24",), ("10.43.0.10",)))
    built.inside("node", "nft", "-f", "-", stdin=built.table.full())
    return built


def service(labels: Mapping[str, str] | None = None, **spec: object) -> Service:
    ports = [
        ServicePort(name="http", port=80, protocol="TCP", node_port=30080),
        ServicePort(name="udp", port=80, protocol="UDP", node_port=30080),
    ]
    found = ServiceSpec(type="NodePort", cluster_ip=CLUSTER_IP, cluster_ips=[CLUSTER_IP], ports=ports)
    for name, value in spec.items():
        setattr(found, name, value)
    return Service(metadata=ObjectMeta(name="web", namespace="default", labels=dict(labels or {})), spec=found)


def endpoint(address: str, node_name: str = "node") -> Endpoint:
    return Endpoint(addresses=[address], node_name=node_name)


def test_cluster_ip_spreads_over_all_backends(node: Node) -> None:
    node.apply(service(), endpoint(POD_A), endpoint(POD_B))
    for kind in ("tcp", "udp"):
        answers = Counter(node.ask("node", CLUSTER_IP, 80, kind=kind, times=40))
        assert set(answers) == {"poda 10.42.0.1", "podb 10.42.0.1"}


def test_pod_keeps_its_address_and_meets_itself(node: Node) -> None:
    node.apply(service(), endpoint(POD_B))
    assert node.ask("poda", CLUSTER_IP, 80) == [f"podb {POD_A}"]
    assert node.ask("podb", CLUSTER_IP, 80) == ["podb 10.42.0.1"]
    assert node.ask("poda", NODE_IP, 30080) == [f"podb {POD_A}"]


def test_node_port_on_every_address(node: Node) -> None:
    node.apply(service(), endpoint(POD_A))
    assert node.ask("client", NODE_IP, 30080) == ["poda 10.42.0.1"]
    assert node.ask("node", NODE_IP, 30080) == ["poda 10.42.0.1"]
    assert node.ask("node", "127.0.0.1", 30080) == ["poda 10.42.0.1"]
    assert node.ask("client", NODE_IP, 30080, kind="udp") == ["poda 10.42.0.1"]


def test_external_addresses_and_load_balancers(node: Node) -> None:
    balanced = service(type="LoadBalancer", external_ips=[EXTERNAL_IP], load_balancer_source_ranges=["192.168.9.64/26"])
    balanced.status.load_balancer.ingress = [LoadBalancerIngress(ip="198.51.100.8")]
    node.apply(balanced, endpoint(POD_A))
    assert node.ask("client", EXTERNAL_IP, 80) == ["poda 10.42.0.1"]
    assert node.ask("client", "198.51.100.8", 80) == ["TimeoutError"]
    balanced.spec.load_balancer_source_ranges = ["192.168.9.0/26"]
    node.apply(balanced, endpoint(POD_A))
    assert node.ask("client", "198.51.100.8", 80) == ["poda 10.42.0.1"]


def test_external_policy_local_keeps_the_caller(node: Node) -> None:
    local = service(external_traffic_policy="Local")
    node.apply(local, endpoint(POD_A), endpoint(POD_B, "elsewhere"))
    assert set(node.ask("client", NODE_IP, 30080, times=10)) == {f"poda {CLIENT_IP}"}
    assert set(node.ask("node", NODE_IP, 30080, times=30)) == {"poda 10.42.0.1", "podb 10.42.0.1"}
    node.apply(local, endpoint(POD_B, "elsewhere"))
    assert node.ask("client", NODE_IP, 30080) == ["TimeoutError"]
    assert node.ask("poda", NODE_IP, 30080) == [f"podb {POD_A}"]


def test_internal_policy_local(node: Node) -> None:
    local = service(internal_traffic_policy="Local")
    node.apply(local, endpoint(POD_A), endpoint(POD_B, "elsewhere"))
    assert set(node.ask("podb", CLUSTER_IP, 80, times=10)) == {f"poda {POD_B}"}
    node.apply(local, endpoint(POD_B, "elsewhere"))
    assert node.ask("poda", CLUSTER_IP, 80) == ["TimeoutError"]


def test_without_backends_callers_are_refused_at_once(node: Node) -> None:
    node.apply(service())
    for where in ("node", "poda"):
        assert node.ask(where, CLUSTER_IP, 80) == ["ConnectionRefusedError"]
        # A process of the node itself is told when it sends, others by ICMP.
        told = "PermissionError" if where == "node" else "ConnectionRefusedError"
        assert node.ask(where, CLUSTER_IP, 80, kind="udp") == [told]
        assert node.ask(where, "10.43.9.9", 80) == ["ConnectionRefusedError"]
    assert node.ask("client", NODE_IP, 30080) == ["ConnectionRefusedError"]


def test_affinity_holds_and_a_lost_backend_is_replaced(node: Node) -> None:
    config = SessionAffinityConfig(client_ip=ClientIPConfig(timeout_seconds=60))
    sticky = service(session_affinity="ClientIP", session_affinity_config=config)
    node.apply(sticky, endpoint(POD_A), endpoint(POD_B))
    first = set(node.ask("client", NODE_IP, 30080, times=20))
    assert len(first) == 1
    lost, kept = (POD_A, POD_B) if first == {"poda 10.42.0.1"} else (POD_B, POD_A)
    assert set(node.ask("node", CLUSTER_IP, 80, times=20)) <= {"poda 10.42.0.1", "podb 10.42.0.1"}
    node.apply(sticky, endpoint(kept))
    second = set(node.ask("client", NODE_IP, 30080, times=5))
    assert len(second) == 1
    assert second != first
    node.apply(sticky, endpoint(kept), endpoint(lost))
    assert set(node.ask("client", NODE_IP, 30080, times=20)) == second


def test_deleted_service_leaves_an_empty_table(node: Node) -> None:
    empty = node.inside("node", "nft", "list", "table", "inet", "pykube")
    config = SessionAffinityConfig(client_ip=ClientIPConfig(timeout_seconds=60))
    node.apply(service(external_traffic_policy="Local"), endpoint(POD_A), endpoint(POD_B, "elsewhere"))
    node.apply(service(session_affinity="ClientIP", session_affinity_config=config), endpoint(POD_A), endpoint(POD_B))
    node.apply(None)
    assert node.inside("node", "nft", "list", "table", "inet", "pykube") == empty


def test_full_table_equals_the_sum_of_its_changes(node: Node) -> None:
    node.apply(service(), endpoint(POD_A))
    node.apply(service(external_traffic_policy="Local"), endpoint(POD_A), endpoint(POD_B, "elsewhere"))
    changed = node.inside("node", "nft", "-s", "list", "table", "inet", "pykube")
    node.inside("node", "nft", "-f", "-", stdin=node.table.full())
    written = node.inside("node", "nft", "-s", "list", "table", "inet", "pykube")
    assert sorted(written.split()) == sorted(changed.split())
    assert node.ask("node", CLUSTER_IP, 80)[0].startswith("pod")


def test_loopback_is_closed_to_the_outside(node: Node) -> None:
    sh("ip", "-n", f"{node.name}-client", "route", "replace", "127.0.0.5", "via", NODE_IP, "dev", "eth0", "onlink")
    node.apply(service(), endpoint(POD_A))
    node.inside("client", "sysctl", "-q", "net.ipv4.conf.all.route_localnet=1")
    sh("ip", "-n", f"{node.name}-client", "route", "del", "local", "127.0.0.0/8", "table", "local", check=False)
    assert node.ask("client", "127.0.0.5", 30080) == ["TimeoutError"]


def test_everything_in_both_families_is_accepted(node: Node) -> None:
    protocols = [
        ServicePort(name=name.lower(), port=80, protocol=name, node_port=30080) for name in ("TCP", "UDP", "SCTP")
    ]
    whole = service(
        type="LoadBalancer",
        cluster_ips=[CLUSTER_IP, "fd43::77"],
        external_ips=[EXTERNAL_IP, "2001:db8::7"],
        ports=protocols,
        load_balancer_source_ranges=["10.0.0.0/8", "10.1.0.0/16", "fd00::/8"],
        external_traffic_policy="Local",
    )
    whole.status.load_balancer.ingress = [LoadBalancerIngress(ip="198.51.100.8"), LoadBalancerIngress(ip="2001:db8::8")]
    ports = [EndpointPort(name=port.name, port=8080, protocol=port.protocol) for port in protocols]
    slices = [
        EndpointSlice(address_type="IPv4", endpoints=[endpoint(POD_A), endpoint(POD_B, "elsewhere")], ports=ports),
        EndpointSlice(address_type="IPv6", endpoints=[endpoint("fd42::2"), endpoint("fd42::3", "there")], ports=ports),
    ]
    addresses = Addresses(("10.43.0.0/16", "fd43::/108"), ("10.42.0.0/24", "fd42::/64"), ("10.43.0.10", "fd43::a"))
    table = Table(addresses)
    node.inside("node", "nft", "-f", "-", stdin=table.full())
    for affinity in ("None", "ClientIP"):
        whole.spec.session_affinity = affinity
        rules = render(service_model(whole, slices, node_name="node"), addresses)
        node.inside("node", "nft", "-f", "-", stdin=table.update({"default/web": rules}))
        node.inside("node", "nft", "-f", "-", stdin=table.full())
    node.inside("node", "nft", "-f", "-", stdin=table.update({"default/web": ServiceRules()}))
