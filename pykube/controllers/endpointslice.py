"""EndpointSlice: for each Service with a selector, the addresses of its pods."""

from __future__ import annotations

from pykube import errors
from pykube.api import core_v1, discovery_v1, owners

from . import endpointslice_diff, service_endpoints
from .base import Controller, key_of, split
from .context import Context
from .endpointslice_diff import MANAGED_BY_LABEL, MANAGER, SERVICE_LABEL
from .expectations import Expectations
from .indexes import BY_NODE, BY_SERVICE, index_by_node
from .pod_control import namespace_is_ending


class EndpointSliceController(Controller):
    """Keys are those of Services."""

    name = "endpoint-slice-controller"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.expectations = Expectations(self.clock)
        self.services = self.watch(core_v1.Service)
        service_endpoints.index_services(self.services)
        self.pods = self.informer(core_v1.Pod)
        index_by_node(self.pods)
        self.pods.add_handler(on_add=self._pod, on_update=self._pod_updated, on_delete=self._pod)
        self.nodes = self.informer(core_v1.Node)
        self.nodes.add_handler(on_add=self._node, on_update=self._node_updated, on_delete=self._node)
        self.slices = self.informer(discovery_v1.EndpointSlice)
        self.slices.add_index(BY_SERVICE, _service_of)
        self.slices.add_handler(on_add=self._slice_added, on_update=self._slice_updated, on_delete=self._slice_deleted)

    # -- events

    def _pod(self, pod: core_v1.Pod) -> None:
        for service in service_endpoints.services_of(self.services, pod):
            self.enqueue(service)

    def _pod_updated(self, old: core_v1.Pod, new: core_v1.Pod) -> None:
        if service_endpoints.differs(old, new):
            self._pod(new)
            if old.metadata.labels != new.metadata.labels:
                self._pod(old)

    def _node(self, node: core_v1.Node) -> None:
        for pod in self.pods.by_index(BY_NODE, node.metadata.name):
            self._pod(pod)

    def _node_updated(self, old: core_v1.Node, new: core_v1.Node) -> None:
        if old.metadata.labels != new.metadata.labels:
            self._node(new)

    def _slice_added(self, each: discovery_v1.EndpointSlice) -> None:
        for key in _service_of(each):
            self.expectations.created(key)
            self.queue.add(key)

    def _slice_updated(self, old: discovery_v1.EndpointSlice, new: discovery_v1.EndpointSlice) -> None:
        for key in {*_service_of(old), *_service_of(new)}:
            self.queue.add(key)

    def _slice_deleted(self, each: discovery_v1.EndpointSlice) -> None:
        for key in _service_of(each):
            self.expectations.deleted(key, each.metadata.uid)
            self.queue.add(key)

    # -- sync

    async def sync(self, key: str) -> None:
        namespace, name = split(key)
        service = self.services.get(name, namespace)
        if service is None or service.metadata.deletion_timestamp is not None:
            self.expectations.forget(key)
            return
        if service.spec.type == "ExternalName" or not service.spec.selector:
            return
        if not self.expectations.satisfied(key):
            return
        pods = service_endpoints.selected(service, self.pods.list(namespace))
        names = {pod.spec.node_name for pod in pods if pod.spec.node_name}
        nodes = {each: node for each in names if (node := self.nodes.get(each)) is not None}
        mine = self.slices.by_index(BY_SERVICE, key)
        families = service_endpoints.families(service)
        shape = endpointslice_diff.shape_of(service)
        changes = endpointslice_diff.Changes(delete=[each for each in mine if each.address_type not in families])
        for family in families:
            wanted = endpointslice_diff.desired(service, pods, nodes, family)
            existing = [each for each in mine if each.address_type == family]
            changes.add(endpointslice_diff.diff(shape, wanted, existing, family))
        await self._write(service, changes)

    async def _write(self, service: core_v1.Service, changes: endpointslice_diff.Changes) -> None:
        key = key_of(service)
        if changes.create:
            self.expectations.expect_creations(key, len(changes.create))
        for position, each in enumerate(changes.create):
            try:
                await self.client.create(each)
            except errors.ApiError as error:
                for _ in changes.create[position:]:
                    self.expectations.created(key)
                if namespace_is_ending(error):
                    return
                self._failed(service, "create", error)
                raise
        for each in changes.update:
            try:
                await self.client.update(each)
            except errors.Conflict:
                raise
            except errors.ApiError as error:
                self._failed(service, "update", error)
                raise
        for each in changes.delete:
            try:
                await self.client.delete(
                    discovery_v1.EndpointSlice, each.metadata.name, each.metadata.namespace, uid=each.metadata.uid
                )
            except (errors.NotFound, errors.Conflict):
                continue

    def _failed(self, service: core_v1.Service, verb: str, error: errors.ApiError) -> None:
        message = (
            f"Error updating Endpoint Slices for Service {key_of(service)}: failed to {verb} EndpointSlice: {error}"
        )
        self.event(service, "FailedToUpdateEndpointSlices", message, warning=True)


def _service_of(each: discovery_v1.EndpointSlice) -> list[str]:
    """The key of the Service whose slice this is, when it is one of ours."""
    labels = each.metadata.labels
    name = labels.get(SERVICE_LABEL, "")
    if not name or labels.get(MANAGED_BY_LABEL) != MANAGER:
        return []
    reference = owners.controller_of(each)
    if reference is not None and reference.kind != "Service":
        return []
    return [f"{each.metadata.namespace}/{name}"]
