"""Events about a pod, or about one container of it."""

from __future__ import annotations

from pykube.api import core_v1
from pykube.client.events import EventRecorder

from .container import Kind
from .state import PodMachine

_LISTS = {Kind.REGULAR: "containers", Kind.EPHEMERAL: "ephemeralContainers"}


class PodEvents:
    """Records what happens to a pod in the words that ``kubectl describe`` shows."""

    def __init__(self, recorder: EventRecorder) -> None:
        self._recorder = recorder

    def announce(self, machine: PodMachine, type_: str, reason: str, message: str, container: str = "") -> None:
        """Record an Event; `container` names the part of the pod that is meant."""
        self._recorder.event(reference(machine, container), type_, reason, message)


def reference(machine: PodMachine, container: str = "") -> core_v1.ObjectReference:
    """The pod, or with a field path one of its containers."""
    meta = machine.pod.metadata
    found = core_v1.ObjectReference(
        api_version="v1",
        kind="Pod",
        namespace=meta.namespace,
        name=meta.name,
        uid=meta.uid,
        resource_version=meta.resource_version,
    )
    if container and (known := machine.containers.get(container)) is not None:
        found.field_path = f"spec.{_LISTS.get(known.kind, 'initContainers')}{{{container}}}"
    return found
