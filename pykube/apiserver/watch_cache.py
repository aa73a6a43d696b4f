"""The present of one resource, held as encoded JSON, and the recent past for those who watch.

A read never decodes: each object is kept as the bytes that are sent, its resourceVersion inside. A GET answers those
bytes, a LIST joins them, a watch event is framed once and the same bytes go to every watcher. Labels and the few
fields that selectors may name are extracted once, when the object arrives.

The cache is fed by one feeder (feeder.py) that follows the store in order of revision; everything here runs on the
event loop and never awaits, so a reader always sees one consistent revision.
"""

from __future__ import annotations

import bisect
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from pykube.api.scheme import CustomResource, Resource
from pykube.store.base import Event
from pykube.store.base import EventType as StoreEventType

from . import keys, selectable, stored_entries
from .corrupt import Corrupt, explain
from .progress import Progress
from .watch_history import WatchHistory

log = logging.getLogger(__name__)

EventType = Literal["ADDED", "MODIFIED", "DELETED"]

_META = b'"metadata":{'
_PREFIXES: Mapping[EventType, bytes] = {
    "ADDED": b'{"type":"ADDED","object":',
    "MODIFIED": b'{"type":"MODIFIED","object":',
    "DELETED": b'{"type":"DELETED","object":',
}
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Cached:
    """One object as it is sent: `data` is its JSON with ``metadata.resourceVersion`` (`revision`) in it.

    `fields` holds what field selectors of its kind may name, ``metadata.name`` and ``metadata.namespace`` included.
    """

    key: str
    revision: int
    namespace: str
    name: str
    data: bytes
    labels: Mapping[str, str]
    fields: Mapping[str, str]


class CacheEvent:
    """One change. For DELETED `object` is the last state, its resourceVersion that of the deletion.

    `previous` is the state before (None for ADDED): watchers with a selector need it to tell entering from leaving.
    """

    __slots__ = ("_frames", "object", "previous", "type")

    def __init__(self, type_: EventType, obj: Cached, previous: Cached | None) -> None:
        self.type: EventType = type_
        self.object = obj
        self.previous = previous
        self._frames: dict[EventType, bytes] | None = None

    @property
    def revision(self) -> int:
        """The store revision of the change."""
        return self.object.revision

    def frame(self, as_type: EventType | None = None) -> bytes:
        """The watch event as a line of JSON; made once per type and shared by all watchers.

        `as_type` DELETED on a change that is none is for a watcher whose selector the object has left: it gets the
        state before, with the resourceVersion of the change, as upstream sends it.
        """
        type_ = as_type or self.type
        if self._frames is None:
            self._frames = {}
        if (frame := self._frames.get(type_)) is None:
            frame = self._frames[type_] = frame_of(type_, self._data(type_))
        return frame

    def seen_as(self, type_: EventType) -> Cached:
        """The object that goes with `frame(type_)`."""
        if type_ == "DELETED" and self.type == "MODIFIED" and self.previous is not None:
            before = self.previous
            data = restamp(before.data, before.revision, self.revision)
            return Cached(before.key, self.revision, before.namespace, before.name, data, before.labels, before.fields)
        return self.object

    def _data(self, type_: EventType) -> bytes:
        return self.seen_as(type_).data

    def forget_frames(self) -> None:
        """Give the memory of the frames back; they are made again when somebody watches from the past."""
        self._frames = None


Callback = Callable[[CacheEvent], None]
"""Called in the loop, in order of revision; must be quick and must not raise."""


def stamp(value: bytes, revision: int) -> bytes:
    """An object as stored, with its resourceVersion put in as the first field of its metadata."""
    at = value.index(_META) + len(_META)
    return b'%b"resourceVersion":"%d",%b' % (value[:at], revision, value[at:])


def restamp(data: bytes, old: int, new: int) -> bytes:
    """A stamped object under another resourceVersion."""
    return data.replace(b'"resourceVersion":"%d"' % old, b'"resourceVersion":"%d"' % new, 1)


def unstamp(data: bytes, revision: int) -> bytes:
    """A stamped object as it lies in the store."""
    return data.replace(b'"resourceVersion":"%d",' % revision, b"", 1)


def frame_of(type_: EventType, data: bytes) -> bytes:
    """One line of a watch."""
    return b"%b%b}\n" % (_PREFIXES[type_], data)


