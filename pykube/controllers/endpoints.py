"""Endpoints: the addresses behind a Service in one object, for clients that do not know EndpointSlices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from pykube import errors
from pykube.api import core_v1, meta_v1

from . import service_endpoints
from .availability import is_ready
from .base import Controller, key_of, split
from .context import Context
from .pod_control import namespace_is_ending

MAX_ADDRESSES: Final = 1000
OVER_CAPACITY: Final = "endpoints.kubernetes.io/over-capacity"
MANAGED_BY_LABEL: Final = "endpoints.kubernetes.io/managed-by"
MANAGER: Final = "endpoint-controller"

_Ports = tuple[tuple[str, int, str, str | None], ...]


def subsets(service: core_v1.Service, pods: Iterable[core_v1.Pod]) -> list[core_v1.EndpointSubset]:
    """The subsets for `pods`: one for each set of ports, addresses in order; pods that are going are left out."""
    family = service_endpoints.families(service)[0]
    groups: dict[_Ports, core_v1.EndpointSubset] = {}
    for pod in pods:
        if pod.metadata.deletion_timestamp is not None:
            continue
        found = service_endpoints.addresses(pod, family)
        ports = _ports(pod, service)
        if not found or (service.spec.ports and not ports):
            continue
        address = core_v1.EndpointAddress(
            ip=found[0],
            hostname=service_endpoints.hostname(pod, service),
            node_name=pod.spec.node_name or None,
            target_ref=service_endpoints.target(pod),
        )
        subset = groups.setdefault(ports, _subset(ports))
        ready = is_ready(pod) or service.spec.publish_not_ready_addresses
        (subset.addresses if ready else subset.not_ready_addresses).append(address)
    for subset in groups.values():
        subset.addresses.sort(key=_order)
        subset.not_ready_addresses.sort(key=_order)
    return [groups[ports] for ports in sorted(groups, key=str)]


def _order(address: core_v1.EndpointAddress) -> tuple[str, str]:
    return address.ip, address.target_ref.uid if address.target_ref is not None else ""


def _ports(pod: core_v1.Pod, service: core_v1.Service) -> _Ports:
    return tuple(
        (port.name, number, port.protocol or "TCP", port.app_protocol)
        for port in service.spec.ports
        if (number := service_endpoints.port_of(pod, port)) is not None
    )


def _subset(ports: _Ports) -> core_v1.EndpointSubset:
    return core_v1.EndpointSubset(
        ports=[
            core_v1.EndpointPort(name=name, port=number, protocol=protocol, app_protocol=application)
            for name, number, protocol, application in ports
        ]
    )


def _truncate(found: list[core_v1.EndpointSubset]) -> bool:
    """Cut to `MAX_ADDRESSES`, ready ones kept first; whether anything was cut."""
    room, cut = MAX_ADDRESSES, False
    for subset in found:
        cut = cut or len(subset.addresses) > room
        subset.addresses = subset.addresses[:room]
        room -= len(subset.addresses)
    for subset in found:
        cut = cut or len(subset.not_ready_addresses) > room
        subset.not_ready_addresses = subset.not_ready_addresses[:room]
        room -= len(subset.not_ready_addresses)
    return cut


class EndpointsController(Controller):
    """Keys are those of Services, whose names the Endpoints have."""

    name = "endpoint-controller"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.services = self.watch(core_v1.Service)
        service_endpoints.index_services(self.services)
        self.pods = self.informer(core_v1.Pod)
        self.pods.add_handler(on_add=self._pod, on_update=self._pod_updated, on_delete=self._pod)
        self.endpoints = self.informer(core_v1.Endpoints)
        self.endpoints.add_handler(on_delete=self.enqueue)

    def _pod(self, pod: core_v1.Pod) -> None:
        for service in service_endpoints.services_of(self.services, pod):
            self.enqueue(service)

    def _pod_updated(self, old: core_v1.Pod, new: core_v1.Pod) -> None:
        if service_endpoints.differs(old, new):
            self._pod(new)
            if old.metadata.labels != new.metadata.labels:
                self._pod(old)

    async def sync(self, key: str) -> None:
        namespace, name = split(key)
        service = self.services.get(name, namespace)
        current = self.endpoints.get(name, namespace)
        if service is None:
            if current is not None and current.metadata.labels.get(MANAGED_BY_LABEL) == MANAGER:
                await self._delete(current)
            return
        if service.spec.type == "ExternalName" or not service.spec.selector:
            return
        found = subsets(service, service_endpoints.selected(service, self.pods.list(namespace)))
        annotations = dict(current.metadata.annotations) if current is not None else {}
        annotations.pop(OVER_CAPACITY, None)
        if _truncate(found):
            annotations[OVER_CAPACITY] = "truncated"
        labels = {**service.metadata.labels, MANAGED_BY_LABEL: MANAGER}
        labels.pop(service_endpoints.HEADLESS_LABEL, None)
        if service_endpoints.is_headless(service):
            labels[service_endpoints.HEADLESS_LABEL] = ""
        await self._write(service, current, found, labels, annotations)

    async def _write(
        self,
        service: core_v1.Service,
        current: core_v1.Endpoints | None,
        found: list[core_v1.EndpointSubset],
        labels: dict[str, str],
        annotations: dict[str, str],
    ) -> None:
        try:
            if current is None:
                name, namespace = service.metadata.name, service.metadata.namespace
                metadata = meta_v1.ObjectMeta(name=name, namespace=namespace, labels=labels, annotations=annotations)
                await self.client.create(core_v1.Endpoints(metadata=metadata, subsets=found))
            elif (current.subsets, current.metadata.labels, current.metadata.annotations) != (
                found,
                labels,
                annotations,
            ):
                metadata = msgspec.structs.replace(current.metadata, labels=labels, annotations=annotations)
                await self.client.update(msgspec.structs.replace(current, metadata=metadata, subsets=found))
        except (errors.Conflict, errors.AlreadyExists, errors.NotFound):
            raise
        except errors.ApiError as error:
            if namespace_is_ending(error):
                return
            verb, reason = (
                ("create", "FailedToCreateEndpoint") if current is None else ("update", "FailedToUpdateEndpoint")
            )
            self.event(service, reason, f"Failed to {verb} endpoint {key_of(service)}: {error}", warning=True)
            raise

    async def _delete(self, current: core_v1.Endpoints) -> None:
        try:
            await self.client.delete(core_v1.Endpoints, current.metadata.name, current.metadata.namespace)
        except errors.NotFound:
            return
