"""ExtendedResourceToleration: pods that ask for a device may go to nodes that are kept for those."""

from __future__ import annotations

from pykube.api import core_v1
from pykube.api.validation.resources import is_extended

from ...write import Operation, Write


async def extended_resource_toleration(write: Write) -> None:
    """Tolerate the taint that has an extended resource's name."""
    if not write.is_for("pods") or write.operation not in (Operation.CREATE, Operation.UPDATE):
        return
    spec: core_v1.PodSpec = write.object.spec
    wanted = {
        name
        for container in (*spec.containers, *spec.init_containers)
        for name in container.resources.requests
        if is_extended(name)
    }
    for name in sorted(wanted):
        toleration = core_v1.Toleration(key=name, operator="Exists", effect="NoSchedule")
        others = [each for each in spec.tolerations if (each.key, each.effect) != (name, "NoSchedule")]
        if toleration not in spec.tolerations:
            spec.tolerations = [*others, toleration]
