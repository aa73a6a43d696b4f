"""LimitPodHardAntiAffinityTopology: a pod may keep others off its node, but not off a zone."""

from __future__ import annotations

from pykube.api import core_v1

from ... import statuses
from ...write import Operation, Write

HOSTNAME = "kubernetes.io/hostname"


async def limit_pod_hard_anti_affinity_topology(write: Write) -> None:
    """Look at the terms that the scheduler must obey.

    Raises:
        Forbidden: one is about more than a node.
    """
    if not write.is_for("pods") or write.operation not in (Operation.CREATE, Operation.UPDATE):
        return
    pod: core_v1.Pod = write.object
    affinity = pod.spec.affinity
    if affinity is None or affinity.pod_anti_affinity is None:
        return
    for term in affinity.pod_anti_affinity.required_during_scheduling_ignored_during_execution:
        if term.topology_key != HOSTNAME:
            why = (
                f"affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey {term.topology_key} "
                f"but only key {HOSTNAME} is allowed"
            )
            raise statuses.forbidden(write.resource, pod.metadata.name, why)
