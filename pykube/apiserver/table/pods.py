"""Rows of pods, and of what carries a pod template in the core group."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .cells import NONE, age, containers, find, labels, name, part
from .duration import since
from .printer import Object, Printer, columns

COMPLETED = {"type": "Completed", "status": "True"}


def pod(item: Object, now: datetime) -> list[Any]:
    """A pod's row; what it says under STATUS is pieced together from the states of its containers."""
    spec, status = item.get("spec") or {}, item.get("status") or {}
    state = PodState(item)
    restarts = str(state.restarts)
    if state.restarts and state.last_restart:
        restarts = f"{state.restarts} ({since(state.last_restart, now)} ago)"
    pod_ips = status.get("podIPs") or ()
    return [
        name(item),
        f"{state.ready}/{state.total}",
        state.reason,
        restarts,
        age(item, now),
        (pod_ips[0].get("ip") if pod_ips else "") or NONE,
        spec.get("nodeName") or NONE,
        status.get("nominatedNodeName") or NONE,
        _readiness_gates(spec, status),
    ]


def pod_conditions(item: Object) -> list[dict[str, str]]:
    """Marks the rows of pods that have ended: kubectl hides them where it is told to."""
    phase = part(item, "status").get("phase")
    if phase == "Succeeded":
        return [{**COMPLETED, "reason": phase, "message": "The pod has completed successfully."}]
    if phase == "Failed":
        return [{**COMPLETED, "reason": phase, "message": "The pod failed."}]
    return []


def _readiness_gates(spec: dict[str, Any], status: dict[str, Any]) -> str:
    gates = spec.get("readinessGates") or ()
    if not gates:
        return NONE
    conditions = status.get("conditions")
    true = sum(find(conditions, gate.get("conditionType", "")).get("status") == "True" for gate in gates)
    return f"{true}/{len(gates)}"


@dataclass(slots=True)
class _Restarts:
    """Restarts, and the latest end that led to one."""

    count: int = 0
    last: str = ""

    def add(self, container: dict[str, Any]) -> None:
        self.count += container.get("restartCount", 0)
        finished = part(container, "lastState", "terminated").get("finishedAt") or ""
        self.last = max(self.last, finished)


class PodState:
    """What the READY, STATUS and RESTARTS columns say of a pod."""

    __slots__ = ("_item", "_sidecars", "_spec", "_status", "last_restart", "ready", "reason", "restarts", "total")

    def __init__(self, item: Object) -> None:
        self._item = item
        self._spec: dict[str, Any] = item.get("spec") or {}
        self._status: dict[str, Any] = item.get("status") or {}
        self._sidecars = {
            one.get("name") for one in self._spec.get("initContainers") or () if one.get("restartPolicy") == "Always"
        }
        self.total = len(self._spec.get("containers") or ()) + len(self._sidecars)
        self.ready = 0
        self.reason = self._status.get("reason") or self._status.get("phase", "")
        if find(self._status.get("conditions"), "PodScheduled").get("reason") == "SchedulingGated":
            self.reason = "SchedulingGated"
        initializing, every, sidecars = self._read_init_containers()
        if not initializing or find(self._status.get("conditions"), "Initialized").get("status") == "True":
            self._read_containers(sidecars)
            every = sidecars
        self.restarts, self.last_restart = every.count, every.last
        self._read_deletion()

    def _read_init_containers(self) -> tuple[bool, _Restarts, _Restarts]:
        """Up to the first that is not done; answers whether there is one, and the restarts seen so far."""
        every, sidecars = _Restarts(), _Restarts()
        for position, container in enumerate(self._status.get("initContainerStatuses") or ()):
            sidecar = container.get("name") in self._sidecars
            every.add(container)
            if sidecar:
                sidecars.add(container)
            terminated = part(container, "state").get("terminated")
            if terminated is not None and not terminated.get("exitCode"):
                continue
            if sidecar and container.get("started"):
                self.ready += bool(container.get("ready"))
                continue
            self.reason = self._init_reason(container, position)
            return True, every, sidecars
        return False, every, sidecars

    def _init_reason(self, container: dict[str, Any], position: int) -> str:
        state = part(container, "state")
        if (terminated := state.get("terminated")) is not None:
            return f"Init:{_end(terminated)}"
        waiting = part(state, "waiting").get("reason")
        if waiting and waiting != "PodInitializing":
            return f"Init:{waiting}"
        return f"Init:{position}/{len(self._spec.get('initContainers') or ())}"

    def _read_containers(self, restarts: _Restarts) -> None:
        """The reason is that of the first container that has one, unless another still runs."""
        running, failure = False, ""
        for container in reversed(self._status.get("containerStatuses") or ()):
            restarts.add(container)
            state = part(container, "state")
            terminated = state.get("terminated")
            if waiting := part(state, "waiting").get("reason"):
                self.reason = waiting
            elif terminated is not None:
                self.reason = _end(terminated)
                if terminated.get("exitCode"):
                    failure = self.reason
            elif container.get("ready") and state.get("running") is not None:
                running = True
                self.ready += 1
        if self.reason == "Completed":
            if running and find(self._status.get("conditions"), "Ready").get("status") == "True":
                self.reason = "Running"
            elif failure:
                self.reason = failure
            elif running:
                self.reason = "NotReady"

    def _read_deletion(self) -> None:
        if not self._item["metadata"].get("deletionTimestamp"):
            return
        if self._status.get("reason") == "NodeLost":
            self.reason = "Unknown"
        elif self._status.get("phase") not in ("Succeeded", "Failed"):
            self.reason = "Terminating"


def _end(terminated: dict[str, Any]) -> str:
    """Why a container ended, in a word."""
    if terminated.get("reason"):
        return str(terminated["reason"])
    if terminated.get("signal"):
        return f"Signal:{terminated['signal']}"
    return f"ExitCode:{terminated.get('exitCode', 0)}"


def pod_template(item: Object, now: datetime) -> list[Any]:
    template = part(item, "template")
    return [name(item), *containers(part(template, "spec")), labels(part(template, "metadata").get("labels"))]


def replication_controller(item: Object, now: datetime) -> list[Any]:
    spec, status = part(item, "spec"), part(item, "status")
    return [
        name(item),
        spec.get("replicas", 0),
        status.get("replicas", 0),
        status.get("readyReplicas", 0),
        age(item, now),
        *containers(part(spec, "template", "spec")),
        labels(spec.get("selector")),
    ]


REPLICAS = {"desired": "integer", "current": "integer", "ready": "integer"}
WIDE = ("Containers", "Images", "Selector")

PRINTERS = {
    ("", "Pod"): Printer(
        columns(
            "Ready",
            "Status",
            "Restarts",
            "Age",
            wide=("IP", "Node", "Nominated Node", "Readiness Gates"),
        ),
        pod,
        pod_conditions,
    ),
    ("", "PodTemplate"): Printer(columns("Containers", "Images", "Pod Labels"), pod_template),
    ("", "ReplicationController"): Printer(
        columns("Desired", "Current", "Ready", "Age", wide=WIDE, **REPLICAS), replication_controller
    ),
}
