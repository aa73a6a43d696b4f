"""EndpointSlice mirroring: Endpoints that people write for Services without a selector, as slices (KEP-752)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Final

from pykube import errors
from pykube.api import core_v1, discovery_v1, owners

from . import endpointslice_diff
from .base import Controller, split
from .context import Context
from .endpointslice_diff import MANAGED_BY_LABEL, SERVICE_LABEL, Ports
from .expectations import Expectations

MANAGER: Final = "endpointslicemirroring-controller.k8s.io"
SKIP_LABEL: Final = "endpointslice.kubernetes.io/skip-mirror"
LEADER: Final = "control-plane.alpha.kubernetes.io/leader"
MAX_ADDRESSES: Final = 1000
BY_SERVICE: Final = "mirrored service"


def should_mirror(endpoints: core_v1.Endpoints, service: core_v1.Service | None) -> bool:
    """Only what people wrote themselves: not what a controller made, nor the locks of leader elections."""
    if service is None or service.spec.selector or service.spec.type == "ExternalName":
        return False
    metadata = endpoints.metadata
    return metadata.labels.get(SKIP_LABEL) != "true" and LEADER not in metadata.annotations


def _family(address: str) -> str:
    try:
        return f"IPv{ipaddress.ip_address(address).version}"
    except ValueError:
        return ""


def _endpoint(address: core_v1.EndpointAddress, *, ready: bool) -> discovery_v1.Endpoint:
    return discovery_v1.Endpoint(
        addresses=[address.ip],
        conditions=discovery_v1.EndpointConditions(ready=ready),
        hostname=address.hostname or None,
        node_name=address.node_name,
        target_ref=address.target_ref,
    )


def desired(subsets: Iterable[core_v1.EndpointSubset], family: str) -> dict[Ports, endpointslice_diff.Endpoints]:
    """The endpoints of one address family, by their ports; at most `MAX_ADDRESSES` of each subset."""
    found: dict[Ports, endpointslice_diff.Endpoints] = {}
    for subset in subsets:
        ports = tuple((port.name, port.protocol or "TCP", port.port, port.app_protocol) for port in subset.ports)
        both = [(each, True) for each in subset.addresses] + [(each, False) for each in subset.not_ready_addresses]
        for address, ready in both[:MAX_ADDRESSES]:
            if _family(address.ip) == family:
                each = _endpoint(address, ready=ready)
                found.setdefault(ports, {})[endpointslice_diff.identity(each)] = each
    return found


class EndpointSliceMirroringController(Controller):
    """Keys are those of Endpoints, which are those of their Services."""

    name = "endpoint-slice-mirroring-controller"
    workers = 2

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.expectations = Expectations(self.clock)
        self.endpoints = self.watch(core_v1.Endpoints)
        self.services = self.watch(core_v1.Service)
        self.slices = self.informer(discovery_v1.EndpointSlice)
        self.slices.add_index(BY_SERVICE, _mirrored)
        self.slices.add_handler(
            on_add=self._slice_added,
            on_update=lambda old, new: self._slice_changed(new),
            on_delete=self._slice_changed,
        )

    def _slice_added(self, each: discovery_v1.EndpointSlice) -> None:
        for key in _mirrored(each):
            self.expectations.created(key)
            self.queue.add(key)

    def _slice_changed(self, each: discovery_v1.EndpointSlice) -> None:
        for key in _mirrored(each):
            self.queue.add(key)

    async def sync(self, key: str) -> None:
        namespace, name = split(key)
        if not self.expectations.satisfied(key):
            return
        endpoints = self.endpoints.get(name, namespace)
        existing = self.slices.by_index(BY_SERVICE, key)
        changes = endpointslice_diff.Changes()
        if endpoints is None or not should_mirror(endpoints, self.services.get(name, namespace)):
            changes.delete = existing
        else:
            labels = {**endpoints.metadata.labels, SERVICE_LABEL: name, MANAGED_BY_LABEL: MANAGER}
            owner = owners.controller_reference(endpoints)
            shape = endpointslice_diff.Shape(name, namespace, labels, owner)
            for family in ("IPv4", "IPv6"):
                wanted = desired(endpoints.subsets, family)
                mine = [each for each in existing if each.address_type == family]
                changes.add(endpointslice_diff.diff(shape, wanted, mine, family))
            changes.create = [each for each in changes.create if each.endpoints]
        await self._write(key, changes)

    async def _write(self, key: str, changes: endpointslice_diff.Changes) -> None:
        if changes.create:
            self.expectations.expect_creations(key, len(changes.create))
        for position, each in enumerate(changes.create):
            try:
                await self.client.create(each)
            except errors.ApiError:
                for _ in changes.create[position:]:
                    self.expectations.created(key)
                raise
        for each in changes.update:
            await self.client.update(each)
        for each in changes.delete:
            try:
                await self.client.delete(discovery_v1.EndpointSlice, each.metadata.name, each.metadata.namespace)
            except errors.NotFound:
                continue


def _mirrored(each: discovery_v1.EndpointSlice) -> list[str]:
    labels = each.metadata.labels
    name = labels.get(SERVICE_LABEL, "")
    return [f"{each.metadata.namespace}/{name}"] if name and labels.get(MANAGED_BY_LABEL) == MANAGER else []
