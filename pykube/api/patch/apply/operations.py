"""The two ways to change an object with managers: update, where the result is given, and apply, where it is made."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from . import field_sets, managers
from .compare import Comparison, compare
from .conflicts import Conflict, ConflictsError
from .field_sets import Fields, difference, intersection, union
from .managers import Managed, Owned, Owner
from .merge import mentioned, merge, remove, with_named_fields
from .nodes import Node

Map = Mapping[str, Any]

BEFORE_APPLY = "before-first-apply"
"""Who owns what was there when nobody counted yet."""

_NEVER_OWNED: Fields = {
    "f:apiVersion": {},
    "f:kind": {},
    "f:metadata": {
        ".": {},
        "f:name": {},
        "f:namespace": {},
        "f:creationTimestamp": {},
        "f:selfLink": {},
        "f:uid": {},
        "f:clusterName": {},
        "f:generation": {},
        "f:managedFields": {},
        "f:resourceVersion": {},
    },
}


class Versions(Protocol):
    """A kind in the versions in which it is served."""

    def node(self, version: str) -> Node | None:
        """The type in a version; None when it is not (or no longer) served."""

    def convert(self, doc: Map, version: str) -> Map:
        """An object in another version; it says itself in which it is."""


@dataclass(frozen=True, slots=True)
class OneVersion:
    """A kind that is served in one version only."""

    api_version: str
    only: Node

    def node(self, version: str) -> Node | None:
        return self.only if version == self.api_version else None

    def convert(self, doc: Map, version: str) -> Map:
        return doc


@dataclass(slots=True, kw_only=True)
class Request:
    """Who changes an object, and through what. Not frozen, as one is made for every write.

    `reset` are the fields that the server puts back whatever a client says in this place (the status, where it has a
    subresource of its own): they belong to nobody who comes this way.
    """

    versions: Versions
    version: str
    manager: str
    now: datetime
    subresource: str = ""
    reset: Fields = field(default_factory=dict)

    @property
    def node(self) -> Node:
        found = self.versions.node(self.version)
        assert found is not None, self.version
        return found

    def owner(self, operation: str) -> Owner:
        return managers.owner(self.manager or "unknown", operation, self.version, self.subresource)


Docs = Callable[[], tuple[Map, Map]]
"""Gives the old and the new state, whole; asked for only when they have to be converted."""


class Differences:
    """How two states of an object differ, in the words of each version that somebody asks for."""

    def __init__(self, request: Request, own: Comparison, docs: Docs) -> None:
        self._request, self._docs = request, docs
        self.own = own.without(request.reset)
        """In the version of the request."""
        self._found: dict[str, Comparison | None] = {request.version: self.own}

    @classmethod
    def between(cls, request: Request, old: Map, new: Map) -> Differences:
        """The differences of two states that are at hand whole."""
        return cls(request, compare(request.node, old, new), lambda: (old, new))

    def at(self, version: str) -> Comparison | None:
        """In another version; None when that is not served."""
        if version not in self._found:
            versions = self._request.versions
            node = versions.node(version)
            self._found[version] = None
            if node is not None:
                old, new = (versions.convert(doc, version) for doc in self._docs())
                self._found[version] = compare(node, old, new)
        return self._found[version]


def created(node: Node, doc: Map) -> Fields:
    """The fields of a new object, which are its creator's; `doc` leaves out those that nobody ever owns."""
    return compare(node, {}, doc).changed


def update(request: Request, managed: Managed, differences: Differences) -> Managed:
    """The managers after an update: whoever changes a field takes it from all others."""
    own = differences.own
    who = request.owner(managers.UPDATE)
    found = _taken(managed, differences, who) if managed else {}
    mine = difference(own.changed, _NEVER_OWNED)
    before = managed.get(who)
    if before is not None:
        kept = before.without((own.removed,))
        if mine:
            mine = union(before.fields if kept is None else kept, mine)
        elif kept:
            found[who] = Owned(kept, before.api_version, before.time)
        elif kept is not None:
            del found[who]
    if mine:
        stored = before.stored if before is not None and mine == before.fields else field_sets.encoded(mine)
        found[who] = Owned(stored, request.version, request.now)
    return managers.cap(found)


