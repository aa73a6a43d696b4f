from __future__ import annotations

from pathlib import Path

import pytest

from agent.network import conflist, firewall
from agent.network.cni_server import decode
from agent.network.overlay import Peer, peers_of
from cni.request import parse_config
from pykube.api.core_v1 import Node, NodeAddress, NodeSpec, NodeStatus
from pykube.api.meta_v1 import ObjectMeta


def node(name: str, cidr: str = "10.42.1.0/24", address: str = "192.0.2.1") -> Node:
    addresses = [NodeAddress(type="Hostname", address=name), NodeAddress(type="InternalIP", address=address)]
    return Node(
        metadata=ObjectMeta(name=name),
        spec=NodeSpec(pod_cidr=cidr),
        status=NodeStatus(addresses=addresses if address else []),
    )


def test_conflist_is_what_the_plugin_reads(tmp_path: Path) -> None:
    document = conflist.render(["10.42.1.0/24"], bridge="pykube0", mtu=1450, data_dir=tmp_path)
    [plugin] = document["plugins"]
    config = parse_config({**plugin, "cniVersion": document["cniVersion"], "name": document["name"]})
    assert (config.bridge, config.mtu, config.data_dir) == ("pykube0", 1450, str(tmp_path))
    assert str(config.ranges[0].gateway) == "10.42.1.1"


def test_conflist_is_written_once(tmp_path: Path) -> None:
    document = conflist.render(["10.42.1.0/24"], bridge="pykube0", mtu=1500, data_dir=tmp_path)
    assert conflist.write(tmp_path / "net.d", document)
    assert not conflist.write(tmp_path / "net.d", document)
    assert [path.name for path in (tmp_path / "net.d").iterdir()] == [conflist.FILE_NAME]


def test_peers_are_other_nodes_that_are_complete() -> None:
    nodes = [node("b"), node("me"), node("a", "10.42.2.0/24", "192.0.2.2"), node("c", cidr=""), node("d", address="")]
    assert peers_of(nodes, "me") == [Peer("a", "10.42.2.0/24", "192.0.2.2"), Peer("b", "10.42.1.0/24", "192.0.2.1")]


@pytest.mark.parametrize(("policy", "drops"), [("drop", True), ("accept", False)])
def test_forward_policy_is_seen(policy: str, drops: bool) -> None:
    chain = f"chain FORWARD {{\n\t\ttype filter hook forward priority filter; policy {policy};\n\t}}"
    assert firewall.forward_drop(chain) is drops
    assert not firewall.forward_drop("")


def test_rules_name_only_our_table() -> None:
    text = firewall.render(cluster_cidr="10.42.0.0/16", node_cidr="10.42.1.0/24")
    assert [line for line in text.splitlines() if "table" in line] == [
        "add table inet pykube-net",
        "delete table inet pykube-net",
        "table inet pykube-net {",
    ]


def test_call_is_taken_apart() -> None:
    assert decode(b"CNI_COMMAND=ADD\0CNI_ARGS=a=b;c=d\0\0{}") == ({"CNI_COMMAND": "ADD", "CNI_ARGS": "a=b;c=d"}, b"{}")
    with pytest.raises(ValueError, match="cut off"):
        decode(b"CNI_COMMAND=ADD\0")
