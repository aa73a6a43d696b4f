"""From what a Service's slices should say to the fewest writes that make them say it. Pure.

Endpoints that stay remain in the slice where they are; new ones fill slices that change anyway, then others with room,
then new slices. Watchers on every node pay for each changed slice, so this matters more than full slices do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from pykube.api import core_v1, discovery_v1, meta_v1, owners

from . import service_endpoints
from .availability import is_ready

MAX_ENDPOINTS: Final = 100
SERVICE_LABEL: Final = "kubernetes.io/service-name"
MANAGED_BY_LABEL: Final = "endpointslice.kubernetes.io/managed-by"
MANAGER: Final = "endpointslice-controller.k8s.io"
_ZONE: Final = "topology.kubernetes.io/zone"

Ports = tuple[tuple[str | None, str | None, int | None, str | None], ...]
"""Name, protocol, number and application protocol of each port: slices differ in these."""
Endpoints = dict[str, discovery_v1.Endpoint]
"""By what identifies one: address and pod."""


@dataclass(slots=True)
class Changes:
    """What to write."""

    create: list[discovery_v1.EndpointSlice] = field(default_factory=list)
    update: list[discovery_v1.EndpointSlice] = field(default_factory=list)
    delete: list[discovery_v1.EndpointSlice] = field(default_factory=list)

    def add(self, more: Changes) -> None:
        """Have the writes of `more` done too."""
        self.create += more.create
        self.update += more.update
        self.delete += more.delete


@dataclass(frozen=True, slots=True)
class Shape:
    """What all slices of one source have in common."""

    name: str
    """That of the Service; slices are named after it."""
    namespace: str
    labels: Mapping[str, str]
    owner: meta_v1.OwnerReference


def shape_of(service: core_v1.Service) -> Shape:
    """The slices of a Service carry its labels, and those that make them known as its own."""
    labels = {**service.metadata.labels, SERVICE_LABEL: service.metadata.name, MANAGED_BY_LABEL: MANAGER}
    labels.pop(service_endpoints.HEADLESS_LABEL, None)
    if service_endpoints.is_headless(service):
        labels[service_endpoints.HEADLESS_LABEL] = ""
    metadata = service.metadata
    return Shape(metadata.name, metadata.namespace, labels, owners.controller_reference(service))


def endpoint(
    pod: core_v1.Pod, service: core_v1.Service, addresses: Sequence[str], node: core_v1.Node | None
) -> discovery_v1.Endpoint:
    """What a slice says about one pod."""
    serving = is_ready(pod)
    terminating = pod.metadata.deletion_timestamp is not None
    found = discovery_v1.Endpoint(
        addresses=list(addresses),
        conditions=discovery_v1.EndpointConditions(
            ready=service.spec.publish_not_ready_addresses or (serving and not terminating),
            serving=serving,
            terminating=terminating,
        ),
        hostname=service_endpoints.hostname(pod, service) or None,
        node_name=pod.spec.node_name or None,
        target_ref=service_endpoints.target(pod),
        zone=(node.metadata.labels.get(_ZONE) or None) if node is not None else None,
    )
    found.hints = _hints(service.spec.traffic_distribution, found)
    return found


def _hints(distribution: str | None, found: discovery_v1.Endpoint) -> discovery_v1.EndpointHints | None:
    """Whose traffic an endpoint should get, as ``trafficDistribution`` wishes (KEP-3015)."""
    if distribution not in ("PreferClose", "PreferSameZone", "PreferSameNode") or not found.conditions.ready:
        return None
    hints = discovery_v1.EndpointHints()
    if found.zone:
        hints.for_zones = [discovery_v1.ForZone(name=found.zone)]
    if distribution == "PreferSameNode" and found.node_name:
        hints.for_nodes = [discovery_v1.ForNode(name=found.node_name)]
    return hints if hints.for_zones or hints.for_nodes else None


def _ports(pod: core_v1.Pod, service: core_v1.Service) -> Ports:
    return tuple(
        (port.name, port.protocol or "TCP", number, port.app_protocol)
        for port in service.spec.ports
        if (number := service_endpoints.port_of(pod, port)) is not None
    )


def _ports_of(existing: discovery_v1.EndpointSlice) -> Ports:
    return tuple((port.name, port.protocol, port.port, port.app_protocol) for port in existing.ports)


def identity(each: discovery_v1.Endpoint) -> str:
    """Equal for the same endpoint in two slices: its addresses and its pod."""
    return f"{','.join(each.addresses)}/{each.target_ref.uid if each.target_ref is not None else ''}"


def desired(
    service: core_v1.Service, pods: Iterable[core_v1.Pod], nodes: Mapping[str, core_v1.Node], family: str
) -> dict[Ports, Endpoints]:
    """The endpoints of one address family, by their ports."""
    found: dict[Ports, Endpoints] = {}
    for pod in pods:
        node = nodes.get(pod.spec.node_name)
        addresses = service_endpoints.addresses(pod, family)
        if not addresses or (node is None and not service.spec.publish_not_ready_addresses):
            continue
        each = endpoint(pod, service, addresses, node)
        found.setdefault(_ports(pod, service), {})[identity(each)] = each
    return found


def new_slice(shape: Shape, family: str, ports: Ports) -> discovery_v1.EndpointSlice:
    """An empty slice."""
    return discovery_v1.EndpointSlice(
        metadata=meta_v1.ObjectMeta(
            generate_name=f"{shape.name}-",
            namespace=shape.namespace,
            labels=dict(shape.labels),
            owner_references=[shape.owner],
        ),
        address_type=family,
        ports=[
            discovery_v1.EndpointPort(name=name, protocol=protocol, port=number, app_protocol=application)
            for name, protocol, number, application in ports
        ],
    )


def diff(
    shape: Shape,
    wanted: Mapping[Ports, Endpoints],
    existing: Iterable[discovery_v1.EndpointSlice],
    family: str,
) -> Changes:
    """The writes for one address family; `existing` are the slices of that family."""
    changes = Changes()
    existing = list(existing)
    by_ports: dict[Ports, list[discovery_v1.EndpointSlice]] = {}
    for each in existing:
        by_ports.setdefault(_ports_of(each), []).append(each)
    for ports, endpoints in wanted.items():
        _diff_ports(shape, family, ports, endpoints, by_ports.pop(ports, []), changes)
    changes.delete += [each for leftover in by_ports.values() for each in leftover]
    if not changes.create and len(changes.delete) == len(existing):
        _keep_placeholder(shape, family, changes)
    return changes


def _diff_ports(
    shape: Shape,
    family: str,
    ports: Ports,
    endpoints: Endpoints,
    slices: Sequence[discovery_v1.EndpointSlice],
    changes: Changes,
) -> None:
    missing = dict(endpoints)
    labels = dict(shape.labels)
    kept: list[tuple[discovery_v1.EndpointSlice, list[discovery_v1.Endpoint], bool]] = []
    for each in slices:
        left = [missing.pop(key) for old in each.endpoints if (key := identity(old)) in missing]
        kept.append((each, left, left != each.endpoints or labels != each.metadata.labels))
    changed = sorted((each for each in kept if each[2]), key=lambda each: -len(each[1]))
    steady = sorted((each for each in kept if not each[2]), key=lambda each: -len(each[1]))
    rest = list(missing.values())
    for _, left, _ in changed:
        room = MAX_ENDPOINTS - len(left)
        left += rest[:room]
        rest = rest[room:]
    for index, (each, left, _) in enumerate(steady):
        if rest and len(left) + len(rest) <= MAX_ENDPOINTS:
            steady[index] = (each, left + rest, True)
            rest = []
    for each, left, touched in (*changed, *steady):
        if not left:
            changes.delete.append(each)
        elif touched:
            metadata = msgspec.structs.replace(each.metadata, labels=labels)
            changes.update.append(msgspec.structs.replace(each, metadata=metadata, endpoints=left))
    while rest:
        fresh = new_slice(shape, family, ports)
        fresh.endpoints, rest = rest[:MAX_ENDPOINTS], rest[MAX_ENDPOINTS:]
        changes.create.append(fresh)


def _keep_placeholder(shape: Shape, family: str, changes: Changes) -> None:
    """A Service has at least one slice, if an empty one: consumers tell by it that there are no endpoints."""
    empty = new_slice(shape, family, ())
    for index, each in enumerate(changes.delete):
        if not each.endpoints and not each.ports and each.metadata.labels == empty.metadata.labels:
            del changes.delete[index]
            return
    changes.create.append(empty)
