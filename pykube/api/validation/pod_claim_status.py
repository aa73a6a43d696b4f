"""What a pod's status says about the resource claims that were made for it.

Source: validatePodResourceClaimStatuses and its neighbours in pkg/apis/core/validation.
"""

from __future__ import annotations

from .. import names
from ..core_v1 import (
    NodeAllocatableResourceClaimStatus,
    Pod,
    PodExtendedResourceClaimStatus,
    PodResourceClaimStatus,
    PodSpec,
)
from ..field_errors import STATUS, Errors, Path, duplicate, invalid_value, required
from . import checks, resources


def claims(pod: Pod) -> Errors:
    status, spec = pod.status, pod.spec
    if status.resource_claim_statuses:
        yield from _claims(status.resource_claim_statuses, spec, STATUS.child("resourceClaimStatuses"))
    place = STATUS.child("nodeAllocatableResourceClaimStatuses")
    for index, one in enumerate(status.node_allocatable_resource_claim_statuses):
        yield from _of_node(one, pod, place.index(index))
    if status.extended_resource_claim_status is not None:
        place = STATUS.child("extendedResourceClaimStatus")
        yield from _extended(status.extended_resource_claim_status, spec, place)


def _claims(found: list[PodResourceClaimStatus], spec: PodSpec, path: Path) -> Errors:
    known = {claim.name for claim in spec.resource_claims}
    seen: set[str] = set()
    for index, status in enumerate(found):
        place = path.index(index)
        if status.name not in known:
            message = "must match the name of an entry in `spec.resourceClaims`"
            yield invalid_value(place.child("name"), status.name, message)
        if status.name in seen:
            yield duplicate(place.child("name"), status.name)
        seen.add(status.name)
        if status.resource_claim_name is not None:
            yield from checks.follows(place.child("resourceClaimName"), status.resource_claim_name, names.dns_subdomain)


def _of_node(found: NodeAllocatableResourceClaimStatus, pod: Pod, path: Path) -> Errors:
    name = path.child("resourceClaimName")
    if not found.resource_claim_name:
        yield required(name, "must not be empty")
    mapped = {claim.resource_claim_name for claim in pod.spec.resource_claims}
    mapped.update(status.resource_claim_name for status in pod.status.resource_claim_statuses)
    if found.resource_claim_name not in mapped:
        yield invalid_value(name, found.resource_claim_name, "no mapping found in pod reference")
    if not found.containers:
        yield required(path.child("containers"), "must not be empty")
    if not found.resources:
        yield required(path.child("resources"), "must not be empty")
    for resource, amount in found.resources.items():
        place = path.child("resources").key(resource)
        if not resources.is_native(resource):
            yield invalid_value(place, resource, "must be a node allocatable resource name")
        if amount.sign < 0:
            yield invalid_value(place, str(amount), "must be non-negative")


def _extended(found: PodExtendedResourceClaimStatus, spec: PodSpec, path: Path) -> Errors:
    containers = {container.name: container for container in (*spec.init_containers, *spec.containers)}
    mappings = path.child("requestMappings")
    if not found.request_mappings:
        yield required(mappings, "at least one request mapping is required")
    seen: set[tuple[str, str, str]] = set()
    for index, mapping in enumerate(found.request_mappings):
        place = mappings.index(index)
        container = containers.get(mapping.container_name)
        if container is None:
            message = "must match the name of an entry in spec.initContainers.name or spec.containers.name"
            yield invalid_value(place.child("containerName"), mapping.container_name, message)
        elif mapping.resource_name not in container.resources.requests:
            message = (
                "must match the extended resource name of an entry in spec.initContainers.resources.requests"
                " or spec.containers.resources.requests"
            )
            yield invalid_value(place.child("resourceName"), mapping.resource_name, message)
        yield from checks.follows(path.child("requestName"), mapping.request_name, names.dns_label)
        key = (mapping.container_name, mapping.resource_name, mapping.request_name)
        if key in seen:
            for name, value in zip(("containerName", "resourceName", "requestName"), key, strict=True):
                yield duplicate(place.child(name), value)
        seen.add(key)
    yield from checks.named(path.child("resourceClaimName"), found.resource_claim_name, names.dns_subdomain)
