"""Changes of links, addresses and routes as rtnetlink messages (rtnetlink(7)), over a plain socket.

Attaching a container takes six such changes. pyroute2 makes a message in a millisecond and keeps an event loop for each
socket; what is written here costs a tenth of that. It knows only what attaching takes: whatever reads and understands
what the kernel says is left to pyroute2.
"""

from __future__ import annotations

import os
import socket
import struct
from types import TracebackType
from typing import Self

NEWLINK, DELLINK, SETLINK, NEWADDR, NEWROUTE = 16, 17, 19, 20, 24
"""Types of messages."""
CREATE = 0x600
"""Flags: make it, and refuse (EEXIST) where it is there already."""
AF_BRIDGE = 7
IFLA_ADDRESS, IFLA_IFNAME, IFLA_MTU, IFLA_MASTER, IFLA_PROTINFO, IFLA_LINKINFO, IFLA_NET_NS_FD = 1, 3, 4, 10, 12, 18, 28
INFO_KIND, INFO_DATA = 1, 2
VETH_PEER = 1
BRPORT_MODE = 4
IFA_ADDRESS, IFA_LOCAL = 1, 2
RTA_DST, RTA_OIF, RTA_GATEWAY = 1, 4, 5
UP = 1
"""The flag of an interface that is up."""

_ERROR = 2
_REQUEST_AND_ACK = 5
_NESTED = 0x8000
_HEADER = struct.Struct("=IHHII")
_MAIN_TABLE, _STATIC, _UNICAST = 254, 4, 1


class Netlink:
    """A socket of the network namespace in which it was made; use it in a ``with`` statement."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
        self._sequence = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def change(self, kind: int, body: bytes, flags: int = 0) -> None:
        """Send one message and wait until it has been carried out.

        Raises:
            OSError: the kernel's refusal, with its errno.
        """
        self._sequence += 1
        header = _HEADER.pack(_HEADER.size + len(body), kind, _REQUEST_AND_ACK | flags, self._sequence, 0)
        self._socket.sendto(header + body, (0, 0))
        while True:
            answer = self._socket.recv(65536)
            _, found, _, sequence, _ = _HEADER.unpack_from(answer)
            if found == _ERROR and sequence == self._sequence:
                break
        number = -struct.unpack_from("=i", answer, _HEADER.size)[0]
        if number:
            raise OSError(number, os.strerror(number))


def attribute(kind: int, value: bytes | str | int) -> bytes:
    """One attribute: text ends with a NUL, numbers are of 32 bits."""
    if isinstance(value, str):
        value = value.encode() + b"\0"
    elif isinstance(value, int):
        value = struct.pack("=I", value)
    length = 4 + len(value)
    return struct.pack("=HH", length, kind) + value + b"\0" * (-length % 4)


def nested(kind: int, *attributes: bytes) -> bytes:
    """An attribute made of attributes."""
    return attribute(kind | _NESTED, b"".join(attributes))


def mac(text: str) -> bytes:
    """A MAC address as an attribute."""
    return attribute(IFLA_ADDRESS, bytes.fromhex(text.replace(":", "")))


def link(*attributes: bytes, index: int = 0, up: bool = False, family: int = 0) -> bytes:
    """The body of a message about a link: ``struct ifinfomsg`` and attributes; `up` sets it up."""
    flag = UP if up else 0
    return struct.pack("=BxHiII", family, 0, index, flag, flag) + b"".join(attributes)


def address(family: int, packed: bytes, prefix: int, index: int, flags: int = 0) -> bytes:
    """The body of a message about an address: ``struct ifaddrmsg`` and attributes."""
    head = struct.pack("=BBBBI", family, prefix, flags, 0, index)
    return head + attribute(IFA_LOCAL, packed) + attribute(IFA_ADDRESS, packed)


def route(family: int, packed: bytes, prefix: int, index: int, gateway: bytes, flags: int = 0) -> bytes:
    """The body of a message about a route by a gateway: ``struct rtmsg`` and attributes."""
    head = struct.pack("=BBBBBBBBI", family, prefix, 0, 0, _MAIN_TABLE, _STATIC, 0, _UNICAST, flags)
    destination = attribute(RTA_DST, packed) if prefix else b""
    return head + destination + attribute(RTA_OIF, index) + attribute(RTA_GATEWAY, gateway)
