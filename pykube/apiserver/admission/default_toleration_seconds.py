"""DefaultTolerationSeconds: pods stay five minutes on a node that is not ready or not reachable."""

from __future__ import annotations

from pykube.api import core_v1

from ..write import Operation, Write

SECONDS = 300
TAINTS = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


async def default_toleration_seconds(write: Write) -> None:
    """Add the tolerations that the pod does not have."""
    if not write.is_for("pods") or write.operation not in (Operation.CREATE, Operation.UPDATE):
        return
    spec: core_v1.PodSpec = write.object.spec
    for taint in TAINTS:
        if not any(_tolerates(toleration, taint) for toleration in spec.tolerations):
            added = core_v1.Toleration(key=taint, operator="Exists", effect="NoExecute", toleration_seconds=SECONDS)
            spec.tolerations = [*spec.tolerations, added]


def _tolerates(toleration: core_v1.Toleration, taint: str) -> bool:
    return toleration.key in ("", taint) and toleration.effect in ("", "NoExecute")
