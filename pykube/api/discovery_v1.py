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
    endpoints: Annotated[list[Endpoint], ListAtomic] = always(list)
    ports: Annotated[list[EndpointPort], ListAtomic] = always(list)


class EndpointConditions(Struct):
    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None


class Endpoint(Struct):
    addresses: Annotated[list[str], Required, ListSet] = always(list)
    conditions: EndpointConditions = always(EndpointConditions)
    hostname: str | None = None
    target_ref: core_v1.ObjectReference | None = None
    deprecated_topology: dict[str, str] = {}
    node_name: str | None = None
    zone: str | None = None
    hints: EndpointHints | None = None


class EndpointHints(Struct):
    for_zones: Annotated[list[ForZone], ListAtomic] = []
    for_nodes: Annotated[list[ForNode], ListAtomic] = []


class ForZone(Struct):
    name: Annotated[str, Required] = always(str)


class ForNode(Struct):
    name: Annotated[str, Required] = always(str)


@atomic
class EndpointPort(Struct):
    name: str | None = None
    protocol: str | None = None
    port: Int32 | None = None
    app_protocol: str | None = None


class EndpointSliceList(Struct):
    api_version: str = constant("discovery.k8s.io/v1")
    kind: str = constant("EndpointSliceList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[EndpointSlice], Required] = always(list)
