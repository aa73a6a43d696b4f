"""Events, in the rules of both of their API versions."""

from __future__ import annotations

from .. import core_v1, events_v1, names
from ..field_errors import Errors, Path, invalid_value, required
from . import checks
from .rules import Rules

_SHORT_MAX = 128
_NOTE_MAX = 1024
_FIXED = (
    ("regarding", "involvedObject"),
    ("reason", "reason"),
    ("note", "message"),
    ("deprecated_source", "source"),
    ("deprecated_first_timestamp", "firstTimestamp"),
    ("deprecated_last_timestamp", "lastTimestamp"),
    ("deprecated_count", "count"),
    ("type", "type"),
    ("event_time", "eventTime"),
    ("action", "action"),
    ("related", "related"),
    ("reporting_controller", "reportingController"),
    ("reporting_instance", "reportingInstance"),
)


def _core(event: core_v1.Event) -> Errors:
    yield from _namespace(event.metadata.namespace, event.involved_object.namespace, timed=event.event_time is not None)
    if event.event_time is not None:
        yield from _reporter(event.reporting_component, "reportingComponent", event.reporting_instance)
        yield from _texts(event.action, event.reason, event.message)
    yield from checks.follows(Path("namespace"), event.metadata.namespace, names.dns_subdomain)


def _namespace(own: str, involved: str, *, timed: bool) -> Errors:
    """An event about an object stands in that object's namespace, one about the cluster in ``default``."""
    if involved and not timed:
        fits = own == involved
    elif involved:
        fits = True
    else:
        fits = own in (("default", "kube-system") if timed else ("", "default"))
    if not fits:
        yield invalid_value(Path("involvedObject.namespace"), involved, "does not match event.namespace")


def _reporter(controller: str, field: str, instance: str) -> Errors:
    if not controller:
        yield required(Path(field))
    yield from checks.follows(Path(field), controller, names.qualified_name)
    yield from _short("reportingInstance", instance)


def _texts(action: str, reason: str, note: str) -> Errors:
    yield from _short("action", action)
    yield from _short("reason", reason)
    if len(note) > _NOTE_MAX:
        yield invalid_value(Path("message"), "", f"can have at most {_NOTE_MAX} characters")


def _short(field: str, value: str) -> Errors:
    if not value:
        yield required(Path(field))
    if len(value) > _SHORT_MAX:
        yield invalid_value(Path(field), "", f"can have at most {_SHORT_MAX} characters")


def _new(event: events_v1.Event) -> Errors:
    timed = event.event_time is not None
    yield from _namespace(event.metadata.namespace, event.regarding.namespace, timed=timed)
    if timed:
        yield from _reporter(event.reporting_controller, "reportingController", event.reporting_instance)
        yield from _texts(event.action, event.reason, event.note)
    yield from _series(event.series)
    if not timed:
        yield required(Path("eventTime"))
    if event.type not in ("Normal", "Warning"):
        yield invalid_value(Path("type"), "", f"has invalid value: {event.type}")
    unset = (
        ("firstTimestamp", event.deprecated_first_timestamp is None),
        ("lastTimestamp", event.deprecated_last_timestamp is None),
        ("count", event.deprecated_count == 0),
        ("source", not event.deprecated_source.component and not event.deprecated_source.host),
    )
    for field, fine in unset:
        if not fine:
            yield invalid_value(Path(field), "", "needs to be unset")


def _series(series: events_v1.EventSeries | None) -> Errors:
    if series is None:
        return
    if series.count < 2:
        yield invalid_value(Path("series.count"), "", "should be at least 2")
    if series.last_observed_time is None:
        yield required(Path("series.lastObservedTime"))


def _changed(new: events_v1.Event, old: events_v1.Event) -> Errors:
    if new.series != old.series:
        yield from _series(new.series)
    for attribute, name in _FIXED:
        yield from checks.immutable(Path(name), getattr(new, attribute), getattr(old, attribute))


CORE = Rules(create=_core)
EVENTS = Rules(create=_new, update=_changed)
