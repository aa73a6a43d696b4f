"""SchedulingGates: a pod waits until its gates are removed (KEP-3521)."""

from __future__ import annotations

from ..plugin import ClusterEvent, Plugin
from ..podinfo import PodInfo


class SchedulingGates(Plugin):
    """Keeps gated pods out of the active queue."""

    name = "SchedulingGates"
    events = frozenset({ClusterEvent.POD_UPDATED})

    def gate(self, pod: PodInfo) -> str:
        gates = [gate.name for gate in pod.pod.spec.scheduling_gates]
        return f"waiting for scheduling gates: [{' '.join(gates)}]" if gates else ""
