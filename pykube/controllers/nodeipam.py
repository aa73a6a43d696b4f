"""Node IPAM: each node gets a range of its own for the addresses of its pods."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Final

from pykube.api import core_v1

from .base import Controller
from .context import Context

NODE_BITS: Final = {4: 24, 6: 64}
"""Prefix length of a node's range, by version of IP."""

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class RangesExhausted(Exception):
    """Every range is taken."""


def next_free(cluster: _Network, taken: Iterable[str]) -> str:
    """The lowest range of `cluster` that overlaps none of `taken`.

    Raises:
        RangesExhausted: there is none.
    """
    length = max(NODE_BITS[cluster.version], cluster.prefixlen)
    size = 1 << (cluster.max_prefixlen - length)
    first = int(cluster.network_address)
    used: set[int] = set()
    for text in taken:
        network = ipaddress.ip_network(text, strict=False)
        if network.version == cluster.version:
            start, end = int(network.network_address) - first, int(network.broadcast_address) - first
            used.update(range(max(start // size, 0), end // size + 1))
    for number in range(1 << (length - cluster.prefixlen)):
        if number not in used:
            return f"{ipaddress.ip_address(first + number * size)}/{length}"
    raise RangesExhausted


class NodeIpamController(Controller):
    """Keys are names of nodes. One worker: ranges are given out one after another."""

    name = "cidrAllocator"
    workers = 1

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._cluster = ipaddress.ip_network(context.config.network.pod_cidr)
        self._given: dict[str, str] = {}
        """Ranges that nodes were given and the cache may not show yet."""
        self.nodes = self.informer(core_v1.Node)
        self.nodes.add_handler(on_add=self.enqueue, on_update=self.enqueue_new, on_delete=self._gone)

    def _gone(self, node: core_v1.Node) -> None:
        self._given.pop(node.metadata.name, None)
        for each in self.nodes.list():  # its range may be what another one waits for
            if not each.spec.pod_cidr:
                self.enqueue(each)

    async def sync(self, key: str) -> None:
        node = self.nodes.get(key)
        if node is None or node.spec.pod_cidr:
            return
        if key not in self._given:
            taken = [text for each in self.nodes.list() for text in (each.spec.pod_cidr, *each.spec.pod_cidrs) if text]
            try:
                self._given[key] = next_free(self._cluster, [*taken, *self._given.values()])
            except RangesExhausted:
                self.event(node, "CIDRNotAvailable", f"Node {key} status is now: CIDRNotAvailable")
                return
        text = self._given[key]
        await self.client.patch(core_v1.Node, key, body={"spec": {"podCIDR": text, "podCIDRs": [text]}})
