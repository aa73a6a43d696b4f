"""What the ``resize`` subresource may change of a pod: CPU and memory, of its containers and of itself.

Source: ValidatePodResize in pkg/apis/core/validation (KEP-1287, KEP-5419).
"""

from __future__ import annotations

from collections.abc import Mapping

from .. import codec
from ..core_v1 import Container, Pod, PodSpec, ResourceRequirements
from ..field_errors import SPEC, Errors, FieldError, Path, forbidden
from ..quantity import Quantity

_MIRROR = "kubernetes.io/config.mirror"
_RESIZABLE = ("cpu", "memory")
_RESOURCES = SPEC.child("resources")


def refused(old: Pod) -> list[FieldError]:
    """Why a pod cannot be resized whatever is wanted; then nothing else is looked at."""
    if _MIRROR in old.metadata.annotations:
        return [forbidden(Path(""), "static pods cannot be resized")]
    if old.spec.os is not None and old.spec.os.name == "windows":
        return [forbidden(Path(""), "windows pods cannot be resized")]
    return []


def resize(new: Pod, old: Pod) -> Errors:
    """`new` is valid by itself; may `old` be resized to it?"""
    wanted = codec.copy(new.spec)
    found = [*_support(old), *_pod_level(wanted, new.spec, old.spec)]
    moved = list(_order(new.spec, old.spec))
    if not moved:
        found += [*_kept(new.spec, old.spec), *_containers(wanted, old.spec), *_init_containers(wanted, old.spec)]
    yield from (*found, *moved)
    if not found and not moved and wanted != old.spec:
        yield forbidden(SPEC, "only cpu and memory resources are mutable")


def _support(pod: Pod) -> Errors:
    if not _node_can(pod):
        yield forbidden(SPEC, "Pod running on node without support for resize")
    if pod.status.node_allocatable_resource_claim_statuses:
        yield forbidden(SPEC, "pods with node allocatable resource claims cannot be resized")


def _node_can(pod: Pod) -> bool:
    """A node that can resize says what its running containers have; one that runs none may be able to."""
    for status in pod.status.container_statuses:
        if status.state.running is not None:
            return status.resources is not None
    return True


def _pod_level(wanted: PodSpec, new: PodSpec, old: PodSpec) -> Errors:
    """Sets `wanted` back to what the pod itself had of CPU and memory."""
    if old.resources is not None and new.resources is None:
        yield forbidden(_RESOURCES, "pod-level resources cannot be removed")
        return
    if old.resources is not None and new.resources is not None:
        if not old.resources.requests.keys() <= new.resources.requests.keys():
            yield forbidden(_RESOURCES.child("requests"), "pod-level resource requests cannot be removed")
        if not old.resources.limits.keys() <= new.resources.limits.keys():
            yield forbidden(_RESOURCES.child("limits"), "pod-level resource limits cannot be removed")
    if wanted.resources is not None:
        before = old.resources or ResourceRequirements()
        _set_back(wanted.resources, before)
        if old.resources is None and wanted.resources == before:
            wanted.resources = None
    if wanted.resources != old.resources:
        yield forbidden(SPEC, "only cpu and memory resources are mutable at pod-level")


def _order(new: PodSpec, old: PodSpec) -> Errors:
    for name, after, before in (
        ("containers", new.containers, old.containers),
        ("initContainers", new.init_containers, old.init_containers),
    ):
        if len(after) != len(before):
            yield forbidden(SPEC.child(name), f"{name} may not be added or removed on resize")
            continue
        for index, (container, was) in enumerate(zip(after, before, strict=True)):
            if container.name != was.name:
                place = SPEC.child(name).index(index).child("name")
                yield forbidden(place, f"{name} may not be renamed or reordered on resize")


def _kept(new: PodSpec, old: PodSpec) -> Errors:
    """What a container asks for can become more or less, but cannot be left out."""
    for name, after, before in (
        ("initContainers", new.init_containers, old.init_containers),
        ("containers", new.containers, old.containers),
    ):
        for index, (container, was) in enumerate(zip(after, before, strict=True)):
            place = SPEC.child(name).index(index).child("resources")
            if _removed(container.resources.requests, was.resources.requests):
                yield forbidden(place.child("requests"), "resource requests cannot be removed")
            if _removed(container.resources.limits, was.resources.limits):
                yield forbidden(place.child("limits"), "resource limits cannot be removed")


def _removed(new: Mapping[str, Quantity], old: Mapping[str, Quantity]) -> bool:
    return not old.keys() <= new.keys()


def _containers(wanted: PodSpec, old: PodSpec) -> Errors:
    for container, was in zip(wanted.containers, old.containers, strict=True):
        _set_back(container.resources, was.resources)
        if container != was:
            yield forbidden(SPEC, "only cpu and memory resources are mutable")


def _init_containers(wanted: PodSpec, old: PodSpec) -> Errors:
    for index, (container, was) in enumerate(zip(wanted.init_containers, old.init_containers, strict=True)):
        place, changed = SPEC.child("initContainers").index(index), container != was
        _set_back(container.resources, was.resources)
        if container != was:
            yield forbidden(place, "only cpu and memory resources for init or sidecar containers are mutable")
        if changed and container.restart_policy != "Always" and _restarts(container):
            message = "non-sidecar init containers with a resize policy of RestartContainer cannot be resized"
            yield forbidden(place, message)


def _restarts(container: Container) -> bool:
    return any(policy.restart_policy == "RestartContainer" for policy in container.resize_policy)


def _set_back(after: ResourceRequirements, before: ResourceRequirements) -> None:
    """CPU and memory as they were; what is claimed besides does not count."""
    after.claims = before.claims
    for new, old in ((after.requests, before.requests), (after.limits, before.limits)):
        for name in _RESIZABLE:
            if name in old:
                new[name] = old[name]
            else:
                new.pop(name, None)
