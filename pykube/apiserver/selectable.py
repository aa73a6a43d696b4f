"""What selectors see of an object: its labels, and the few fields that upstream lets each kind be selected by.

They are read by a partial decode that runs in C and skips everything else. The fields per kind are those of upstream's
field label conversions and ``ToSelectableFields``.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Protocol

import msgspec

from pykube.api.scheme import Resource

_FIELDS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("", "pods"): (
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.schedulerName",
        "spec.serviceAccountName",
        "spec.hostNetwork",
        "status.phase",
        "status.podIP",
        "status.nominatedNodeName",
    ),
    ("", "nodes"): ("spec.unschedulable",),
    ("", "secrets"): ("type",),
    ("", "namespaces"): ("status.phase",),
    ("", "services"): ("spec.clusterIP", "spec.type"),
    ("", "replicationcontrollers"): ("status.replicas",),
    ("", "events"): (
        "involvedObject.kind",
        "involvedObject.namespace",
        "involvedObject.name",
        "involvedObject.uid",
        "involvedObject.apiVersion",
        "involvedObject.resourceVersion",
        "involvedObject.fieldPath",
        "reason",
        "reportingComponent",
        "source.component",
        "type",
    ),
    ("events.k8s.io", "events"): (
        "regarding.kind",
        "regarding.namespace",
        "regarding.name",
        "regarding.uid",
        "regarding.apiVersion",
        "regarding.resourceVersion",
        "regarding.fieldPath",
        "reason",
        "reportingController",
        "type",
    ),
    ("apps", "replicasets"): ("status.replicas",),
    ("certificates.k8s.io", "certificatesigningrequests"): ("spec.signerName",),
    ("resource.k8s.io", "resourceslices"): ("spec.nodeName", "spec.driver"),
}

_NUMBERS = frozenset({"status.replicas"})
_BOOLEANS = frozenset({"spec.unschedulable", "spec.hostNetwork"})
_RENAMED: Mapping[str, str] = {"source.component": "source"}
_FALLBACKS: Mapping[str, str] = {"source": "reportingComponent"}
"""Where a field is empty, another counts: newer events have no source but a controller that reports them."""
_ALIASES: Mapping[str, str] = {"spec.host": "spec.nodeName"}


class _Meta(msgspec.Struct, gc=False):
    name: str = ""
    namespace: str = ""
    labels: dict[str, str] | None = None


class _Plain(msgspec.Struct, gc=False):
    metadata: _Meta = msgspec.field(default_factory=_Meta)


@dataclass(frozen=True, slots=True)
class Selectable:
    """What selectors see of one object."""

    namespace: str
    name: str
    labels: Mapping[str, str]
    fields: Mapping[str, str]


class Extract(Protocol):
    """Reads the selectable parts of an encoded object."""

    @property
    def supported(self) -> frozenset[str]:
        """The fields that selectors may name."""

    def __call__(self, data: bytes) -> Selectable: ...


_NO_LABELS: Mapping[str, str] = {}


class Extractor:
    """Reads the selectable parts of the objects of one resource."""

    def __init__(self, resource: Resource) -> None:
        paths = _FIELDS.get((resource.group, resource.plural), ())
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(_probe(paths) if paths else _Plain)
        self._names = tuple(_RENAMED.get(path, path) for path in paths)
        self._fallbacks = [(name, other) for name, other in _FALLBACKS.items() if name in self._names]
        self._read = _reader(paths)
        self._namespaced = resource.namespaced
        base = ("metadata.name", "metadata.namespace") if resource.namespaced else ("metadata.name",)
        self.supported = frozenset(self._names) | set(base)

    def __call__(self, data: bytes) -> Selectable:
        """The selectable parts of an encoded object."""
        probe = self._decoder.decode(data)
        meta = probe.metadata
        fields = {"metadata.name": meta.name}
        if self._namespaced:
            fields["metadata.namespace"] = meta.namespace
        if self._names:
            fields.update(zip(self._names, map(_text, self._read(probe)), strict=True))
            for name, other in self._fallbacks:
                fields[name] = fields[name] or fields[other]
        return Selectable(meta.namespace, meta.name, meta.labels or _NO_LABELS, fields)


def canonical(field: str) -> str:
    """The present name of a field that has an older one too."""
    return _ALIASES.get(field, field)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _reader(paths: tuple[str, ...]) -> Any:
    """A callable that gives the values at `paths` as a tuple."""
    if len(paths) == 1:
        single = attrgetter(paths[0])
        return lambda probe: (single(probe),)
    return attrgetter(*paths) if paths else None


def _probe(paths: tuple[str, ...]) -> type[msgspec.Struct]:
    """A struct that has only metadata and `paths`, missing ones being empty."""
    tree: dict[str, Any] = {}
    for path in paths:
        *parents, leaf = path.split(".")
        place = tree
        for parent in parents:
            place = place.setdefault(parent, {})
        place[leaf] = False if path in _BOOLEANS else 0 if path in _NUMBERS else ""
    return _struct("Probe", tree, metadata=True)


def _struct(name: str, tree: Mapping[str, Any], *, metadata: bool = False) -> type[msgspec.Struct]:
    fields: list[tuple[str, Any, Any]] = []
    if metadata:
        fields.append(("metadata", _Meta, msgspec.field(default_factory=_Meta)))
    for key, value in tree.items():
        if isinstance(value, dict):
            part = _struct(f"{name}_{key}", value)
            fields.append((key, part, msgspec.field(default_factory=part)))
        else:
            fields.append((key, type(value), value))
    return msgspec.defstruct(name, fields, gc=False)


@functools.cache
def extractor(resource: Resource) -> Extractor:
    """The one extractor of a resource."""
    return Extractor(resource)
