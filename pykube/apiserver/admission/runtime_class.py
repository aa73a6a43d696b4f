"""RuntimeClass: a pod of a runtime class carries its overhead and goes to the nodes that have it."""

from __future__ import annotations

from pykube.api import core_v1, node_v1

from .. import statuses
from ..write import Operation, Write
from .tolerations import merged

_DIFFERENT = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"
_WITHOUT_CLASS = "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead"


async def runtime_class(write: Write) -> None:
    """Set overhead, node selector and tolerations from the pod's class.

    Raises:
        Forbidden: no such class, or the pod contradicts it.
    """
    found = _class_of(write)
    if found is None:
        return
    spec: core_v1.PodSpec = write.object.spec
    if found.overhead is not None:
        if spec.overhead and spec.overhead != found.overhead.pod_fixed:
            raise statuses.forbidden(write.resource, write.name, _DIFFERENT)
        spec.overhead = dict(found.overhead.pod_fixed)
    if found.scheduling is not None:
        _set_scheduling(write, spec, found.scheduling)


async def runtime_class_check(write: Write) -> None:
    """Check the overhead that a new pod has in the end.

    Raises:
        Forbidden: it is not that of the pod's class.
    """
    if not write.is_for("pods") or write.operation is not Operation.CREATE:
        return
    found = _class_of(write)
    spec: core_v1.PodSpec = write.object.spec
    if found is not None and found.overhead is not None:
        if spec.overhead != found.overhead.pod_fixed:
            raise statuses.forbidden(write.resource, write.name, _DIFFERENT)
    elif spec.overhead:
        raise statuses.forbidden(write.resource, write.name, _WITHOUT_CLASS)


def _class_of(write: Write) -> node_v1.RuntimeClass | None:
    """The class of a new pod, if it names one."""
    if not write.is_for("pods") or write.operation is not Operation.CREATE:
        return None
    name = write.object.spec.runtime_class_name
    if not name:
        return None
    found = write.registry.find(node_v1.RuntimeClass, name)
    if found is None:
        raise statuses.forbidden(write.resource, write.name, f'pod rejected: RuntimeClass "{name}" not found')
    return found


def _set_scheduling(write: Write, spec: core_v1.PodSpec, scheduling: node_v1.Scheduling) -> None:
    for key, value in scheduling.node_selector.items():
        if spec.node_selector.get(key, value) != value:
            why = f"conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; pod.spec.nodeSelector[{key}]"
            raise statuses.forbidden(write.resource, write.name, f"{why} = {spec.node_selector[key]}")
    spec.node_selector = {**spec.node_selector, **scheduling.node_selector}
    spec.tolerations = merged(spec.tolerations, scheduling.tolerations)
