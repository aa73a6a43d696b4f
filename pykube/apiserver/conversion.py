"""Kinds that are served in two versions and lie in the store in one.

Events lie as core/v1 and are served as events.k8s.io/v1 too; HorizontalPodAutoscalers lie as autoscaling/v2 and are
served as autoscaling/v1 too. Everything else is stored as it is served.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from pykube.api import autoscaling_v1, autoscaling_v2, codec, core_v1, events_v1
from pykube.api.patch.apply import nodes
from pykube.api.patch.apply.nodes import Node
from pykube.api.schema import Struct
from pykube.api.scheme import Resource

from . import autoscaler_versions

Doc = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Conversion:
    """Between the version served and the version stored, both encoded as JSON without resourceVersion."""

    load: Callable[[bytes], bytes]
    store: Callable[[bytes], bytes]


_EVENT_FIELDS: Mapping[str, str] = {
    "involvedObject": "regarding",
    "message": "note",
    "reportingComponent": "reportingController",
    "source": "deprecatedSource",
    "firstTimestamp": "deprecatedFirstTimestamp",
    "lastTimestamp": "deprecatedLastTimestamp",
    "count": "deprecatedCount",
}
"""Names of an event's fields in core/v1, and in events.k8s.io/v1."""

_CORE_FIELDS: Mapping[str, str] = {new: old for old, new in _EVENT_FIELDS.items()}


def _newer_event(doc: Doc) -> dict[str, Any]:
    return {_EVENT_FIELDS.get(key, key): value for key, value in doc.items()} | {"apiVersion": "events.k8s.io/v1"}


def _core_event(doc: Doc) -> dict[str, Any]:
    return {_CORE_FIELDS.get(key, key): value for key, value in doc.items()} | {"apiVersion": "v1"}


def _load_event(value: bytes) -> bytes:
    return codec.encode(codec.from_dict(events_v1.Event, _newer_event(msgspec.json.decode(value))))


def _store_event(value: bytes) -> bytes:
    return codec.encode(codec.from_dict(core_v1.Event, _core_event(msgspec.json.decode(value))))


_CONVERSIONS: Mapping[tuple[str, str, str], Conversion] = {
    ("events.k8s.io", "v1", "events"): Conversion(_load_event, _store_event),
    ("autoscaling", "v1", "horizontalpodautoscalers"): Conversion(autoscaler_versions.load, autoscaler_versions.store),
}


def conversion(resource: Resource) -> Conversion | None:
    """How a resource is converted; None when it is stored as it is served."""
    return _CONVERSIONS.get((resource.group, resource.version, resource.plural))


class TwoVersions:
    """A kind in both of its versions, as those see it who count the owners of fields."""

    def __init__(self, types: tuple[type[Struct], ...], convert: Mapping[str, Callable[[Doc], Doc]]) -> None:
        self._nodes: dict[str, Node] = {
            version: nodes.of_struct(cls) for version, cls in zip(convert, types, strict=True)
        }
        self._convert = convert

    def node(self, version: str) -> Node | None:
        """The type in a version; None when it is not served."""
        return self._nodes.get(version)

    def convert(self, doc: Doc, version: str) -> Doc:
        """An object in another version; it says itself in which it is."""
        return doc if not doc or doc.get("apiVersion") == version else self._convert[version](doc)


_EVENTS = TwoVersions((core_v1.Event, events_v1.Event), {"v1": _core_event, "events.k8s.io/v1": _newer_event})
_AUTOSCALERS = TwoVersions(
    (autoscaling_v1.HorizontalPodAutoscaler, autoscaling_v2.HorizontalPodAutoscaler),
    {"autoscaling/v1": autoscaler_versions.to_v1, "autoscaling/v2": autoscaler_versions.to_v2},
)
VERSIONS: Mapping[type, TwoVersions] = {
    core_v1.Event: _EVENTS,
    events_v1.Event: _EVENTS,
    autoscaling_v1.HorizontalPodAutoscaler: _AUTOSCALERS,
    autoscaling_v2.HorizontalPodAutoscaler: _AUTOSCALERS,
}
"""The kinds that are served in two versions, by the types of both."""
