"""Typed functions over pyroute2: the only place in the plugin that speaks netlink.

Errors of the kernel come out as `LinkError`, an ``OSError`` with the kernel's errno.
"""

from __future__ import annotations

import errno
import fcntl
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

from .request import Address, Interface, Network

_SIOCGIFFLAGS = 0x8913
_RTNH_F_ONLINK = 4
_IFA_F_NODAD = 2
_AF = {4: 2, 6: 10}


class LinkError(OSError):
    """The kernel refused; `errno` says why."""


@contextmanager
def _translated(what: str) -> Iterator[None]:
    try:
        yield
    except NetlinkError as error:
        raise LinkError(error.code, f"{what}: {error.args[1] if len(error.args) > 1 else error}") from error


@dataclass(frozen=True, slots=True)
class LinkInfo:
    """What the kernel says about one interface."""

    index: int
    name: str
    mac: str
    mtu: int
    up: bool
    master: int
    """Index of the bridge it belongs to; 0: none."""


@dataclass(frozen=True, slots=True)
class VethEnd:
    """One end of a veth pair that is to be made."""

    name: str
    mac: str


class Links:
    """A netlink socket of the network namespace in which it was made; use it in a ``with`` statement."""

    def __init__(self) -> None:
        self._ip = IPRoute()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ip.close()

    def find(self, name: str) -> LinkInfo | None:
        """All about the interface called `name`, or None; `index_of` is a hundred times cheaper."""
        try:
            found: list[Any] = self._ip.link("get", ifname=name)
        except NetlinkError as error:
            if error.code == errno.ENODEV:
                return None
            raise LinkError(error.code, f"look up {name}") from error
        return _info(found[0]) if found else None

    def get(self, name: str) -> LinkInfo:
        """The interface called `name`; LinkError ENODEV when there is none."""
        found = self.find(name)
        if found is None:
            raise LinkError(errno.ENODEV, f"no interface {name}")
        return found

    def names(self) -> list[str]:
        """The names of all interfaces."""
        return [str(link.get_attr("IFLA_IFNAME")) for link in self._ip.get_links()]

    def add_bridge(self, name: str, mac: str, mtu: int) -> None:
        """Make a bridge, up, with a fixed MAC: otherwise its MAC would change as ports come and go."""
        with _translated(f"add bridge {name}"):
            self._ip.link("add", ifname=name, kind="bridge", address=mac, state="up", **({"mtu": mtu} if mtu else {}))

    def add_veth(self, near: VethEnd, bridge: int, far: VethEnd, netns: int, mtu: int) -> int:
        """Make a veth pair and return the index of `near`.

        `near` is here, up and a port of `bridge`; `far` is in the namespace with the descriptor `netns`, down.
        """
        size = {"mtu": mtu} if mtu else {}
        peer = {"ifname": far.name, "address": far.mac, "net_ns_fd": netns, **size}
        with _translated(f"add veth {near.name} with peer {far.name}"):
            self._ip.link(
                "add", ifname=near.name, kind="veth", address=near.mac, master=bridge, state="up", peer=peer, **size
            )
        return index_of(near.name)

    def set_hairpin(self, index: int, *, on: bool) -> None:
        """Whether a bridge may send a frame back out of the port it came in."""
        with _translated("set hairpin mode"):
            self._ip.brport("set", index=index, mode=int(on))

    def set_up(self, index: int) -> None:
        with _translated("set link up"):
            self._ip.link("set", index=index, state="up")

    def delete(self, name: str) -> bool:
        """Remove an interface; False when there was none."""
        try:
            self._ip.link("del", index=index_of(name))
        except NetlinkError as error:
            if error.code == errno.ENODEV:
                return False
            raise LinkError(error.code, f"delete {name}") from error
        except LinkError:
            return False
        return True

    def add_address(self, index: int, address: Interface) -> None:
        """Give an interface an address; having it already is fine. No duplicate detection: we hand addresses out."""
        flags = {"flags": _IFA_F_NODAD} if address.version == 6 else {}
        try:
            self._ip.addr("add", index=index, address=str(address.ip), prefixlen=address.network.prefixlen, **flags)
        except NetlinkError as error:
            if error.code != errno.EEXIST:
                raise LinkError(error.code, f"add address {address}") from error

    def addresses(self, index: int) -> set[str]:
        """Addresses of an interface, each as text without a prefix length."""
        return {str(found.get_attr("IFA_ADDRESS")) for found in self._ip.get_addr(index=index)}

    def add_route(self, destination: Network, index: int, gateway: Address) -> None:
        """Reach `destination` through `gateway`, which is taken to be on the link without an address of its subnet."""
        try:
            self._ip.route(
                "add",
                dst=str(destination),
                gateway=str(gateway),
                oif=index,
                flags=_RTNH_F_ONLINK,
                family=_AF[destination.version],
            )
        except NetlinkError as error:
            if error.code != errno.EEXIST:
                raise LinkError(error.code, f"add route to {destination} by {gateway}") from error

    def has_route(self, destination: Network, index: int, gateway: Address) -> bool:
        """Whether that route stands in the main table."""
        for route in self._ip.get_routes(family=_AF[destination.version], oif=index):
            found = str(route.get_attr("RTA_DST") or destination.network_address)
            if (
                route["dst_len"] == destination.prefixlen
                and found == str(destination.network_address)
                and route.get_attr("RTA_GATEWAY") == str(gateway)
            ):
                return True
        return False


def _info(link: Any) -> LinkInfo:
    return LinkInfo(
        index=int(link["index"]),
        name=str(link.get_attr("IFLA_IFNAME")),
        mac=str(link.get_attr("IFLA_ADDRESS") or ""),
        mtu=int(link.get_attr("IFLA_MTU") or 0),
        up=bool(link["flags"] & 1),
        master=int(link.get_attr("IFLA_MASTER") or 0),
    )


def index_of(name: str) -> int:
    """The index of an interface in the namespace of the calling thread; LinkError ENODEV when there is none."""
    try:
        return socket.if_nametoindex(name)
    except OSError as error:
        raise LinkError(errno.ENODEV, f"no interface {name}") from error


def is_up(name: str) -> bool:
    """Whether an interface in the namespace of the calling thread is up; False when there is none."""
    request = struct.pack("16sh14x", name.encode(), 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as anything:
        try:
            answer = fcntl.ioctl(anything, _SIOCGIFFLAGS, request)
        except OSError:
            return False
    return bool(struct.unpack("16sh14x", answer)[1] & 1)


def set_sysctl(path: str, value: str) -> bool:
    """Write ``/proc/sys/net/<path>`` of the namespace of the calling thread; False when the kernel has no such setting.

    Nothing is written when the value is there already: that keeps a read-only /proc/sys usable once it is right.
    """
    file = Path("/proc/sys/net") / path
    try:
        if file.read_text().strip() != value:
            file.write_text(value)
    except FileNotFoundError:
        return False
    return True
