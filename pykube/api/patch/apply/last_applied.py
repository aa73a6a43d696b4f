"""From client-side to server-side apply, and back: the annotation in which kubectl keeps what it applied last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from .compare import compare
from .conflicts import ConflictsError
from .field_sets import Fields, contains, difference
from .managers import Managed
from .merge import mentioned
from .operations import Applied, Map, Request, apply

ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration"
KUBECTL = "kubectl"
"""The manager for whom the annotation is honoured; who wants none of it takes another name."""

_ANNOTATIONS_MAX = 256 * 1024
"""Bytes that all annotations of an object may have together; the annotation is dropped rather than going beyond."""


def apply_upgrading(request: Request, live: Map, config: Map, managed: Managed, *, force: bool = False) -> Applied:
    """As `operations.apply`; kubectl has no conflict about what it applied itself from the client's side.

    Raises:
        ConflictsError: as there.
    """
    if request.manager != KUBECTL:
        return apply(request, live, config, managed, force=force)
    try:
        done = apply(request, live, config, managed, force=force)
    except ConflictsError as error:
        allowed = _applied_by_client(request, live)
        left = [conflict for conflict in error.conflicts if not contains(allowed, conflict.path)]
        if left:
            raise ConflictsError(left) from None
        done = apply(request, live, config, managed, force=True)
    return Applied(_annotated(live, config, done.doc), done.managed)


def _annotations(doc: Map) -> Mapping[str, str]:
    metadata = doc.get("metadata")
    found = metadata.get("annotations") if isinstance(metadata, dict) else None
    return found if isinstance(found, dict) else {}


def _applied_by_client(request: Request, live: Map) -> Fields:
    """The fields that the annotation holds and that are as it says."""
    try:
        last: Any = msgspec.json.decode(_annotations(live).get(ANNOTATION, ""))
    except msgspec.DecodeError:
        return {}
    if not isinstance(last, dict) or last.get("apiVersion") != request.version:
        return {}
    found = compare(request.node, last, live)
    fields = mentioned(request.node, last)
    for differing in (found.modified, found.added, found.removed):
        fields = difference(fields, differing)
    return fields


def _annotated(live: Map, config: Map, doc: Map | None) -> Map | None:
    """The object with its annotation brought up to date, if it has one."""
    present = doc if doc is not None else live
    annotations = _annotations(present)
    if not annotations.get(ANNOTATION):
        return doc
    others = {name: text for name, text in annotations.items() if name != ANNOTATION}
    text = msgspec.json.encode(_without_annotation(config), order="sorted").decode() + "\n"
    if annotations[ANNOTATION] == text:
        return doc
    size = sum(len(name.encode()) + len(value.encode()) for name, value in others.items())
    if size + len(ANNOTATION) + len(text.encode()) <= _ANNOTATIONS_MAX:
        others[ANNOTATION] = text
    return {**present, "metadata": {**present["metadata"], "annotations": others}}


def _without_annotation(config: Map) -> Map:
    annotations = {name: text for name, text in _annotations(config).items() if name != ANNOTATION}
    metadata = {**config.get("metadata", {}), "annotations": annotations}
    if not annotations:
        del metadata["annotations"]
    return {**config, "metadata": metadata}
