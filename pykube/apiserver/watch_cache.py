"""The present of one resource, held as encoded JSON, and the recent past for those who watch.

A read never decodes: each object is kept as the bytes that are sent, its resourceVersion inside. A GET answers those
bytes, a LIST joins them, a watch event is framed once and the same bytes go to every watcher. Labels and the few
fields that selectors may name are extracted once, when the object arrives.

The cache is fed by one feeder (registry.py) that follows the store in order of revision; everything here runs on the
event loop and never awaits, so a reader always sees one consistent revision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pykube.api.scheme import Resource

EventType = Literal["ADDED", "MODIFIED", "DELETED"]


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


@dataclass(slots=True)
class CacheEvent:
    """One change. For DELETED `object` is the last state, its resourceVersion that of the deletion.

    `previous` is the state before (None for ADDED): watchers with a selector need it to tell entering from leaving.
    """

    type: EventType
    object: Cached
    previous: Cached | None

    @property
    def revision(self) -> int:
        return self.object.revision

    def frame(self, as_type: EventType | None = None) -> bytes:
        """The watch event as a line of JSON; made once per type and shared by all watchers."""
        raise NotImplementedError


Callback = Callable[[CacheEvent], None]
"""Called in the loop, in order of revision; must be quick and must not raise."""


class WatchCache:
    """The objects of one resource."""

    resource: Resource

    @property
    def revision(self) -> int:
        """The store revision up to which this cache has seen everything."""
        raise NotImplementedError

    def get(self, key: str) -> Cached | None:
        """The object under a store key, or None."""
        raise NotImplementedError

    def find(self, namespace: str, name: str) -> Cached | None:
        """The object of that name; `namespace` is "" for cluster-scoped resources."""
        raise NotImplementedError

    def snapshot(self, namespace: str = "", labels: Mapping[str, str] | None = None) -> Sequence[Cached]:
        """All objects, or those of one namespace, or those that carry all of `labels`, sorted by key."""
        raise NotImplementedError

    def subscribe(self, callback: Callback) -> Callable[[], None]:
        """Call back for each present object as ADDED, now, and then for each change; returns the way to unsubscribe."""
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def __iter__(self) -> Iterable[Cached]:
        raise NotImplementedError
