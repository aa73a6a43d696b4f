"""The overlay without an overlay: one route per node, for nodes that share a layer-2 network."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from . import links
from .overlay import Peer

log = logging.getLogger(__name__)


class HostGateway:
    """Routes each peer's pod CIDR to the peer's address; an `Overlay`."""

    def mtu(self, uplink: int) -> int:
        """Nothing is wrapped: all of it."""
        return uplink

    async def apply(self, peers: Iterable[Peer]) -> None:
        """One route per peer; our routes through gateways that lead to no peer are removed."""
        await asyncio.to_thread(_apply, {links.Route(peer.pod_cidr, peer.address) for peer in peers})

    async def remove(self) -> None:
        """Delete all of our routes that have a gateway."""
        await self.apply(())


def _apply(wanted: set[links.Route]) -> None:
    present = {route for route in links.our_routes() if route.gateway}
    kept = {route.destination for route in wanted}
    failure: OSError | None = None
    for route in sorted(present - wanted):
        if route.destination not in kept:  # a changed gateway is replaced in one step below
            links.delete_route(route)
            log.info("route to %s by %s removed", route.destination, route.gateway)
    for route in sorted(wanted - present):
        try:
            links.replace_route(route)
            log.info("route to %s by %s added", route.destination, route.gateway)
        except OSError as error:
            log.warning("no route to %s by %s: %s", route.destination, route.gateway, error)
            failure = error
    if failure is not None:
        raise failure
