"""Addresses and networks.

Source: k8s.io/apiserver, pkg/cel/library/ip.go and cidr.go; Go's net/netip.
"""

from __future__ import annotations

import ipaddress
import json
import re
from dataclasses import dataclass
from typing import ClassVar, Final

from ..declarations import function, method
from ..errors import EvaluationError

_PREFIX: Final = re.compile(r"0|[1-9]\d{0,2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class IPValue:
    """An address."""

    address: ipaddress.IPv4Address | ipaddress.IPv6Address
    type_name: ClassVar[str] = "net.IP"

    @property
    def byte_size(self) -> int:
        """What cost depends on."""
        return self.address.max_prefixlen // 8

    def __str__(self) -> str:
        return str(self.address)


@dataclass(frozen=True, slots=True)
class CIDRValue:
    """An address with the length of a network's prefix."""

    address: ipaddress.IPv4Address | ipaddress.IPv6Address
    bits: int
    type_name: ClassVar[str] = "net.CIDR"

    @property
    def byte_size(self) -> int:
        """What cost depends on."""
        return -(-self.bits // 8)

    @property
    def network(self) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
        """All addresses with this prefix."""
        return ipaddress.ip_network((self.address, self.bits), strict=False)

    def __str__(self) -> str:
        return f"{self.address}/{self.bits}"


def _parse_ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    quoted = json.dumps(text)
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        reason = "unable to parse IP" if "." not in text and ":" not in text else "unexpected character"
        raise EvaluationError(
            f"IP Address {quoted} parse error during conversion from string: ParseAddr({quoted}): {reason}"
        ) from None
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            raise EvaluationError(f"IP address {quoted} with zone value is not allowed")
        if address.ipv4_mapped is not None:
            raise EvaluationError(f"IPv4-mapped IPv6 address {quoted} is not allowed")
    return address


def _ip(text: str) -> IPValue:
    return IPValue(_parse_ip(text))


def _is_ip(text: str) -> bool:
    try:
        _parse_ip(text)
    except EvaluationError:
        return False
    return True


def _parse_cidr(text: str) -> CIDRValue:
    quoted = json.dumps(text)
    address_text, slash, bits = text.rpartition("/")
    prefix = "network address parse error during conversion from string"
    try:
        address = ipaddress.ip_address(address_text if slash else "")
    except ValueError:
        reason = f"netip.ParsePrefix({quoted}): {'no ' + repr('/') if not slash else 'unable to parse IP'}"
        raise EvaluationError(f"{prefix}: {prefix}: {reason}") from None
    if not _PREFIX.fullmatch(bits) or int(bits) > address.max_prefixlen:
        reason = f"netip.ParsePrefix({quoted}): bad bits after slash: {json.dumps(bits)}"
        raise EvaluationError(f"{prefix}: {prefix}: {reason}")
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            reason = f"netip.ParsePrefix({quoted}): IPv6 zones cannot be present in a prefix"
            raise EvaluationError(f"{prefix}: {prefix}: {reason}")
        if address.ipv4_mapped is not None:
            raise EvaluationError(f"{prefix}: IPv4-mapped IPv6 address {quoted} is not allowed")
    return CIDRValue(address, int(bits))


def _is_cidr(text: str) -> bool:
    try:
        _parse_cidr(text)
    except EvaluationError:
        return False
    return True


def _contains_ip(network: CIDRValue, other: IPValue | str) -> bool:
    address = _parse_ip(other) if isinstance(other, str) else other.address
    return address in network.network


def _contains_cidr(network: CIDRValue, other: CIDRValue | str) -> bool:
    inner = _parse_cidr(other) if isinstance(other, str) else other
    return inner.bits >= network.bits and inner.address in network.network


def _masked(network: CIDRValue) -> CIDRValue:
    return CIDRValue(network.network.network_address, network.bits)


def _is_link_local_multicast(value: IPValue) -> bool:
    packed = value.address.packed
    if value.address.version == 4:
        return packed[:3] == bytes((224, 0, 0))
    return packed[0] == 0xFF and packed[1] & 0x0F == 0x02


def _is_global_unicast(value: IPValue) -> bool:
    address = value.address
    special = address.is_unspecified or address.is_loopback or address.is_multicast or address.is_link_local
    return not special and address != ipaddress.IPv4Address("255.255.255.255")


OVERLOADS: Final = (
    function("string_to_ip", "ip", "string -> net.IP", _ip),
    method("ip_family", "family", "net.IP -> int", lambda one: one.address.version),
    function("ip_is_canonical", "ip.isCanonical", "string -> bool", lambda text: str(_parse_ip(text)) == text),
    method("ip_is_unspecified", "isUnspecified", "net.IP -> bool", lambda one: one.address.is_unspecified),
    method("ip_is_loopback", "isLoopback", "net.IP -> bool", lambda one: one.address.is_loopback),
    method("ip_is_link_local_multicast", "isLinkLocalMulticast", "net.IP -> bool", _is_link_local_multicast),
    method("ip_is_link_local_unicast", "isLinkLocalUnicast", "net.IP -> bool", lambda one: one.address.is_link_local),
    method("ip_is_global_unicast", "isGlobalUnicast", "net.IP -> bool", _is_global_unicast),
    function("is_ip", "isIP", "string -> bool", _is_ip),
    function("ip_to_string", "string", "net.IP -> string", str),
    function("string_to_cidr", "cidr", "string -> net.CIDR", _parse_cidr),
    method("cidr_contains_ip_string", "containsIP", "net.CIDR, string -> bool", _contains_ip),
    method("cidr_contains_ip_ip", "containsIP", "net.CIDR, net.IP -> bool", _contains_ip),
    method("cidr_contains_cidr_string", "containsCIDR", "net.CIDR, string -> bool", _contains_cidr),
    method("cidr_contains_cidr", "containsCIDR", "net.CIDR, net.CIDR -> bool", _contains_cidr),
    method("cidr_ip", "ip", "net.CIDR -> net.IP", lambda one: IPValue(one.address)),
    method("cidr_prefix_length", "prefixLength", "net.CIDR -> int", lambda one: one.bits),
    method("cidr_masked", "masked", "net.CIDR -> net.CIDR", _masked),
    function("is_cidr", "isCIDR", "string -> bool", _is_cidr),
    function("cidr_to_string", "string", "net.CIDR -> string", str),
)
