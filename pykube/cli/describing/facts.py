"""What a description is made of: the object, its events, and what else had to be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from pykube.apiserver.table import duration

from .report import NONE, Report

Object = dict[str, Any]

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a description may use."""

    document: Object
    now: datetime
    events: Sequence[Object] = ()
    related: dict[str, list[Object]] = field(default_factory=dict)
    """Other objects by the plural of their kind: the pods of a node, the slices of a Service."""

    @property
    def metadata(self) -> Object:
        found: Object = self.document.get("metadata") or {}
        return found

    @property
    def annotations(self) -> dict[str, str]:
        """Without the copy that apply keeps: it says again what the rest says."""
        return {key: value for key, value in (self.metadata.get("annotations") or {}).items() if key != LAST_APPLIED}

    @property
    def spec(self) -> Object:
        found: Object = self.document.get("spec") or {}
        return found

    @property
    def status(self) -> Object:
        found: Object = self.document.get("status") or {}
        return found


def date(text: str | None) -> str:
    """A time as descriptions show it: ``Mon, 02 Jan 2006 15:04:05 +0000``."""
    return format_datetime(datetime.fromisoformat(text).astimezone(UTC)) if text else "<unset>"


def head(report: Report, facts: Facts, *, namespaced: bool = True) -> None:
    """Name, namespace, labels and annotations."""
    report.field("Name", facts.metadata.get("name", ""))
    if namespaced:
        report.field("Namespace", facts.metadata.get("namespace", ""))
    report.mapping("Labels", facts.metadata.get("labels"))
    report.mapping("Annotations", facts.annotations, joint=": ")


def conditions(report: Report, listed: Sequence[Object] | None, *, reasons: bool = False) -> None:
    """The table of conditions."""
    if not listed:
        return
    report.heading("Conditions")
    header = ("Type", "Status", *(("Reason",) if reasons else ()))
    rows = [
        (one.get("type", ""), one.get("status", ""), *((one.get("reason", ""),) if reasons else ())) for one in listed
    ]
    report.table(header, rows)


def events(report: Report, facts: Facts) -> None:
    """The object's events, oldest first."""
    if not facts.events:
        report.field("Events", NONE)
        return
    report.heading("Events")
    rows = [
        (
            one.get("type", ""),
            one.get("reason", ""),
            _age(one, facts.now),
            _source(one),
            " ".join(str(one.get("message") or one.get("note") or "").split()),
        )
        for one in sorted(facts.events, key=_last)
    ]
    report.table(("Type", "Reason", "Age", "From", "Message"), rows)


def _last(event: Object) -> str:
    series = event.get("series") or {}
    return str(
        series.get("lastObservedTime")
        or event.get("lastTimestamp")
        or event.get("eventTime")
        or (event.get("metadata") or {}).get("creationTimestamp")
        or ""
    )


def _age(event: Object, now: datetime) -> str:
    count = (event.get("series") or {}).get("count") or event.get("count") or 1
    last = duration.since(_last(event), now)
    if count < 2:
        return last
    first = event.get("firstTimestamp") or event.get("eventTime") or _last(event)
    return f"{last} (x{count} over {duration.since(first, now)})"


def _source(event: Object) -> str:
    return str((event.get("source") or {}).get("component") or event.get("reportingComponent") or "")