def _taken(managed: Managed, differences: Differences, writer: Owner) -> Managed:
    """What is left to the managers, `writer` aside, after the fields that differ are taken from them."""
    found: Managed = {}
    for who, owned in managed.items():
        if who == writer:
            found[who] = owned
            continue
        at = differences.at(owned.api_version)
        if at is None:
            continue
        left = owned.without((at.removed, at.modified, at.added))
        if left is None:
            found[who] = owned
        elif left:
            found[who] = Owned(left, owned.api_version, owned.time)
    return found


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply makes of an object; `doc` is None when the object stays as it is."""

    doc: Map | None
    managed: Managed


def apply(request: Request, live: Map, config: Map, managed: Managed, *, force: bool = False) -> Applied:
    """`config` applied to `live`, an empty dict for an object that is not there yet; neither is modified.

    Raises:
        ConflictsError: fields would change that others own, and `force` is not given.
    """
    if not managed and live:
        before = Request(
            versions=request.versions,
            version=request.version,
            manager=BEFORE_APPLY,
            now=request.now,
            subresource=request.subresource,
            reset=request.reset,
        )
        managed = update(before, {}, Differences.between(before, {}, live))
    node, who = request.node, request.owner(managers.APPLY)
    merged: Map = merge(node, live, config)
    last = managed.get(who)
    mine = difference(mentioned(node, config), request.reset, recursive=True)
    held = {**managed, who: Owned(mine, request.version, last.time if last else None)}
    if last is not None and last.fields:
        merged = _pruned(request, merged, held, last)
    differences = Differences.between(request, live, merged)
    if not force:
        _refuse_conflicts(held, differences, who)
    held = _taken(held, differences, who)
    owned = difference(mine, _NEVER_OWNED)
    unchanged = live == merged
    if owned:
        time = held[who].time if unchanged else request.now
        held[who] = Owned(field_sets.encoded(owned), request.version, time)
    else:
        del held[who]
    return Applied(None if unchanged else merged, held)


def _refuse_conflicts(managed: Managed, differences: Differences, applier: Owner) -> None:
    found: list[Conflict] = []
    for who, owned in managed.items():
        at = differences.at(owned.api_version)
        if who != applier and at is not None and (common := intersection(owned.fields, at.changed)):
            found.extend(Conflict(who, path) for path in field_sets.paths(common))
    if found:
        raise ConflictsError(sorted(found))


def _pruned(request: Request, merged: Map, managed: Managed, last: Owned) -> Map:
    """`merged` without what the applier applied last time, does not apply now, and nobody else owns."""
    versions = request.versions
    node = versions.node(last.api_version)
    if node is None:
        return merged
    base = versions.convert(merged, last.api_version)
    pruned: Map = remove(node, base, with_named_fields(node, last.fields))
    by_version: dict[str, Fields] = {}
    for owned in managed.values():
        by_version[owned.api_version] = union(by_version.get(owned.api_version, {}), owned.fields)
    first = last.api_version
    for version in itertools.chain([first] if first in by_version else [], (v for v in by_version if v != first)):
        base, pruned = _with_owned(versions, base, pruned, version, by_version[version])
    base, pruned = versions.convert(base, first), versions.convert(pruned, first)
    gone = difference(_places(node, base), _places(node, pruned))
    found = remove(node, base, intersection(gone, with_named_fields(node, last.fields)))
    return versions.convert(found, request.version)


def _places(node: Node, doc: Map) -> Fields:
    return with_named_fields(node, mentioned(node, doc))


def _with_owned(versions: Versions, base: Map, pruned: Map, version: str, owned: Fields) -> tuple[Map, Map]:
    """Put back into `pruned` what is owned by somebody in a version."""
    node = versions.node(version)
    if node is None:
        return base, pruned
    base, pruned = versions.convert(base, version), versions.convert(pruned, version)
    kept = union(_places(node, pruned), with_named_fields(node, owned))
    return base, remove(node, base, difference(_places(node, base), kept))
