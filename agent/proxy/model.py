"""What the node has to do for one Service: a pure function of the Service and its EndpointSlices.

Which endpoints count, and for whom, follows the rules of Kubernetes: ready ones; where there is none, those that still
serve while they terminate (KEP-1669); with a policy of Local only those on this node (KEP-2086).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from pykube.api.core_v1 import Service, ServicePort
from pykube.api.discovery_v1 import Endpoint, EndpointSlice

SERVICE_NAME_LABEL = "kubernetes.io/service-name"
_OTHER_PROXY_LABEL = "service.kubernetes.io/service-proxy-name"
_DEFAULT_AFFINITY = 10800


@dataclass(frozen=True, slots=True, order=True)
class Backend:
    """One endpoint of one port."""

    address: str
    port: int
    local: bool = False
    """Whether it runs on this node."""


@dataclass(frozen=True, slots=True)
class Frontend:
    """One address and port under which a Service answers; an empty `address` means all of the node's (a NodePort)."""

    family: int
    """4 or 6."""
    address: str
    protocol: str
    """tcp, udp or sctp."""
    port: int
    backends: tuple[Backend, ...]
    """Those that anyone inside the cluster is led to."""
    local_backends: tuple[Backend, ...] | None = None
    """Those that callers from outside are led to, where the external policy is Local; None where it is not."""
    somewhere: bool = True
    """Whether the Service has backends at all, be it on other nodes: without any, callers are told at once."""
    affinity_seconds: int = 0
    """How long a caller is led to the same backend; 0: each connection anew."""
    source_ranges: tuple[str, ...] = ()
    """Networks that may call; empty: all."""


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """The port on which the node tells load balancers whether it has local endpoints."""

    port: int
    namespace: str
    name: str
    local_endpoints: int


@dataclass(frozen=True, slots=True)
class ServiceModel:
    """Everything the node does for one Service."""

    key: str
    """``namespace/name``."""
    frontends: tuple[Frontend, ...] = ()
    health_check: HealthCheck | None = None


def is_proxied(service: Service) -> bool:
    """Whether the Service has addresses that this proxy is to translate."""
    spec = service.spec
    return (
        spec.type != "ExternalName"
        and bool(spec.cluster_ip)
        and spec.cluster_ip != "None"
        and _OTHER_PROXY_LABEL not in service.metadata.labels
    )


def service_model(
    service: Service, slices: Iterable[EndpointSlice], *, node_name: str, excluded: frozenset[str] = frozenset()
) -> ServiceModel:
    """The model of one Service; `excluded` are addresses that are answered otherwise (the node's own DNS)."""
    key = f"{service.metadata.namespace}/{service.metadata.name}"
    if not is_proxied(service):
        return ServiceModel(key)
    slices = list(slices)
    frontends: list[Frontend] = []
    local_addresses: set[str] = set()
    for family in (4, 6):
        for port in service.spec.ports:
            found = _endpoints(slices, family, port)
            frontends += _frontends(service, port, family, _Choice(found, node_name), excluded)
            local_addresses.update(backend.address for backend in _Choice(found, node_name).local)
    health_check = None
    if service.spec.health_check_node_port and service.spec.external_traffic_policy == "Local":
        metadata = service.metadata
        count = len(local_addresses)
        health_check = HealthCheck(service.spec.health_check_node_port, metadata.namespace, metadata.name, count)
    return ServiceModel(key, tuple(frontends), health_check)


class _Choice:
    """The backends of one port, sorted by who is led to them."""

    def __init__(self, found: list[tuple[Endpoint, int]], node_name: str) -> None:
        self._node_name = node_name
        self.cluster = self._usable(found)
        self.local = self._usable([pair for pair in found if pair[0].node_name == node_name])

    def _usable(self, found: list[tuple[Endpoint, int]]) -> tuple[Backend, ...]:
        chosen = [pair for pair in found if _ready(pair[0])] or [pair for pair in found if _serves_to_the_end(pair[0])]
        backends = {
            Backend(address, port, endpoint.node_name == self._node_name)
            for endpoint, port in chosen
            if (address := _canonical(endpoint.addresses[0]))
        }
        return tuple(sorted(backends))


def _ready(endpoint: Endpoint) -> bool:
    return endpoint.conditions.ready is not False


def _serves_to_the_end(endpoint: Endpoint) -> bool:
    return endpoint.conditions.serving is not False and bool(endpoint.conditions.terminating)


def _endpoints(slices: Iterable[EndpointSlice], family: int, port: ServicePort) -> list[tuple[Endpoint, int]]:
    """Endpoints of `family` with the number that `port` has on them."""
    found = []
    for piece in slices:
        if piece.address_type != f"IPv{family}":
            continue
        for candidate in piece.ports:
            same_protocol = (candidate.protocol or "TCP") == (port.protocol or "TCP")
            if (candidate.name or "") == port.name and same_protocol and candidate.port:
                found += [(endpoint, candidate.port) for endpoint in piece.endpoints if endpoint.addresses]
    return found


