"""Endpoints, the older form of endpoint slices."""

from __future__ import annotations

from .. import names
from ..core_v1 import EndpointAddress, EndpointPort, Endpoints
from ..field_errors import Errors, Path, required
from . import checks
from .rules import Rules

_PROTOCOLS = ("SCTP", "TCP", "UDP")
_SUBSETS = Path("subsets")


def _create(found: Endpoints) -> Errors:
    for index, subset in enumerate(found.subsets):
        path = _SUBSETS.index(index)
        if not subset.addresses and not subset.not_ready_addresses:
            yield required(path, "must specify `addresses` or `notReadyAddresses`")
        for position, address in enumerate(subset.addresses):
            yield from _address(address, path.child("addresses").index(position))
        for position, address in enumerate(subset.not_ready_addresses):
            yield from _address(address, path.child("notReadyAddresses").index(position))
        for position, port in enumerate(subset.ports):
            yield from _port(port, path.child("ports").index(position), named=len(subset.ports) > 1)


def _address(address: EndpointAddress, path: Path) -> Errors:
    if address.hostname:
        yield from checks.follows(path.child("hostname"), address.hostname, names.dns_label)
    if address.node_name is not None:
        yield from checks.follows(path.child("nodeName"), address.node_name, names.dns_subdomain)
    yield from checks.non_special_ip(path.child("ip"), address.ip)


def _port(port: EndpointPort, path: Path, *, named: bool) -> Errors:
    if port.name:
        yield from checks.follows(path.child("name"), port.name, names.dns_label)
    elif named:
        yield required(path.child("name"))
    yield from checks.port(path.child("port"), port.port)
    yield from checks.required_supported(path.child("protocol"), port.protocol, _PROTOCOLS)
    if port.app_protocol is not None:
        yield from checks.follows(path.child("appProtocol"), port.app_protocol, names.qualified_name)


def _update(new: Endpoints, old: Endpoints) -> Errors:
    # What was stored under laxer rules may stay as it is.
    if new.subsets != old.subsets:
        yield from _create(new)


RULES = Rules(create=_create, update=_update)
