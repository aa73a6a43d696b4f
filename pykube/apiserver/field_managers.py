"""Who owns the fields of stored objects: ``metadata.managedFields`` on creates, updates and applies.

Only what a write changes is looked at: fields that are equal before and after cost one comparison in C.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pykube.aio.clock import Clock
from pykube.api import codec
from pykube.api.custom import CustomObject
from pykube.api.meta_v1 import ManagedFieldsEntry
from pykube.api.patch.apply import field_sets, managers, nodes
from pykube.api.patch.apply.compare import Comparison, compare
from pykube.api.patch.apply.conflicts import ConflictsError
from pykube.api.patch.apply.field_sets import Fields, is_member
from pykube.api.patch.apply.last_applied import apply_upgrading
from pykube.api.patch.apply.nodes import Node
from pykube.api.patch.apply.operations import Differences, OneVersion, Request, Versions, created, update
from pykube.api.schema import Struct, fields_of

from . import stored_entries
from .conversion import VERSIONS
from .model import Model
from .resources.strategy import Strategy
from .watch_cache import Cached
from .write import FieldManager, Write

Entries = list[ManagedFieldsEntry]

RESET = ManagedFieldsEntry()
"""A single empty entry: the client wants nobody to own anything, from here on."""


def versions_of(model: Model) -> Versions:
    """A kind as apply sees it when nothing more is known than how it is read."""
    if (two := VERSIONS.get(model.type)) is not None:
        return two
    if issubclass(model.type, Struct):
        return OneVersion(model.api_version, nodes.of_struct(model.type))
    return OneVersion(model.api_version, nodes.of_custom())


class Tracker:
    """The field managers of one resource's objects."""

    def __init__(self, model: Model, strategy: Strategy, clock: Clock, versions: Versions | None = None) -> None:
        self._model = model
        self._strategy = strategy
        self._clock = clock
        self._versions = versions or versions_of(model)

    @property
    def node(self) -> Node:
        """The type in the version that is served here."""
        found = self._versions.node(self._model.api_version)
        assert found is not None, self._model.api_version
        return found

    def _request(self, manager: FieldManager, subresource: str) -> Request:
        return Request(
            versions=self._versions,
            version=self._model.api_version,
            manager=manager.name,
            subresource=manager.subresource,
            now=self._clock.now().replace(microsecond=0),
            reset=self._strategy.reset_fields(subresource),
        )

    def created(self, write: Write, given: Entries) -> Entries:
        """The entries of a new object; `given` are those that came with it."""
        if write.manager is None:
            return []
        if write.manager.applies:
            return given
        doc = _owned_of(write.object, self._strategy.reset_fields(write.subresource))
        if given:
            request = self._request(write.manager, write.subresource)
            return managers.write(update(request, _base(given, []), Differences.between(request, {}, doc)))
        fields = created(self.node, doc)
        return [self._entry(write.manager, fields)] if fields else []

    def _entry(self, manager: FieldManager, fields: Fields) -> ManagedFieldsEntry:
        return ManagedFieldsEntry(
            manager=manager.name,
            operation=managers.UPDATE,
            api_version=self._model.api_version,
            time=self._clock.now().replace(microsecond=0),
            fields_type=managers.FIELDS_V1,
            fields_v1=field_sets.encoded(fields),
            subresource=manager.subresource,
        )

    def updated(self, write: Write, new: Any, old: Any, given: Entries) -> Entries:
        """The entries of an object after an update; `given` are those that came with it, as clients send them back.

        Objects that nobody has counted the owners of so far stay so, until they are applied.
        """
        before: Entries = old.metadata.managed_fields
        if write.manager is None:
            return before
        if write.manager.applies:
            return given
        base = _base([] if write.subresource else given, before)
        if not base:
            return []
        request = self._request(write.manager, write.subresource)
        found = _changes(self.node, old, new, request.reset)
        if not (found.removed or found.modified or found.added):
            return managers.write(base) if given and given is not before else before
        differences = Differences(request, found, lambda: (codec.to_dict(old), codec.to_dict(new)))
        return managers.write(update(request, base, differences))

    def applied(self, write: Write, cached: Cached | None, config: Mapping[str, Any], *, force: bool) -> dict[str, Any]:
        """What applying `config` makes of an object, or of nothing, as plain data with its entries.

        Raises:
            Conflict: others own fields that would change.
        """
        assert write.manager is not None
        request = self._request(write.manager, write.manager.subresource)
        data, entries = stored_entries.split(cached.data) if cached else (b"{}", b"")
        live = msgspec.json.decode(data)
        managed = managers.read(stored_entries.read(entries))
        try:
            done = apply_upgrading(request, live, config, managed, force=force)
        except ConflictsError as error:
            raise error.to_api() from None
        doc = dict(live if done.doc is None else done.doc)
        doc["metadata"] = {**doc.get("metadata", {}), "managedFields": codec.to_dict(managers.write(done.managed))}
        return doc


