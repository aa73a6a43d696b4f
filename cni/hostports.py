"""Ports of the host that lead to a container: the ``portMappings`` capability, in an nftables table of its own.

Two maps hold all mappings, one for those of a single host address and one for those of every address, so that a packet
costs two look-ups however many mappings there are. Mappings are added and deleted as elements; the table itself is
declared before each change, which changes nothing when it is there. No other table is touched.

A container that reaches itself through its own host port, and a process of the host that comes from 127.0.0.1, are
masqueraded: the answer would otherwise take another way back.
"""

from __future__ import annotations

import ipaddress
import re
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .errors import CniError, Code
from .request import Address, PortMapping

TABLE = "pykube-hostport"

_CONTENTS = re.compile(r"^\t(?:map|set) (\w+) \{(?:(?!^\t\}).)*?elements = \{(.*?)\}", re.MULTILINE | re.DOTALL)
"""Name and elements of each map and set in a listing of the table."""

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


def add(wanted: Iterable[Element], is_alive: Callable[[str], bool]) -> None:
    """Enter the elements.

    What stands in the way and belongs to an address that is not `is_alive` was left by a crash, and is replaced.

    Raises:
        CniError: HOSTPORT_FAILURE, e.g. because another container holds the port.
    """
    wanted = list(wanted)
    commands = _DECLARATION + _commands("add", wanted)
    try:
        _nft(commands)
    except CniError:
        values = {(element.container, element.key): element.value for element in wanted}
        in_the_way = [
            found for found in present() if values.get((found.container, found.key), found.value) != found.value
        ]
        if not in_the_way:
            raise
        held = [found for found in in_the_way if is_alive(found.value.partition(" ")[0])]
        if held:
            raise CniError(Code.HOSTPORT_FAILURE, "a host port is taken by another container", str(held[0])) from None
        _nft(_DECLARATION + _commands("delete", in_the_way) + _commands("add", wanted))


def remove(gone: Iterable[Element]) -> None:
    """Take out those of the elements that stand in the table, and nothing that another container holds by now.

    The kernel would delete an entry of that key whatever its value is, hence the look at what is there.
    """
    there = present()
    if ours := [element for element in gone if element in there]:
        _nft(_commands("delete", ours))


def present() -> set[Element]:
    """All elements in the table; none when there is no table."""
    try:
        listing = _nft(f"list table inet {TABLE}\n")
    except CniError:
        return set()
    found = set()
    for container, entries in _CONTENTS.findall(listing):
        for entry in entries.split(","):
            key, _, value = entry.partition(" : ")
            found.add(Element(container, key.strip(), value.strip()))
    return found


def _commands(verb: str, some: Iterable[Element]) -> str:
    return "".join(f"{verb} element inet {TABLE} {element.container} {{ {element} }}\n" for element in some)


def _nft(commands: str) -> str:
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
    return done.stdout.decode(errors="replace")
