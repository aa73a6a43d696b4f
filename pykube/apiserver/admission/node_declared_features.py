"""NodeDeclaredFeatureValidator: a change of a running pod must be one that its node can make.

Source: KEP-5328; nodes say in ``status.declaredFeatures`` what they can do beyond what every node can.
"""

from __future__ import annotations

from collections.abc import Iterator

from pykube.api import core_v1

from .. import statuses
from ..write import Operation, Write


async def node_declared_features(write: Write) -> None:
    """Compare what an update needs with what the pod's node declares.

    Raises:
        Forbidden: the node cannot do it.
    """
    if write.operation is not Operation.UPDATE or write.resource.group_resource != "pods":
        return
    if write.subresource not in ("", "resize"):
        return
    pod: core_v1.Pod = write.object
    if not pod.spec.node_name or pod.metadata.generation == write.old.metadata.generation:
        return
    needed = list(_needed(pod.spec, write.old.spec))
    if not needed:
        return
    node = write.registry.find(core_v1.Node, pod.spec.node_name)
    if node is None:
        raise statuses.forbidden(write.resource, write.name, f'node "{pod.spec.node_name}" not found')
    if missing := [feature for feature in needed if feature not in node.status.declared_features]:
        why = (
            f'pod update requires features {", ".join(missing)} which are not available on node "{node.metadata.name}"'
        )
        raise statuses.forbidden(write.resource, write.name, why)


def _needed(new: core_v1.PodSpec, old: core_v1.PodSpec) -> Iterator[str]:
    """The features by which nodes tell that they can do what has changed."""
    if new.resources != old.resources:
        yield "InPlacePodLevelResourcesVerticalScaling"
    pairs = zip(new.init_containers, old.init_containers, strict=False)
    if any(one.restart_policy != "Always" and one.resources != other.resources for one, other in pairs):
        yield "InPlacePodVerticalScalingInitContainers"
