"""Typed functions over netlink: pyroute2 reads, messages of our own write (see `netlink`).

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

from . import netlink
from .netlink import Netlink
from .request import Address, Interface, Network

_SIOCGIFFLAGS = 0x8913
_RTNH_F_ONLINK = 4
_IFA_F_NODAD = 2
_AF = {4: 2, 6: 10}


class LinkError(OSError):
    """The kernel refused; `errno` says why."""


@contextmanager
def _translated(what: str, unless: int = 0) -> Iterator[None]:
    """Turn the kernel's refusals into LinkErrors; the errno `unless` is none."""
    try:
        yield
    except LinkError:
        raise
    except OSError as error:
        if error.errno != unless:
            raise LinkError(error.errno, f"{what}: {error.strerror}") from error


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
    """Links, addresses and routes of the network namespace in which it was made; use it in a ``with`` statement."""

    def __init__(self) -> None:
        self._netlink = Netlink()
        self._reader: IPRoute | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._netlink.close()
        if self._reader is not None:
            self._reader.close()

    @property
    def _ip(self) -> IPRoute:
        """The reading side, which is made when something is first read."""
        if self._reader is None:
            self._reader = IPRoute()
        return self._reader

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
        kind = netlink.nested(netlink.IFLA_LINKINFO, netlink.attribute(netlink.INFO_KIND, "bridge"))
        body = netlink.link(_name(name), netlink.mac(mac), _mtu(mtu), kind, up=True)
        with _translated(f"add bridge {name}"):
            self._netlink.change(netlink.NEWLINK, body, netlink.CREATE)

    def add_veth(self, near: VethEnd, bridge: int, far: VethEnd, netns: int, mtu: int) -> int:
        """Make a veth pair and return the index of `near`.

        `near` is here, up and a port of `bridge`; `far` is in the namespace with the descriptor `netns`, down.
        """
        namespace = netlink.attribute(netlink.IFLA_NET_NS_FD, netns)
        peer = netlink.link(_name(far.name), netlink.mac(far.mac), _mtu(mtu), namespace)
        kind = netlink.nested(
            netlink.IFLA_LINKINFO,
            netlink.attribute(netlink.INFO_KIND, "veth"),
            netlink.nested(netlink.INFO_DATA, netlink.attribute(netlink.VETH_PEER, peer)),
        )
        master = netlink.attribute(netlink.IFLA_MASTER, bridge)
        body = netlink.link(_name(near.name), netlink.mac(near.mac), _mtu(mtu), master, kind, up=True)
        with _translated(f"add veth {near.name} with peer {far.name}"):
            self._netlink.change(netlink.NEWLINK, body, netlink.CREATE)
        return index_of(near.name)

    def set_hairpin(self, index: int, *, on: bool) -> None:
        """Whether a bridge may send a frame back out of the port it came in."""
        port = netlink.nested(netlink.IFLA_PROTINFO, netlink.attribute(netlink.BRPORT_MODE, bytes([on])))
        with _translated("set hairpin mode"):
            self._netlink.change(netlink.SETLINK, netlink.link(port, index=index, family=netlink.AF_BRIDGE))

    def set_up(self, index: int) -> None:
        with _translated("set link up"):
            self._netlink.change(netlink.NEWLINK, netlink.link(index=index, up=True))

    def delete(self, name: str) -> bool:
        """Remove an interface; False when there was none."""
        try:
            with _translated(f"delete {name}"):
                self._netlink.change(netlink.DELLINK, netlink.link(index=index_of(name)))
        except LinkError as error:
            if error.errno != errno.ENODEV:
                raise
            return False
        return True

    def add_address(self, index: int, address: Interface) -> None:
        """Give an interface an address; having it already is fine. No duplicate detection: we hand addresses out."""
        flags = _IFA_F_NODAD if address.version == 6 else 0
        prefix = address.network.prefixlen
        body = netlink.address(_AF[address.version], address.ip.packed, prefix, index, flags)
        with _translated(f"add address {address}", errno.EEXIST):
            self._netlink.change(netlink.NEWADDR, body, netlink.CREATE)

    def addresses(self, index: int) -> set[str]:
        """Addresses of an interface, each as text without a prefix length."""
        return {str(found.get_attr("IFA_ADDRESS")) for found in self._ip.get_addr(index=index)}

    def add_route(self, destination: Network, index: int, gateway: Address) -> None:
        """Reach `destination` through `gateway`, which is taken to be on the link without an address of its subnet."""
        packed, prefix = destination.network_address.packed, destination.prefixlen
        body = netlink.route(_AF[destination.version], packed, prefix, index, gateway.packed, _RTNH_F_ONLINK)
        with _translated(f"add route to {destination} by {gateway}", errno.EEXIST):
            self._netlink.change(netlink.NEWROUTE, body, netlink.CREATE)

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


def _name(name: str) -> bytes:
    return netlink.attribute(netlink.IFLA_IFNAME, name)


def _mtu(mtu: int) -> bytes:
    """The attribute for an MTU; none where the kernel is to choose."""
    return netlink.attribute(netlink.IFLA_MTU, mtu) if mtu else b""


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
