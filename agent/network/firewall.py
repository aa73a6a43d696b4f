"""The rules that pods need on every node, in the table ``inet pykube-net``.

- Traffic of pods that leaves the cluster gets the node's address: outside, nobody knows the way to a pod.
- Packets from other hosts with a loopback address are dropped. NodePorts answer on 127.0.0.1 too, for which the kernel
  must accept loopback addresses on ordinary interfaces (``route_localnet``); this closes what that opens.

The table is ours alone; no other is read or changed, with one exception in `forward_drop`, which reads. In nftables a
packet is forwarded only when the chains of *all* tables accept it. So where Docker or an administrator has set the
policy of iptables' FORWARD chain to drop, no rule of ours can let pods through, and ``ip filter`` is not ours to
edit. `forward_drop` finds this out, so that the node can say it, along with the two ways to settle it:
``"ip-forward-no-drop": true`` in Docker's daemon.json (Docker 28 and later), or ``iptables -I DOCKER-USER -i pykube0
-j ACCEPT`` and ``iptables -I DOCKER-USER -o pykube0 -j ACCEPT``. With firewalld, bind the bridge to a zone that
forwards: ``firewall-cmd --permanent --zone=trusted --add-interface=pykube0``.

``net.bridge.bridge-nf-call-iptables`` does not matter: pods are never bridged to each other, the host routes between
them (see ``cni/bridge.py``).
"""

from __future__ import annotations

import ipaddress
import re

TABLE = "pykube-net"


def render(*, cluster_cidr: str, node_cidr: str) -> str:
    """One transaction that puts the table into place, whatever was in it before.

    `cluster_cidr` holds all pods, `node_cidr` those of this node.
    """
    family = "ip6" if ipaddress.ip_network(node_cidr).version == 6 else "ip"
    multicast = "ff00::/8" if family == "ip6" else "224.0.0.0/4"
    return f"""add table inet {TABLE}
delete table inet {TABLE}
table inet {TABLE} {{
    chain loopback_guard {{
        type filter hook prerouting priority -300; policy accept;
        iifname != "lo" ip daddr 127.0.0.0/8 drop
        iifname != "lo" ip saddr 127.0.0.0/8 drop
    }}
    chain leaving_pods {{
        type nat hook postrouting priority 110; policy accept;
        {family} saddr {node_cidr} {family} daddr != {{ {cluster_cidr}, {multicast} }} masquerade fully-random
    }}
}}
"""


PROBE = f"add chain inet {TABLE} leaving_pods\n"
"""Refused when the table is not there; to be checked, not applied."""

LIST_FORWARD = "list chain ip filter FORWARD\n"
"""Shows the chain that `forward_drop` judges; fails where there is none, which is well."""


def forward_drop(listing: str) -> bool:
    """Whether the listed chain drops what it does not accept."""
    return re.search(r"hook forward .*policy drop", listing) is not None
