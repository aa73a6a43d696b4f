"""Ports of the host that lead to a container: the ``portMappings`` capability, in an nftables table of its own.

Two maps hold all mappings, one for those of a single host address and one for those of every address, so that a packet
costs two look-ups however many mappings there are. Mappings are added and deleted as elements; the table itself is
declared before each change, which changes nothing when it is there. No other table is touched.

A container that reaches itself through its own host port, and a process of the host that comes from 127.0.0.1, are
masqueraded: the answer would otherwise take another way back.
"""

from __future__ import annotations

import ipaddress
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass

from .errors import CniError, Code
from .request import Address, PortMapping

TABLE = "pykube-hostport"

_DECLARATION = f"""
add table inet {TABLE}
add map inet {TABLE} exact4 {{ type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }}
add map inet {TABLE} any4 {{ type inet_proto . inet_service : ipv4_addr . inet_service; }}
add map inet {TABLE} exact6 {{ type ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service; }}
add map inet {TABLE} any6 {{ type inet_proto . inet_service : ipv6_addr . inet_service; }}
add set inet {TABLE} hairpin4 {{ type ipv4_addr . ipv4_addr; }}
add set inet {TABLE} hairpin6 {{ type ipv6_addr . ipv6_addr; }}
add chain inet {TABLE} translate
add chain inet {TABLE} prerouting {{ type nat hook prerouting priority -105; }}
add chain inet {TABLE} output {{ type nat hook output priority -105; }}
add chain inet {TABLE} postrouting {{ type nat hook postrouting priority 95; }}
flush chain inet {TABLE} translate
flush chain inet {TABLE} prerouting
flush chain inet {TABLE} output
flush chain inet {TABLE} postrouting
add rule inet {TABLE} translate dnat ip to ip daddr . meta l4proto . th dport map @exact4
add rule inet {TABLE} translate dnat ip6 to ip6 daddr . meta l4proto . th dport map @exact6
add rule inet {TABLE} translate meta nfproto ipv4 dnat ip to meta l4proto . th dport map @any4
add rule inet {TABLE} translate ip6 daddr != ::1 dnat ip6 to meta l4proto . th dport map @any6
add rule inet {TABLE} prerouting fib daddr type local meta l4proto {{ tcp, udp, sctp }} jump translate
add rule inet {TABLE} output fib daddr type local meta l4proto {{ tcp, udp, sctp }} jump translate
add rule inet {TABLE} postrouting ct status dnat ip saddr . ip daddr @hairpin4 masquerade
add rule inet {TABLE} postrouting ct status dnat ip6 saddr . ip6 daddr @hairpin6 masquerade
add rule inet {TABLE} postrouting ct status dnat ip saddr 127.0.0.0/8 masquerade
"""


@dataclass(frozen=True, slots=True, order=True)
class Element:
    """One entry of a map or set: `key`, and `value` where it is a map."""

    container: str
    key: str
    value: str = ""

    def __str__(self) -> str:
        return f"{self.key} : {self.value}" if self.value else self.key


def elements(mappings: Iterable[PortMapping], addresses: Iterable[Address]) -> list[Element]:
    """What stands in the table for the mappings of one container with `addresses`."""
    found: set[Element] = set()
    for address in addresses:
        family = address.version
        for mapping in mappings:
            if mapping.host_ip and ipaddress.ip_address(mapping.host_ip).version != family:
                continue
            key = f"{mapping.protocol} . {mapping.host_port}"
            target = f"{address} . {mapping.container_port}"
            if mapping.host_ip:
                found.add(Element(f"exact{family}", f"{mapping.host_ip} . {key}", target))
            else:
                found.add(Element(f"any{family}", key, target))
            found.add(Element(f"hairpin{family}", f"{address} . {address}"))
    return sorted(found)


def add(wanted: Iterable[Element]) -> None:
    """Enter the elements.

    Raises:
        CniError: HOSTPORT_FAILURE, e.g. because another container holds the port.
    """
    commands = [f"add element inet {TABLE} {element.container} {{ {element} }}" for element in wanted]
    _nft(_DECLARATION + "\n".join(commands) + "\n")


def remove(gone: Iterable[Element]) -> None:
    """Take the elements out, each by itself: some may be missing already."""
    for element in gone:
        try:
            _nft(f"delete element inet {TABLE} {element.container} {{ {element} }}\n")
        except CniError as error:
            if "No such file" not in error.details and "does not exist" not in error.details:
                raise


def _nft(commands: str) -> None:
    try:
        done = subprocess.run(["nft", "-f", "-"], input=commands.encode(), capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CniError(
            Code.HOSTPORT_FAILURE, "nft cannot be run; it comes with the package nftables", str(error)
        ) from error
    if done.returncode != 0:
        raise CniError(
            Code.HOSTPORT_FAILURE, "nft refused the host ports", done.stderr.decode(errors="replace").strip()
        )
