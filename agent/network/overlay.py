"""How packets reach the pods of other nodes: the contract of every overlay backend, and who the peers are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from pykube.api.core_v1 import Node


@dataclass(frozen=True, slots=True, order=True)
class Peer:
    """Another node: its pods' addresses and where it is reached."""

    name: str
    pod_cidr: str
    address: str


class Overlay(Protocol):
    """A way to carry packets between nodes.

    An implementation rebuilds what it needs from the peers it is given and from the kernel: it keeps no state that a
    restart would lose, and it removes what earlier peers left behind.
    """

    def mtu(self, uplink: int) -> int:
        """The largest packet a pod may send when the uplink carries `uplink` bytes."""
        ...

    async def apply(self, peers: Iterable[Peer]) -> None:
        """Make exactly these peers reachable.

        Raises:
            OSError: the kernel refused; what could be done has been done, and it may be tried again.
        """
        ...

    async def remove(self) -> None:
        """Take away everything this overlay has set up on the host."""
        ...


def peers_of(nodes: Iterable[Node], own_name: str) -> list[Peer]:
    """The other nodes that have a pod CIDR and an internal address, in the order of their names."""
    found = []
    for node in nodes:
        address = internal_address(node)
        if node.metadata.name != own_name and node.spec.pod_cidr and address:
            found.append(Peer(node.metadata.name, node.spec.pod_cidr, address))
    return sorted(found)


def internal_address(node: Node) -> str:
    """The node's first InternalIP; empty when it has none yet."""
    return next((found.address for found in node.status.addresses if found.type == "InternalIP"), "")