def _base(given: Entries, before: Entries) -> managers.Managed:
    """Who owned what before a write: as the client says if it does and makes sense, else as it is stored."""
    if given == [RESET]:
        return {}
    if given and given is not before and codec.encode(given) != codec.encode(before):
        try:
            return managers.checked(given)
        except (ValueError, msgspec.DecodeError):
            pass
    return managers.read(before)


def _changes(node: Node, old: Any, new: Any, reset: Fields) -> Comparison:
    """What differs between two objects, entries of managers aside; only fields that do are looked into."""
    metadata = old.metadata
    entries, metadata.managed_fields = metadata.managed_fields, []
    try:
        before, after = _differing(old, new, reset)
    finally:
        metadata.managed_fields = entries
    return compare(node, before, after)


def _owned_of(obj: Any, reset: Fields) -> dict[str, Any]:
    """A new object as plain data, without what nobody can own."""
    found: dict[str, Any] = {}
    if isinstance(obj, CustomObject):
        found.update(obj.content)
    else:
        cls: type[Struct] = type(obj)
        for name, info in fields_of(cls).items():
            if name not in _HEAD and not is_member(reset.get(f"f:{name}", _NOT_RESET)):
                _put(found, name, getattr(obj, info.attribute))
    metadata = obj.metadata
    mine = {name: value for name, attribute in _OWNED_METADATA if (value := getattr(metadata, attribute))}
    if mine:
        found["metadata"] = codec.to_dict(mine)
    return found


_HEAD = ("apiVersion", "kind", "metadata")
_OWNED_METADATA = (
    ("annotations", "annotations"),
    ("finalizers", "finalizers"),
    ("generateName", "generate_name"),
    ("labels", "labels"),
    ("ownerReferences", "owner_references"),
)
"""What a client says about a new object in metadata and owns; everything else there is the server's."""


def _differing(old: Any, new: Any, reset: Fields) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields in which two objects differ, as plain data; those that the server resets anyway are left out."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name, was, is_ in _pairs(old, new):
        if is_member(reset.get(f"f:{name}", _NOT_RESET)) or was == is_:
            continue
        if isinstance(is_, Struct) and type(was) is type(is_):
            before[name], after[name] = _differing_parts(was, is_)
        else:
            _put(before, name, was)
            _put(after, name, is_)
    return before, after


def _differing_parts(was: Struct, is_: Struct) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two structs of one type as plain data, without the fields in which they are equal."""
    cls = type(is_)
    names = [name for name in cls.__struct_fields__ if getattr(was, name) != getattr(is_, name)]
    return (
        codec.to_dict(cls(**{name: getattr(was, name) for name in names})),
        codec.to_dict(cls(**{name: getattr(is_, name) for name in names})),
    )


_NOT_RESET: Fields = {"f:": {}}


def _pairs(old: Any, new: Any) -> Sequence[tuple[str, Any, Any]]:
    if isinstance(new, CustomObject):
        names = {**old.content, **new.content}
        found = [(name, old.content.get(name), new.content.get(name)) for name in names]
        return [("metadata", old.metadata, new.metadata), *found]
    cls: type[Struct] = type(new)
    fields = fields_of(cls)
    return [
        (name, getattr(old, info.attribute), getattr(new, info.attribute))
        for name, info in fields.items()
        if name not in ("apiVersion", "kind")
    ]


def _put(doc: dict[str, Any], name: str, value: Any) -> None:
    """As encoding would: without what is empty."""
    if isinstance(value, Struct) or value:
        doc[name] = codec.to_dict(value)


def only_times_differ(new: Any, old: Any) -> bool:
    """Whether a write would change nothing but since when somebody owns what was owned already."""
    if new.metadata.managed_fields is old.metadata.managed_fields:
        return False
    for name, was, is_ in reversed(_pairs(old, new)):
        if name != "metadata" and was != is_:
            return False
    return managers.same_but_times(new.metadata.managed_fields, old.metadata.managed_fields)
