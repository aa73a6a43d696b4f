"""PodResizeValidator: a pod on a node does not grow beyond what the node has.

Source: KEP-1287.
"""

from __future__ import annotations

from collections.abc import Iterator

from pykube.api import core_v1
from pykube.api.quota import amounts, pod_resources
from pykube.errors import Cause, Details, Forbidden

from .. import statuses
from ..write import Operation, Write

_OS = "kubernetes.io/os"


async def pod_resize_validator(write: Write) -> None:
    """Compare what a resized pod requests with its node.

    Raises:
        Forbidden: there is no such node, it is no Linux one, or the pod would fill more than all of it.
    """
    if write.operation is not Operation.UPDATE or not write.is_for("pods", subresource="resize"):
        return
    pod: core_v1.Pod = write.object
    if not pod.spec.node_name or pod.metadata.generation == write.old.metadata.generation:
        return
    node = write.registry.find(core_v1.Node, pod.spec.node_name)
    if node is None:
        raise statuses.forbidden(write.resource, write.name, f'node "{pod.spec.node_name}" not found')
    system = node.metadata.labels.get(_OS, "linux")
    if system != "linux":
        why = f'pod resize is only supported on linux nodes, node "{node.metadata.name}" is "{system}"'
        raise _refusal(write, why, "UnsupportedPlatform")
    if short := "; ".join(_too_little(pod, node)):
        raise _refusal(write, f"node didn't have enough allocatable resources: {short}", "NodeCapacity")


def _too_little(pod: core_v1.Pod, node: core_v1.Node) -> Iterator[str]:
    wanted = pod_resources.wanted(pod)
    for name in ("cpu", "memory"):
        asked = wanted.get(name, amounts.ZERO)
        there = node.status.allocatable.get(name, amounts.ZERO)
        if asked > there:
            pair = (asked.milli, there.milli) if name == "cpu" else (asked.value, there.value)
            yield f"{name}, requested: {pair[0]}, allocatable: {pair[1]}"


def _refusal(write: Write, why: str, reason: str) -> Forbidden:
    resource = write.resource
    return Forbidden(
        f'{statuses.qualified(resource)} "{write.name}" is forbidden: {why}',
        Details(name=write.name, group=resource.group, kind=resource.plural, causes=(Cause(reason, ""),)),
    )
