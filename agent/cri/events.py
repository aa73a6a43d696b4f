"""Changes of containers as the runtime reports them, so that nobody has to list containers every second.

CRI has GetContainerEvents (containerd from 1.7 on, CRI-O). Older containerd publishes the same changes through its own
Events service on the same socket, which is used where the CRI call is missing.
"""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator
from dataclasses import dataclass

from agent.cri import api_pb2 as pb
from agent.cri import containerd_events_pb2 as containerd_pb
from agent.cri.errors import Unimplemented
from agent.cri.transport import Transport

CRI_EVENTS = "/runtime.v1.RuntimeService/GetContainerEvents"
CONTAINERD_EVENTS = "/containerd.services.events.v1.Events/Subscribe"
_FILTERS = ('namespace==k8s.io,topic=="/tasks/start"', 'namespace==k8s.io,topic=="/tasks/exit"')


class EventKind(enum.Enum):
    """What happened to a container or sandbox."""

    CREATED = 0
    STARTED = 1
    STOPPED = 2
    DELETED = 3


@dataclass(frozen=True, slots=True)
class ContainerEvent:
    """Something happened to the container or sandbox `id`.

    A hint, not a state: the status that the runtime reports may follow the event by some milliseconds, so a reader
    that finds the old state asks again.
    """

    id: str
    kind: EventKind


async def container_events(transport: Transport) -> AsyncIterator[ContainerEvent]:
    """Events from now on, from whichever service the runtime has.

    Raises:
        Unimplemented: it has neither.
        CriError: the connection broke.
    """
    try:
        async for event in transport.stream(CRI_EVENTS, pb.GetEventsRequest(), pb.ContainerEventResponse):
            yield ContainerEvent(event.container_id, EventKind(event.container_event_type))
        return
    except Unimplemented:
        pass
    request = containerd_pb.SubscribeRequest(filters=_FILTERS)
    async for envelope in transport.stream(CONTAINERD_EVENTS, request, containerd_pb.Envelope):
        if found := from_envelope(envelope):
            yield found


def from_envelope(envelope: containerd_pb.Envelope) -> ContainerEvent | None:
    """The event in containerd's envelope; None for the end of a command that ran inside a container."""
    task = containerd_pb.TaskEvent.FromString(envelope.event.value)
    if envelope.topic == "/tasks/exit":
        if task.id and task.id != task.container_id:
            return None
        return ContainerEvent(task.container_id, EventKind.STOPPED)
    return ContainerEvent(task.container_id, EventKind.STARTED)
