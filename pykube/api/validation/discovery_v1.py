"""Rules of endpoint slices. Source: pkg/apis/discovery/validation."""

from __future__ import annotations

from .. import names
from ..discovery_v1 import Endpoint, EndpointHints, EndpointPort, EndpointSlice
from ..field_errors import Errors, Path, duplicate, invalid_value, required, too_many
from . import checks, meta
from .rules import Rules

_TYPES = ("FQDN", "IPv4", "IPv6")
_PROTOCOLS = ("SCTP", "TCP", "UDP")
_ADDRESSES_MAX = 100
_PORTS_MAX = 20_000
_ENDPOINTS_MAX = 1000
_TOPOLOGY_MAX = 16
_HINTS_MAX = 8
_ENDPOINTS = Path("endpoints")
_PORTS = Path("ports")


def _create(found: EndpointSlice) -> Errors:
    yield from _type_and_ports(found)
    yield from _endpoints(found)


def _type_and_ports(found: EndpointSlice) -> Errors:
    if not found.address_type:
        yield required(Path("addressType"))
    else:
        yield from checks.supported(Path("addressType"), found.address_type, _TYPES)
    if len(found.ports) > _PORTS_MAX:
        yield too_many(_PORTS, len(found.ports), _PORTS_MAX)
        return
    seen: set[str] = set()
    for index, port in enumerate(found.ports):
        yield from _port(port, _PORTS.index(index))
        name = port.name or ""
        if name in seen:
            yield duplicate(_PORTS.index(index).child("name"), name)
        seen.add(name)


def _port(port: EndpointPort, path: Path) -> Errors:
    if port.name:
        yield from checks.follows(path.child("name"), port.name, names.dns_label)
    if port.protocol is None:
        yield required(path.child("protocol"))
    else:
        yield from checks.supported(path.child("protocol"), port.protocol, _PROTOCOLS)
    if port.app_protocol is not None:
        yield from checks.follows(path.child("appProtocol"), port.app_protocol, names.qualified_name)


def _endpoints(found: EndpointSlice) -> Errors:
    if len(found.endpoints) > _ENDPOINTS_MAX:
        yield too_many(_ENDPOINTS, len(found.endpoints), _ENDPOINTS_MAX)
        return
    for index, endpoint in enumerate(found.endpoints):
        yield from _endpoint(endpoint, found.address_type, _ENDPOINTS.index(index))


def _endpoint(endpoint: Endpoint, kind: str, path: Path) -> Errors:
    place = path.child("addresses")
    if not endpoint.addresses:
        yield required(place, "must contain at least 1 address")
    elif len(endpoint.addresses) > _ADDRESSES_MAX:
        yield too_many(place, len(endpoint.addresses), _ADDRESSES_MAX)
    for index, address in enumerate(endpoint.addresses):
        if kind == "FQDN":
            yield from _domain(address, place.index(index))
            continue
        parsed = checks.parse_ip(address)
        if parsed is not None and kind != f"IPv{parsed.version}":
            yield invalid_value(place, address, f"must be an {kind} address")
        yield from checks.non_special_ip(place.index(index), address)
    if endpoint.node_name is not None:
        yield from checks.follows(path.child("nodeName"), endpoint.node_name, names.dns_subdomain)
    if endpoint.deprecated_topology:
        place = path.child("deprecatedTopology")
        if len(endpoint.deprecated_topology) > _TOPOLOGY_MAX:
            yield too_many(place, len(endpoint.deprecated_topology), _TOPOLOGY_MAX)
        yield from meta.labels(endpoint.deprecated_topology, place)
    if endpoint.hostname is not None:
        yield from checks.follows(path.child("hostname"), endpoint.hostname, names.dns_label)
    if endpoint.hints is not None:
        yield from _hints(endpoint.hints, path.child("hints"))


def _domain(address: str, path: Path) -> Errors:
    name = address.removesuffix(".")
    messages = names.dns_subdomain(name)
    if messages:
        yield invalid_value(path, address, ",".join(messages))
    elif "." not in name:
        yield invalid_value(path, address, "should be a domain with at least two segments separated by dots")


def _hints(hints: EndpointHints, path: Path) -> Errors:
    for field, found, rule in (
        ("forZones", [zone.name for zone in hints.for_zones], names.label_value),
        ("forNodes", [node.name for node in hints.for_nodes], names.dns_subdomain),
    ):
        place = path.child(field)
        if len(found) > _HINTS_MAX:
            yield too_many(place, len(found), _HINTS_MAX)
            continue
        for index, name in enumerate(found):
            if name in found[:index]:
                yield duplicate(place.index(index).child("name"), name)
            yield from checks.follows(place.index(index).child("name"), name, rule)


def _update(new: EndpointSlice, old: EndpointSlice) -> Errors:
    yield from _type_and_ports(new)
    # What was stored under laxer rules may stay as it is.
    if new.endpoints != old.endpoints:
        yield from _endpoints(new)
    yield from checks.immutable(Path("addressType"), new.address_type, old.address_type)


CATALOG = {EndpointSlice: Rules(create=_create, update=_update)}
