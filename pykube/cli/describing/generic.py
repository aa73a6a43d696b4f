"""An object of any kind: its fields as they are, with their names made readable."""

from __future__ import annotations

import re
from typing import Any

from .facts import Facts, Object, date, events, head
from .report import NONE, Report, shorten

HIDDEN = ("apiVersion", "kind", "metadata")
SECRET_DATA = ("data", "stringData")


def describe(facts: Facts) -> Report:
    """Name, labels, every other field, and events."""
    report, document = Report(), facts.document
    head(report, facts, namespaced="namespace" in facts.metadata)
    report.field("API Version", document.get("apiVersion", ""))
    report.field("Kind", document.get("kind", ""))
    report.field("Created", date(facts.metadata.get("creationTimestamp")))
    if owners := facts.metadata.get("ownerReferences"):
        report.field("Owned By", "\n".join(f"{one['kind']}/{one['name']}" for one in owners))
    for name, value in document.items():
        if name in HIDDEN:
            continue
        if document.get("kind") == "Secret" and name in SECRET_DATA:
            _sizes(report, value or {})
        elif document.get("kind") == "ConfigMap":
            _texts(report, name, value or {})
        else:
            _field(report, readable(name), value, 0)
    events(report, facts)
    return report


def readable(name: str) -> str:
    """``podSelector`` as ``Pod Selector``; names that are data are left as they are."""
    if not re.fullmatch(r"[a-z][a-zA-Z0-9]*", name):
        return name
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return words[:1].upper() + words[1:]


def _field(report: Report, label: str, value: Any, level: int) -> None:
    if isinstance(value, dict) and value:
        report.heading(label, level=level)
        for name, item in value.items():
            _field(report, readable(name), item, level + 1)
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        report.heading(label, level=level)
        for index, item in enumerate(value):
            if index:
                report.text("", level=0)
            for name, inner in item.items() if isinstance(item, dict) else enumerate(item):
                _field(report, readable(str(name)), inner, level + 1)
    else:
        report.field(label, _scalar(value), level=level)


def _scalar(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(str(item) for item in value) or NONE
    if isinstance(value, bool):
        return str(value).lower()
    return NONE if value in (None, "", {}) else "\n".join(shorten(line) for line in str(value).split("\n"))


def _sizes(report: Report, data: Object) -> None:
    """Of a Secret only how long each value is."""
    report.heading("Data")
    for key in sorted(data):
        encoded = str(data[key])
        report.field(key, f"{len(encoded) * 3 // 4 - encoded.count('=')} bytes", level=1)


def _texts(report: Report, name: str, data: Any) -> None:
    """A ConfigMap's values may be whole files: each below its key."""
    if not isinstance(data, dict):
        report.field(readable(name), _scalar(data))
        return
    report.heading(readable(name))
    for key in sorted(data):
        report.heading(key, level=1)
        for line in str(data[key]).rstrip("\n").split("\n"):
            report.text(line, level=2)
