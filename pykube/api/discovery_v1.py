"""``discovery.k8s.io/v1``: EndpointSlice."""

from __future__ import annotations

from typing import Annotated

from . import core_v1, meta_v1
from .schema import Int32, ListAtomic, ListSet, Required, Struct, always, atomic, constant


class EndpointSlice(Struct):
    """A part of the addresses behind a service."""

    api_version: str = constant("discovery.k8s.io/v1")
    kind: str = constant("EndpointSlice")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    address_type: Annotated[str, Required] = always(str)
    """IPv4, IPv6 or FQDN, for all addresses in it. Cannot be changed."""
    endpoints: Annotated[list[Endpoint], ListAtomic] = always(list)
    """Up to 1000 endpoints."""
    ports: Annotated[list[EndpointPort], ListAtomic] = always(list)
    """Ports that each of the endpoints has. Empty: none."""


class EndpointConditions(Struct):
    """In what state an endpoint is."""

    ready: bool | None = None
    """Whether it takes new connections: serving, and not terminating. Absent counts as true."""
    serving: bool | None = None
    """Whether it can answer, even while it terminates. Absent: as ready says."""
    terminating: bool | None = None
    """Whether it is shutting down. Absent counts as false."""


class Endpoint(Struct):
    """One place that answers for a service."""

    addresses: Annotated[list[str], Required, ListSet] = always(list)
    """Its addresses; users take the first."""
    conditions: EndpointConditions = always(EndpointConditions)
    """In what state it is."""
    hostname: str | None = None
    """Its own name below the service's in DNS."""
    target_ref: core_v1.ObjectReference | None = None
    """The object that stands behind it, mostly a pod."""
    deprecated_topology: dict[str, str] = {}
    """Labels of its node in an older form of the API."""
    node_name: str | None = None
    """The node that it runs on."""
    zone: str | None = None
    """The zone that it is in."""
    hints: EndpointHints | None = None
    """Whom it should serve first."""


class EndpointHints(Struct):
    """Whom an endpoint should serve."""

    for_zones: Annotated[list[ForZone], ListAtomic] = []
    """Zones whose clients should use it."""
    for_nodes: Annotated[list[ForNode], ListAtomic] = []
    """Nodes whose clients should use it."""


class ForZone(Struct):
    """A zone."""

    name: Annotated[str, Required] = always(str)
    """Name of the zone."""


class ForNode(Struct):
    """A node."""

    name: Annotated[str, Required] = always(str)
    """Name of the node."""


@atomic
class EndpointPort(Struct):
    """A port of the endpoints."""

    name: str | None = None
    """Name of the service's port; empty when there is only one."""
    protocol: str | None = None
    """TCP (the default), UDP or SCTP."""
    port: Int32 | None = None
    """Its number; absent: all ports."""
    app_protocol: str | None = None
    """What is spoken on it, such as kubernetes.io/h2c."""


class EndpointSliceList(Struct):
    api_version: str = constant("discovery.k8s.io/v1")
    kind: str = constant("EndpointSliceList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[EndpointSlice], Required] = always(list)
