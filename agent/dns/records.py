"""The names that one Service brings into the cluster's zone: a pure function.

Source: Kubernetes DNS-Based Service Discovery, specification 1.1.0.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from pykube.api.core_v1 import Service
from pykube.api.discovery_v1 import Endpoint, EndpointPort, EndpointSlice

from .wire import AAAA, CNAME, PTR, SRV, A, FormatError, encode_name, srv_data

Records = dict[tuple[bytes, int], list[bytes]]
"""Data of resource records by name (wire form) and type."""


@dataclass(frozen=True, slots=True)
class Target:
    """An endpoint under the name that is its own."""

    name: str
    address: str


def service_records(service: Service, slices: Iterable[EndpointSlice], domain: str) -> Records:
    """All records of one Service in the zone `domain`; records of names that cannot be written are left out."""
    found: Records = {}
    name = f"{service.metadata.name}.{service.metadata.namespace}.svc.{domain}"
    spec = service.spec
    if spec.type == "ExternalName":
        _add(found, name, CNAME, spec.external_name)
    elif spec.cluster_ip == "None":
        _headless(found, name, slices)
    elif spec.cluster_ip:
        for address in spec.cluster_ips or [spec.cluster_ip]:
            _add_address(found, name, address)
            _add(found, reverse_name(address), PTR, name)
        for port in spec.ports:
            if port.name:
                _add_srv(found, port.name, port.protocol, name, port.port, name)
    return found


def _headless(found: Records, name: str, slices: Iterable[EndpointSlice]) -> None:
    for piece in slices:
        if piece.address_type not in ("IPv4", "IPv6"):
            continue
        for endpoint in piece.endpoints:
            if endpoint.conditions.ready is False:
                continue
            for target in _targets(name, endpoint):
                _headless_endpoint(found, name, target, piece.ports)


def _headless_endpoint(found: Records, name: str, target: Target, ports: Iterable[EndpointPort]) -> None:
    _add_address(found, name, target.address)
    _add_address(found, target.name, target.address)
    _add(found, reverse_name(target.address), PTR, target.name)
    for port in ports:
        if port.name and port.port:
            _add_srv(found, port.name, port.protocol or "TCP", name, port.port, target.name)


def _targets(name: str, endpoint: Endpoint) -> list[Target]:
    return [Target(f"{endpoint.hostname or dashed(address)}.{name}", address) for address in endpoint.addresses]


def dashed(address: str) -> str:
    """An address as one label: ``10-42-0-5``, ``fd00--5``."""
    text = address.replace(".", "-").replace(":", "-")
    return f"0{text}" if text.startswith("-") else text


def undashed(label: str) -> str:
    """The address in a label, or nothing when there is none."""
    for separator in (".", ":"):
        try:
            return str(ipaddress.ip_address(label.replace("-", separator)))
        except ValueError:
            continue
    return ""


def reverse_name(address: str) -> str:
    """The name under which an address is looked up: ``5.0.42.10.in-addr.arpa``."""
    return ipaddress.ip_address(address).reverse_pointer


def _add_address(found: Records, name: str, address: str) -> None:
    parsed = ipaddress.ip_address(address)
    _put(found, name, A if parsed.version == 4 else AAAA, parsed.packed)


def _add_srv(found: Records, port_name: str, protocol: str, name: str, port: int, target: str) -> None:
    _put(found, f"_{port_name}._{(protocol or 'TCP').lower()}.{name}", SRV, srv_data(port, encode_name(target)))


def _add(found: Records, name: str, kind: int, target: str) -> None:
    try:
        data = encode_name(target)
    except FormatError:
        return
    _put(found, name, kind, data)


def _put(found: Records, name: str, kind: int, data: bytes) -> None:
    try:
        key = encode_name(name), kind
    except FormatError:
        return
    present = found.setdefault(key, [])
    if data not in present:
        present.append(data)
