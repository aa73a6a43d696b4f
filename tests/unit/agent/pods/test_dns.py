"""resolv.conf and hosts files of pods."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.pods.dns import Resolver, host_resolver, hosts_file, parse, pod_resolver
from pykube.api import core_v1
from pykube.config import Network

HOST = Resolver(["9.9.9.9"], ["lan"], ["rotate"])


def pod(**spec: object) -> core_v1.Pod:
    found = core_v1.Pod(spec=core_v1.PodSpec(**spec))  # type: ignore[arg-type]
    found.metadata.name, found.metadata.namespace = "web", "shop"
    return found


@pytest.mark.parametrize(
    ("policy", "host_network", "server"),
    [
        ("ClusterFirst", False, "10.43.0.10"),
        ("ClusterFirst", True, "9.9.9.9"),
        ("ClusterFirstWithHostNet", True, "10.43.0.10"),
        ("Default", False, "9.9.9.9"),
    ],
)
def test_policies(policy: str, host_network: bool, server: str) -> None:
    found = pod_resolver(pod(dns_policy=policy, host_network=host_network), Network(), HOST)
    assert found.servers == [server]


def test_cluster_searches_come_before_the_hosts() -> None:
    found = pod_resolver(pod(), Network(), HOST)
    assert found.searches == ["shop.svc.cluster.local", "svc.cluster.local", "cluster.local", "lan"]
    assert found.options == ["ndots:5"]


def test_own_configuration_is_merged() -> None:
    config = core_v1.PodDNSConfig(
        nameservers=["1.1.1.1"], options=[core_v1.PodDNSConfigOption(name="ndots", value="2")]
    )
    assert pod_resolver(pod(dns_config=config), Network(), HOST).options == ["ndots:2"]
    assert pod_resolver(pod(dns_policy="None", dns_config=config), Network(), HOST).servers == ["1.1.1.1"]


def test_resolv_conf_is_read() -> None:
    found = parse("# comment\nnameserver 1.2.3.4\nsearch a.example. b\noptions ndots:1 edns0\n")
    assert found == Resolver(["1.2.3.4"], ["a.example", "b"], ["ndots:1", "edns0"])


def test_systemds_stub_is_passed_by(tmp_path: Path) -> None:
    stub, real = tmp_path / "stub", tmp_path / "real"
    stub.write_text("nameserver 127.0.0.53\n")
    real.write_text("nameserver 192.0.2.53\n")
    assert host_resolver(stub, real).servers == ["192.0.2.53"]


def test_hosts_file_names_the_pod_and_its_aliases() -> None:
    alias = core_v1.HostAlias(ip="192.0.2.9", hostnames=["a", "b"])
    text = hosts_file(pod(hostname="h", subdomain="s", host_aliases=[alias]), ["10.42.0.5"], Network(), "")
    assert text.startswith("# Kubernetes-managed hosts file.\n")
    assert "10.42.0.5\th.s.shop.svc.cluster.local\th\n" in text
    assert text.endswith("192.0.2.9\ta\tb\n")


def test_hosts_file_in_the_hosts_network_is_the_hosts() -> None:
    text = hosts_file(pod(host_network=True), [], Network(), "127.0.0.1 localhost\n")
    assert text == "# Kubernetes-managed hosts file (host network).\n127.0.0.1 localhost\n"
