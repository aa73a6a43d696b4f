"""PodTopologyLabels: a pod that is given a node carries the node's zone and region, so that it can learn them itself.

Source: KEP-4742.
"""

from __future__ import annotations

from pykube.api import core_v1

from ..write import Operation, Write

LABELS = ("topology.kubernetes.io/zone", "topology.kubernetes.io/region")


async def pod_topology_labels(write: Write) -> None:
    """Label a new pod that has its node already, and the binding of one that has not."""
    if write.operation is not Operation.CREATE or write.resource.group_resource != "pods":
        return
    if not write.subresource:
        node = write.object.spec.node_name
    elif write.subresource == "binding" and write.object.target.kind == "Node":
        node = write.object.target.name
    else:
        return
    found = write.registry.cache(core_v1.Node).find("", node) if node else None
    if found is None:
        return
    labels = {label: found.labels[label] for label in LABELS if label in found.labels}
    if labels:
        write.object.metadata.labels = {**write.object.metadata.labels, **labels}
