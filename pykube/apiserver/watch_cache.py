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
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pykube.api.scheme import Resource

from . import keys, selectable, statuses
from .progress import Progress

log = logging.getLogger(__name__)

EventType = Literal["ADDED", "MODIFIED", "DELETED"]

HISTORY_EVENTS = 4096
"""Changes kept per resource for watches that start in the past."""

HISTORY_BYTES = 8 << 20
"""What those changes may weigh; a change of a large object pushes out many small ones."""

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
        self._history: deque[CacheEvent] = deque()
        self._history_bytes = 0
        self._history_floor = progress.revision
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
        """The object under a store key, or None."""
        return self._objects.get(key)

    def find(self, namespace: str, name: str) -> Cached | None:
        """The object of that name; `namespace` is "" for cluster-scoped resources."""
        return self._objects.get(keys.key(self.prefix, namespace, name))

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

    # Following

    def subscribe(self, callback: Callback, *, namespace: str = "") -> Callable[[], None]:
        """Call back for each present object as ADDED, now, then for each change; returns the way to unsubscribe."""
        for cached in self.snapshot(namespace):
            callback(CacheEvent("ADDED", cached, None))
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
        if revision < self._history_floor:
            raise statuses.too_old_revision(revision, self._history_floor)
        if revision >= self._changed:
            return ()
        found = []
        for event in reversed(self._history):
            if event.revision <= revision:
                break
            found.append(event)
        found.reverse()
        return found

    # Feeding; only the feeder calls these.

    def begin(self, revision: int) -> None:
        """History is known from `revision` on."""
        self._history.clear()
        self._history_bytes = 0
        self._history_floor = self._changed = revision

    def put(self, key: str, value: bytes, revision: int, *, quietly: bool = False) -> None:
        """An object came or changed; `quietly` while filling, before anybody can watch."""
        data = stamp(self.converted(value), revision)
        seen = self.extract(data)
        cached = Cached(key, revision, seen.namespace, seen.name, data, seen.labels, seen.fields)
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
        previous = self._objects.pop(key, None)
        if previous is None:
            return
        del self._keys[bisect.bisect_left(self._keys, key)]
        self._index(None, previous)
        data = restamp(previous.data, previous.revision, revision)
        last = Cached(key, revision, previous.namespace, previous.name, data, previous.labels, previous.fields)
        self._happened(CacheEvent("DELETED", last, previous))

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
        self._remember(event)
        for namespace in ("", event.object.namespace) if event.object.namespace else ("",):
            for callback in tuple(self._callbacks.get(namespace, ())):
                try:
                    callback(event)
                except Exception:
                    log.exception("a follower of %s failed", self.resource.plural)

    def _remember(self, event: CacheEvent) -> None:
        if self._history:
            self._history[-1].forget_frames()
        self._history.append(event)
        self._history_bytes += len(event.object.data)
        while len(self._history) > HISTORY_EVENTS or (self._history_bytes > HISTORY_BYTES and len(self._history) > 1):
            dropped = self._history.popleft()
            self._history_bytes -= len(dropped.object.data)
            self._history_floor = dropped.revision