def _frontends(
    service: Service, port: ServicePort, family: int, choice: _Choice, excluded: frozenset[str]
) -> list[Frontend]:
    spec = service.spec
    cluster_ips = [_canonical(address) for address in spec.cluster_ips or [spec.cluster_ip]]
    protocol = (port.protocol or "TCP").lower()
    internal_local = spec.internal_traffic_policy == "Local"
    external_local = spec.external_traffic_policy == "Local"
    affinity = _affinity(service)
    found = [
        Frontend(
            family,
            address,
            protocol,
            port.port,
            choice.local if internal_local else choice.cluster,
            somewhere=bool(choice.cluster),
            affinity_seconds=affinity,
        )
        for address in cluster_ips
        if _family(address) == family and address not in excluded
    ]
    outside = [(_canonical(address), port.port, False) for address in spec.external_ips]
    if spec.type == "LoadBalancer":
        outside += [(_canonical(address), port.port, True) for address in _load_balancer_addresses(service)]
    reachable = [(address, number, limited) for address, number, limited in outside if _family(address) == family]
    if port.node_port and family in map(_family, cluster_ips):
        reachable.append(("", port.node_port, False))
    ranges = _source_ranges(service, family)
    found += [
        Frontend(
            family,
            address,
            protocol,
            number,
            choice.cluster,
            local_backends=choice.local if external_local else None,
            somewhere=bool(choice.cluster),
            affinity_seconds=affinity,
            source_ranges=ranges if limited else (),
        )
        for address, number, limited in dict.fromkeys(reachable)
    ]
    return found


def _load_balancer_addresses(service: Service) -> list[str]:
    """Addresses that the load balancer leaves as destination on the packets it passes on."""
    ingress = service.status.load_balancer.ingress
    return [found.ip for found in ingress if found.ip and (found.ip_mode or "VIP") == "VIP"]


def _affinity(service: Service) -> int:
    spec = service.spec
    if spec.session_affinity != "ClientIP":
        return 0
    config = spec.session_affinity_config
    client_ip = config.client_ip if config else None
    return (client_ip.timeout_seconds if client_ip else None) or _DEFAULT_AFFINITY


def _source_ranges(service: Service, family: int) -> tuple[str, ...]:
    """Networks that do not overlap: the kernel refuses a set whose intervals do."""
    networks4: list[ipaddress.IPv4Network] = []
    networks6: list[ipaddress.IPv6Network] = []
    for text in service.spec.load_balancer_source_ranges:
        try:
            network = ipaddress.ip_network(text.strip(), strict=False)
        except ValueError:
            continue
        if isinstance(network, ipaddress.IPv4Network):
            networks4.append(network)
        else:
            networks6.append(network)
    if family == 4:
        return tuple(map(str, ipaddress.collapse_addresses(networks4)))
    return tuple(map(str, ipaddress.collapse_addresses(networks6)))


def _canonical(address: str) -> str:
    """The one way to write an address, so that equal ones are seen to be equal; empty for what is none."""
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""


def _family(address: str) -> int:
    """4 or 6; 0 for the empty text."""
    return (6 if ":" in address else 4) if address else 0


@dataclass(frozen=True, slots=True, order=True)
class StaleFlows:
    """Tracked connections that would go on to a backend that is gone, or to none; only UDP has them.

    An empty `address` means any destination (a NodePort); an empty `backend` means connections to every backend.
    """

    family: int
    address: str
    port: int
    backend: str = ""


def stale_flows(old: ServiceModel | None, new: ServiceModel | None) -> list[StaleFlows]:
    """What must be forgotten by connection tracking after `old` has become `new`."""
    before = {_place(frontend): frontend for frontend in old.frontends} if old else {}
    after = {_place(frontend): frontend for frontend in new.frontends} if new else {}
    found: set[StaleFlows] = set()
    for place, frontend in before.items():
        if frontend.protocol == "udp":
            kept = set(_addresses(after.get(place)))
            gone = (address for address in _addresses(frontend) if address not in kept)
            found.update(StaleFlows(frontend.family, frontend.address, frontend.port, address) for address in gone)
    for place, frontend in after.items():
        if frontend.protocol == "udp" and frontend.backends and not _addresses(before.get(place)):
            # Until now its packets went nowhere, and were tracked as going nowhere.
            found.add(StaleFlows(frontend.family, frontend.address, frontend.port))
    return sorted(found)


def _place(frontend: Frontend) -> tuple[int, str, str, int]:
    return frontend.family, frontend.address, frontend.protocol, frontend.port


def _addresses(frontend: Frontend | None) -> list[str]:
    return [backend.address for backend in frontend.backends] if frontend else []
