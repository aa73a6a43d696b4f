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
    series: EventSeries | None = None
    reporting_controller: str = ""
    reporting_instance: str = ""
    action: str = ""
    reason: str = ""
    regarding: core_v1.ObjectReference = always(core_v1.ObjectReference)
    related: core_v1.ObjectReference | None = None
    note: str = ""
    type: str = ""
    deprecated_source: core_v1.EventSource = always(core_v1.EventSource)
    deprecated_first_timestamp: Time | None = None
    deprecated_last_timestamp: Time | None = None
    deprecated_count: Int32 = 0


class EventSeries(Struct):
    count: Annotated[Int32, Required] = always(int)
    last_observed_time: Annotated[MicroTime | None, Required] = None


class EventList(Struct):
    api_version: str = constant("events.k8s.io/v1")
    kind: str = constant("EventList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[Event], Required] = always(list)
