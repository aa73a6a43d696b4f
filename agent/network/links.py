"""Typed functions over pyroute2 for the host's own interfaces, addresses and routes.

All of them block for a millisecond or so: call them in a thread. Errors come out as `OSError` with the kernel's errno.
"""

from __future__ import annotations

import errno
import hashlib
import ipaddress
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

# At debug level pyroute2 writes out every message of every socket, which takes longer than sending it.
logging.getLogger("pyroute2").setLevel(logging.INFO)

ROUTE_PROTOCOL = 202
"""Marks the routes that are ours (``ip route show proto 202``), so that stale ones can be told from others'."""

_SCOPE_LINK = 253
_SCOPE_HOST = 254
_AF = {4: 2, 6: 10}

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True, order=True)
class Route:
    """Packets to `destination` go to `gateway`, or straight out of the interface when it is empty."""

    destination: str
    gateway: str = ""


@contextmanager
def _socket() -> Iterator[Any]:
    socket = IPRoute()
    try:
        yield socket
    except NetlinkError as error:
        raise OSError(error.code, str(error)) from error
    finally:
        socket.close()


def _index(ip: Any, name: str) -> int:
    found = ip.link_lookup(ifname=name)
    if not found:
        raise OSError(errno.ENODEV, f"no interface {name}")
    return int(found[0])


def gateway_mac(gateway: Address) -> str:
    """The MAC of the bridge that has the address `gateway`; the CNI plugin computes the same."""
    tail = gateway.packed[-4:] if gateway.version == 4 else hashlib.sha256(gateway.packed).digest()[:4]
    return ":".join(f"{octet:02x}" for octet in b"\x0a\x58" + tail)


def ensure_bridge(name: str, gateway: str, mtu: int) -> None:
    """Make the bridge `name` with the address `gateway` (``10.42.0.1/24``), up; what is there already stays.

    Its MAC is fixed: otherwise it would change as ports come and go, and pods would lose their gateway.
    """
    interface = ipaddress.ip_interface(gateway)
    with _socket() as ip:
        if not ip.link_lookup(ifname=name):
            try:
                ip.link("add", ifname=name, kind="bridge", address=gateway_mac(interface.ip), mtu=mtu)
            except NetlinkError as error:
                if error.code != errno.EEXIST:
                    raise
        index = _index(ip, name)
        _add_address(ip, index, interface)
        ip.link("set", index=index, state="up")


def _add_address(ip: Any, index: int, interface: ipaddress.IPv4Interface | ipaddress.IPv6Interface) -> None:
    extra: dict[str, Any] = {"flags": 0x02} if interface.version == 6 else {}
    try:
        ip.addr("add", index=index, address=str(interface.ip), prefixlen=interface.network.prefixlen, **extra)
    except NetlinkError as error:
        if error.code != errno.EEXIST:
            raise


def remove_link(name: str) -> None:
    """Delete an interface; its absence is fine."""
    with _socket() as ip:
        for index in ip.link_lookup(ifname=name):
            ip.link("del", index=index)


def ensure_local_address(address: str, interface: str = "lo") -> None:
    """Make `address` (without a prefix length) one of this host's, visible to this host only.

    On ``lo`` with scope host it is never announced nor used as a source for other destinations; packets to it that
    come from pods are delivered here, since the table of local addresses is consulted before any route.
    """
    parsed = ipaddress.ip_address(address)
    with _socket() as ip:
        try:
            ip.addr(
                "add",
                index=_index(ip, interface),
                address=address,
                prefixlen=parsed.max_prefixlen,
                scope=_SCOPE_HOST,
            )
        except NetlinkError as error:
            if error.code != errno.EEXIST:
                raise


def remove_local_address(address: str, interface: str = "lo") -> None:
    """Undo `ensure_local_address`; its absence is fine."""
    parsed = ipaddress.ip_address(address)
    with _socket() as ip:
        try:
            ip.addr("del", index=_index(ip, interface), address=address, prefixlen=parsed.max_prefixlen)
        except NetlinkError as error:
            if error.code != errno.EADDRNOTAVAIL:
                raise


def uplink_mtu() -> int:
    """The MTU of the interface with the default route; 1500 without one."""
    with _socket() as ip:
        for route in ip.get_default_routes(family=_AF[4]):
            index = route.get_attr("RTA_OIF")
            if index:
                return int(ip.get_links(index)[0].get_attr("IFLA_MTU"))
    return 1500


def ensure_link_route(destination: str, interface: str) -> None:
    """Send `destination` out of `interface` without a gateway, as one of our routes."""
    with _socket() as ip:
        ip.route(
            "replace",
            dst=destination,
            oif=_index(ip, interface),
            scope=_SCOPE_LINK,
            proto=ROUTE_PROTOCOL,
            family=_AF[ipaddress.ip_network(destination).version],
        )


def replace_route(route: Route) -> None:
    """Add or change one of our routes through a gateway."""
    with _socket() as ip:
        family = _AF[ipaddress.ip_network(route.destination).version]
        ip.route("replace", dst=route.destination, gateway=route.gateway, proto=ROUTE_PROTOCOL, family=family)


def delete_route(route: Route) -> None:
    """Remove one of our routes; its absence is fine."""
    with _socket() as ip:
        try:
            family = _AF[ipaddress.ip_network(route.destination).version]
            ip.route("del", dst=route.destination, proto=ROUTE_PROTOCOL, family=family)
        except NetlinkError as error:
            if error.code != errno.ESRCH:
                raise


def our_routes() -> set[Route]:
    """Every route in the main table that bears our mark."""
    found = set()
    with _socket() as ip:
        for family in _AF.values():
            for route in ip.get_routes(family=family, proto=ROUTE_PROTOCOL):
                destination = f"{route.get_attr('RTA_DST')}/{route['dst_len']}"
                found.add(Route(destination, str(route.get_attr("RTA_GATEWAY") or "")))
    return found


def names() -> list[str]:
    """The names of all interfaces."""
    with _socket() as ip:
        return [str(link.get_attr("IFLA_IFNAME")) for link in ip.get_links()]
