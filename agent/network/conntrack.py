"""Forgetting tracked connections, so that UDP callers do not go on talking to a backend that is gone.

Translation is decided once per tracked connection. A TCP connection to a dead backend ends by itself; a UDP caller that
keeps its port keeps its entry alive with each packet.

This speaks ctnetlink (linux/netfilter/nfnetlink_conntrack.h) with bare sockets: a node may track a hundred thousand
connections, and decoding each in full would take minutes.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
import struct
from collections.abc import Iterator

_NETLINK_NETFILTER = 12
_CT_GET, _CT_DELETE = 0x101, 0x102  # NFNL_SUBSYS_CTNETLINK << 8 | message
_ERROR, _DONE = 2, 3
_REQUEST, _ACK, _DUMP = 0x01, 0x04, 0x300
_TUPLE_ORIG, _TUPLE_REPLY = 1, 2
_TUPLE_IP, _TUPLE_PROTO = 1, 2
_SOURCE, _DESTINATION = {4: 1, 6: 3}, {4: 2, 6: 4}
_PROTO_NUM, _PROTO_DST_PORT = 1, 3
_TYPE_MASK = 0x3FFF
_FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}

_header = struct.Struct("=IHHII")
_generic = struct.Struct("=BBH")
_attribute = struct.Struct("=HH")


def delete_udp(family: int, address: str, port: int, backend: str = "") -> int:
    """Forget connections to `address` and `port` that were led to `backend`; returns how many.

    An empty `address` means any, an empty `backend` too. Blocks: call it in a thread.

    Raises:
        OSError: the kernel refused.
    """
    wanted = ipaddress.ip_address(address).packed if address else b""
    led_to = ipaddress.ip_address(backend).packed if backend else b""
    found = []
    for attributes in _dump(family):
        original = dict(_attributes(attributes.get(_TUPLE_ORIG, b"")))
        where, transport = dict(_attributes(original[_TUPLE_IP])), dict(_attributes(original[_TUPLE_PROTO]))
        if transport[_PROTO_NUM][0] != socket.IPPROTO_UDP or transport[_PROTO_DST_PORT] != port.to_bytes(2, "big"):
            continue
        reply = dict(_attributes(attributes.get(_TUPLE_REPLY, b"")))
        answering = dict(_attributes(reply[_TUPLE_IP]))[_SOURCE[family]]
        if wanted in (b"", where[_DESTINATION[family]]) and led_to in (b"", answering):
            found.append(attributes[_TUPLE_ORIG])
    with _open() as netlink:
        return sum(_delete(netlink, family, original) for original in found)


def _open() -> socket.socket:
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_NETFILTER)


def _message(kind: int, flags: int, family: int, attributes: bytes = b"") -> bytes:
    body = _generic.pack(_FAMILY[family], 0, 0) + attributes
    return _header.pack(_header.size + len(body), kind, flags | _REQUEST, 1, 0) + body


def _dump(family: int) -> Iterator[dict[int, bytes]]:
    """The attributes of each tracked connection."""
    with _open() as netlink:
        netlink.send(_message(_CT_GET, _DUMP, family))
        while True:
            received = netlink.recv(1 << 18)
            offset = 0
            while offset < len(received):
                length, kind, _, _, _ = _header.unpack_from(received, offset)
                payload = received[offset + _header.size : offset + length]
                if kind == _DONE:
                    return
                if kind == _ERROR:
                    _check(payload)
                    return
                yield dict(_attributes(payload[_generic.size :]))
                offset += length + 3 & ~3


def _delete(netlink: socket.socket, family: int, original: bytes) -> bool:
    """Delete the connection with this original tuple; False when it is gone already."""
    nested = _attribute.pack(_attribute.size + len(original), _TUPLE_ORIG | 0x8000) + original
    netlink.send(_message(_CT_DELETE, _ACK, family, nested))
    try:
        _check(netlink.recv(1 << 16)[_header.size :])
    except FileNotFoundError:
        return False
    return True


def _check(payload: bytes) -> None:
    number = -struct.unpack_from("=i", payload)[0]
    if number:
        raise OSError(number, f"ctnetlink: {errno.errorcode.get(number, number)}")


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    offset = 0
    while offset + _attribute.size <= len(data):
        length, kind = _attribute.unpack_from(data, offset)
        yield kind & _TYPE_MASK, data[offset + _attribute.size : offset + length]
        offset += length + 3 & ~3
