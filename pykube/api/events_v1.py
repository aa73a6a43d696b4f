"""``events.k8s.io/v1``: the newer form of Event."""

from __future__ import annotations

from typing import Annotated

from . import core_v1, meta_v1
from .meta_v1 import Time
from .microtime import MicroTime
from .schema import Int32, Required, Struct, always, constant


class Event(Struct):
    """Something that happened to an object, told for people."""

    api_version: str = constant("events.k8s.io/v1")
    kind: str = constant("Event")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    event_time: Annotated[MicroTime | None, Required] = None
    """When it was first noticed, to the microsecond."""
    series: EventSeries | None = None
    """Repetitions; absent for the first time."""
    reporting_controller: str = ""
    """Who told of it."""
    reporting_instance: str = ""
    """Which instance of that program."""
    action: str = ""
    """What was done or refused, as one word."""
    reason: str = ""
    """Why, as one word for programs."""
    regarding: core_v1.ObjectReference = always(core_v1.ObjectReference)
    """The object that it happened to."""
    related: core_v1.ObjectReference | None = None
    """Another object that had a part in it."""
    note: str = ""
    """What happened, for people; up to 1 kB."""
    type: str = ""
    """Normal or Warning."""
    deprecated_source: core_v1.EventSource = always(core_v1.EventSource)
    """Who told of it, in the old form."""
    deprecated_first_timestamp: Time | None = None
    """When it first happened, in the old form."""
    deprecated_last_timestamp: Time | None = None
    """When it last happened, in the old form."""
    deprecated_count: Int32 = 0
    """How often it has happened, in the old form."""


class EventSeries(Struct):
    """Repetitions of an event."""

    count: Annotated[Int32, Required] = always(int)
    """How often it has happened."""
    last_observed_time: Annotated[MicroTime | None, Required] = None
    """When it last happened."""


class EventList(Struct):
    api_version: str = constant("events.k8s.io/v1")
    kind: str = constant("EventList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[Event], Required] = always(list)
