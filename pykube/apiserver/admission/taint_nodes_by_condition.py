"""TaintNodesByCondition: a new node takes no pods before it has said that it is ready."""

from __future__ import annotations

from pykube.api import core_v1

from ..write import Operation, Write

NOT_READY = "node.kubernetes.io/not-ready"


async def taint_nodes_by_condition(write: Write) -> None:
    """Add the taint that the node controller takes away."""
    if not write.is_for("nodes") or write.operation is not Operation.CREATE:
        return
    spec: core_v1.NodeSpec = write.object.spec
    if not any((taint.key, taint.effect) == (NOT_READY, "NoSchedule") for taint in spec.taints):
        spec.taints = [*spec.taints, core_v1.Taint(key=NOT_READY, effect="NoSchedule")]
