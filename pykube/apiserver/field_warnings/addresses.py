"""Addresses and ranges that different programs may read differently."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator

from pykube.api.field_errors import Path
from pykube.api.validation.checks import parse_cidr, parse_ip


def of_ip(path: Path, value: str) -> Iterator[str]:
    """An address that is valid, but not written as it should be."""
    address = parse_ip(value)
    if not isinstance(address, ipaddress.IPv6Address):
        return
    if address.ipv4_mapped is not None:
        yield f'{path}: non-standard IP address "{value}" is invalid: use "{address.ipv4_mapped}"'
    elif str(address) != value:
        yield f'{path}: IPv6 address "{value}" should be in RFC 5952 canonical format ("{address}")'


def of_ips(path: Path, values: Iterable[str]) -> Iterator[str]:
    """The same for a list."""
    for index, value in enumerate(values):
        if value:
            yield from of_ip(path.index(index), value)


def of_cidr(path: Path, value: str) -> Iterator[str]:
    """A range that is valid, but not written as it should be."""
    found = parse_cidr(value)
    if found is None:
        return
    warned = False
    if found.ip != found.network.network_address:
        single = f"{found.ip}/{found.max_prefixlen}"
        choice = f'should be "{found.network}" or "{single}"?'
        yield f'{path}: CIDR value "{value}" is ambiguous in this context ({choice})'
        warned = True
    if isinstance(found.ip, ipaddress.IPv6Address):
        if found.ip.ipv4_mapped is not None:
            yield f'{path}: non-standard CIDR value "{value}" is invalid: use "{_as_v4(found)}"'
        elif not warned and str(found) != value:
            yield f'{path}: IPv6 CIDR value "{value}" should be in RFC 5952 canonical format ("{found}")'


def of_cidrs(path: Path, values: Iterable[str]) -> Iterator[str]:
    """The same for a list."""
    for index, value in enumerate(values):
        yield from of_cidr(path.index(index), value)


def _as_v4(found: ipaddress.IPv4Interface | ipaddress.IPv6Interface) -> str:
    mapped = found.network.network_address
    assert isinstance(mapped, ipaddress.IPv6Address)
    length = max(found.network.prefixlen - 96, 0)
    return f"{mapped.ipv4_mapped or mapped}/{length}"
