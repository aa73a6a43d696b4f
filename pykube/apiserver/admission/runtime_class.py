"""RuntimeClass: a pod of a runtime class carries its overhead and goes to the nodes that have it."""

from __future__ import annotations

from pykube.api import core_v1, node_v1

from .. import statuses
from ..write import Operation, Write


async def runtime_class(write: Write) -> None:
    """Set overhead, node selector and tolerations from the pod's class.

    Raises:
        Forbidden: no such class, or the pod contradicts it.
    """
    if not write.is_for("pods") or write.operation is not Operation.CREATE:
        return
    spec: core_v1.PodSpec = write.object.spec
    if not spec.runtime_class_name:
        if spec.overhead:
            why = "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead"
            raise statuses.forbidden(write.resource, write.name, why)
        return
    found = write.registry.find(node_v1.RuntimeClass, spec.runtime_class_name)
    if found is None:
        why = f'pod rejected: RuntimeClass "{spec.runtime_class_name}" not found'
        raise statuses.forbidden(write.resource, write.name, why)
    _set_overhead(write, spec, found)
    if found.scheduling is not None:
        _set_scheduling(write, spec, found.scheduling)


def _set_overhead(write: Write, spec: core_v1.PodSpec, found: node_v1.RuntimeClass) -> None:
    overhead = found.overhead.pod_fixed if found.overhead is not None else {}
    if spec.overhead and spec.overhead != overhead:
        why = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"
        raise statuses.forbidden(write.resource, write.name, why)
    spec.overhead = dict(overhead)


def _set_scheduling(write: Write, spec: core_v1.PodSpec, scheduling: node_v1.Scheduling) -> None:
    for key, value in scheduling.node_selector.items():
        if spec.node_selector.get(key, value) != value:
            why = f"conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; pod.spec.nodeSelector[{key}]"
            raise statuses.forbidden(write.resource, write.name, f"{why} = {spec.node_selector[key]}")
    spec.node_selector = {**spec.node_selector, **scheduling.node_selector}
    spec.tolerations = [
        *spec.tolerations,
        *(toleration for toleration in scheduling.tolerations if toleration not in spec.tolerations),
    ]