class WatchCache:
    """The objects of one resource.

    `convert` turns a stored value into this resource's version, for resources that share their storage with another
    (events of the core group and of events.k8s.io). `extract` reads what selectors see; built-in kinds have theirs.
    """

    def __init__(
        self,
        resource: Resource,
        progress: Progress,
        *,
        convert: Callable[[bytes], bytes] | None = None,
        extract: selectable.Extract | None = None,
    ) -> None:
        self.resource = resource
        self.prefix = keys.prefix(resource)
        self.extract: selectable.Extract = extract or selectable.extractor(resource)
        self._progress = progress
        self._convert = convert
        self._objects: dict[str, Cached] = {}
        self._keys: list[str] = []
        self._by_label: dict[tuple[str, str], set[str]] = {}
        self.corrupt: dict[str, Corrupt] = {}
        """What lies in the store and cannot be read, by key."""
        self.outdated: AbstractSet[str] = frozenset()
        """Keys of objects that lie in the store in another version than that in which they would be written now."""
        self._history = WatchHistory(progress.revision)
        self._changed = progress.revision
        self._callbacks: dict[str, list[Callback]] = {}

    # Reading

    @property
    def revision(self) -> int:
        """The store revision up to which this cache has seen everything."""
        return self._progress.revision

    @property
    def changed(self) -> int:
        """The revision of the newest change of this resource."""
        return self._changed

    @property
    def progress(self) -> Progress:
        """How far all caches are; awaits a revision."""
        return self._progress

    def key(self, namespace: str, name: str) -> str:
        """The store key of an object."""
        return keys.key(self.prefix, namespace, name)

    def get(self, key: str) -> Cached | None:
        """The object under a store key, or None; raises InternalError for one that cannot be read."""
        found = self._objects.get(key)
        if found is None and key in self.corrupt:
            raise self.corrupt[key].error()
        return found

    def find(self, namespace: str, name: str) -> Cached | None:
        """The object of that name; `namespace` is "" for cluster-scoped resources. Raises as `get`."""
        return self.get(keys.key(self.prefix, namespace, name))

    def snapshot(
        self, namespace: str = "", labels: Mapping[str, str] | None = None, *, start_after: str = "", limit: int = 0
    ) -> Sequence[Cached]:
        """All objects, or those of one namespace, or those that carry all of `labels`, sorted by key.

        `start_after` and `limit` cut a page out.
        """
        prefix = f"{self.prefix}{namespace}/" if namespace else self.prefix
        objects = self._objects
        if labels:
            found = sorted(self._labelled(labels))
            chosen = [key for key in found if key.startswith(prefix)] if namespace else found
        else:
            chosen = self._keys
            if namespace:
                chosen = chosen[bisect.bisect_left(chosen, prefix) : bisect.bisect_right(chosen, prefix + _LAST)]
        if start_after:
            chosen = chosen[bisect.bisect_right(chosen, start_after) :]
        if limit:
            chosen = chosen[:limit]
        return [objects[key] for key in chosen]

    def _labelled(self, labels: Mapping[str, str]) -> set[str]:
        """Keys of the objects that carry all of `labels`."""
        sets = sorted((self._by_label.get(pair, set()) for pair in labels.items()), key=len)
        return set.intersection(*sets)

    def __len__(self) -> int:
        return len(self._objects)

    def __iter__(self) -> Iterator[Cached]:
        return iter(self._objects.values())

    def by_label(self, key: str, value: str) -> Sequence[Cached]:
        """The objects with one label, in no order."""
        return [self._objects[found] for found in self._by_label.get((key, value), ())]

    def converted(self, value: bytes) -> bytes:
        """A stored value in the version that this resource is served in."""
        return self._convert(value) if self._convert else value

    async def load(self, values: Sequence[bytes]) -> Sequence[bytes]:
        """Stored values in the version that this resource is served in, where that may take asking somebody.

        Raises:
            InternalError: it does not work.
        """
        return [self.converted(value) for value in values]

    async def settled(self) -> None:
        """Return when everything that the store has told can be read here, which is at once but for few.

        Raises:
            InternalError: it cannot be converted to the version that is served.
        """

    # Following

    def subscribe(self, callback: Callback, *, namespace: str = "") -> Callable[[], None]:
        """Call back for each present object as ADDED, now, then for each change; returns the way to unsubscribe."""
        for cached in self.snapshot(namespace):
            self._tell(callback, CacheEvent("ADDED", cached, None))
        return self.attach(callback, namespace=namespace)

    def attach(self, callback: Callback, *, namespace: str = "") -> Callable[[], None]:
        """Call back for each change from now on; returns the way to unsubscribe."""
        callbacks = self._callbacks.setdefault(namespace, [])
        callbacks.append(callback)

        def detach() -> None:
            if callback in callbacks:
                callbacks.remove(callback)
                if not callbacks and self._callbacks.get(namespace) is callbacks:
                    del self._callbacks[namespace]

        return detach

    def since(self, revision: int) -> Sequence[CacheEvent]:
        """The changes after `revision`, oldest first.

        Raises:
            Expired: the window kept does not reach back that far.
        """
        return self._history.since(revision)

    # Feeding; only the feeder calls these.

    def begin(self, revision: int) -> None:
        """History is known from `revision` on."""
        self._history = WatchHistory(revision)
        self._changed = revision

    def recall(self, events: Sequence[Event], floor: int) -> None:
        """What happened between `floor` and `begin`, so that watches from before this server's start go on."""
        known: dict[str, Cached] = {}
        found: list[CacheEvent] = []
        for event in events:
            if event.entry.revision > self._history.began:
                break
            try:
                found.append(self._past(event, known))
            except Exception as error:
                log.debug("a change of %s cannot be read: %s", event.entry.key, error)
                found, floor = [], event.entry.revision
        self._history.recall(found, floor)

    def _past(self, event: Event, known: dict[str, Cached]) -> CacheEvent:
        """A change that happened before the cache was filled; `known` are states that were made already."""
        entry, key = event.entry, event.entry.key
        previous = known.get(key)
        if event.previous is not None and (previous is None or previous.revision != event.previous.revision):
            previous = self._made(key, event.previous.value, event.previous.revision)
        if event.type is StoreEventType.PUT:
            present = self._objects.get(key)
            if present is None or present.revision != entry.revision:
                present = self._made(key, entry.value, entry.revision)
            known[key] = present
            return CacheEvent("MODIFIED" if event.previous else "ADDED", present, previous if event.previous else None)
        if previous is None:
            raise ValueError("a deletion of nothing")
        return CacheEvent("DELETED", _gone(previous, entry.revision), previous)

    def _made(self, key: str, value: bytes, revision: int) -> Cached:
        """What a stored value is to readers; raises whatever keeps it from being read."""
        data = stamp(self.converted(value), revision)
        seen = self.extract(data)
        return Cached(key, revision, seen.namespace, seen.name, data, seen.labels, seen.fields)

    def put(self, key: str, value: bytes, revision: int, *, quietly: bool = False) -> None:
        """An object came or changed; `quietly` while filling, before anybody can watch.

        While filling, objects are decoded once, to see that they can be: later ones were written by this server.
        """
        try:
            cached = self._made(key, value, revision)
            if quietly and not isinstance(self.resource, CustomResource):
                stored_entries.decode(self.resource.type, cached.data)
        except Exception as error:
            self._lose(key, revision, explain(value, error))
            return
        if self.corrupt:
            self.corrupt.pop(key, None)
        previous = self._objects.get(key)
        self._objects[key] = cached
        if previous is None:
            if not self._keys or key > self._keys[-1]:
                self._keys.append(key)
            else:
                bisect.insort(self._keys, key)
        self._index(cached, previous)
        if not quietly:
            self._happened(CacheEvent("ADDED" if previous is None else "MODIFIED", cached, previous))

    def remove(self, key: str, revision: int) -> None:
        """An object is gone."""
        self.corrupt.pop(key, None)
        previous = self._objects.pop(key, None)
        if previous is None:
            return
        del self._keys[bisect.bisect_left(self._keys, key)]
        self._index(None, previous)
        self._happened(CacheEvent("DELETED", _gone(previous, revision), previous))

    def _lose(self, key: str, revision: int, why: str) -> None:
        """An object turned into something that cannot be read: to all who follow, it is gone."""
        log.error("the object at %s (revision %d) cannot be read and is left out: %s", key, revision, why)
        WatchCache.remove(self, key, revision)
        self.corrupt[key] = Corrupt(key, revision, why)

    def revision_of(self, key: str) -> int:
        """The revision at which a key is known here, read or not; 0 for one that is not known."""
        known = self._objects.get(key) or self.corrupt.get(key)
        return known.revision if known else 0

    def known(self) -> Sequence[str]:
        """Every key that is known here, read or not."""
        return [*self._objects, *self.corrupt]

    def _index(self, new: Cached | None, old: Cached | None) -> None:
        """Keep the label index; most changes leave labels alone and cost nothing here."""
        if new is not None and old is not None and new.labels == old.labels:
            return
        if old is not None:
            for pair in old.labels.items():
                having = self._by_label[pair]
                having.discard(old.key)
                if not having:
                    del self._by_label[pair]
        if new is not None:
            for pair in new.labels.items():
                self._by_label.setdefault(pair, set()).add(new.key)

    def _happened(self, event: CacheEvent) -> None:
        self._changed = event.revision
        self._history.add(event)
        for namespace in ("", event.object.namespace) if event.object.namespace else ("",):
            for callback in tuple(self._callbacks.get(namespace, ())):
                self._tell(callback, event)

    def _tell(self, callback: Callback, event: CacheEvent) -> None:
        try:
            callback(event)
        except Exception:
            log.exception("a follower of %s failed over %s", self.resource.plural, event.object.key)


def _gone(previous: Cached, revision: int) -> Cached:
    """The last state of an object, with the revision of its deletion."""
    data = restamp(previous.data, previous.revision, revision)
    return Cached(previous.key, revision, previous.namespace, previous.name, data, previous.labels, previous.fields)
