"""An API server in memory, behind the interface of `pykube.client.rest.Client`.

It knows names, versions, conflicts, watches and merge patches; it knows no defaults, validation or admission.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any, TypeVar

from pykube import errors
from pykube.api import codec, selectors
from pykube.client.cache import key_of
from pykube.client.rest import Listing, PatchKind, WatchEvent, WatchType

T = TypeVar("T")


class FakeClient:
    """Stands in for `Client`; what it hands out and takes in is copied."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        """``verb Kind key`` of every call, in order."""
        self.failures: list[errors.ApiError] = []
        """Raised one by one by the next calls."""
        self._objects: dict[tuple[type, str], Any] = {}
        self._version = 0
        self._oldest = 0
        self._history: list[tuple[int, WatchType, Any]] = []
        self._watches: set[asyncio.Queue[Exception | None]] = set()

    @property
    def running_watches(self) -> int:
        return len(self._watches)

    def break_watches(self, error: errors.ApiError | None = None) -> None:
        """End every running watch, with an error as a lost connection does, or quietly as a timeout does."""
        for queue in self._watches:
            queue.put_nowait(error or StopAsyncIteration())

    def compact(self) -> None:
        """Forget all history: watches from an older version are refused."""
        self._oldest = self._version
        self._history.clear()

    async def get(self, cls: type[T], name: str, namespace: str = "", **_: Any) -> T:
        key = f"{namespace}/{name}" if namespace else name
        self._called("get", cls, key)
        return codec.copy(self._held(cls, key))

    async def list(
        self, cls: type[T], namespace: str = "", *, label_selector: str = "", field_selector: str = "", **_: Any
    ) -> Listing[T]:
        self._called("list", cls, namespace)
        matches = self._matcher(cls, namespace, label_selector)
        return Listing([codec.copy(obj) for obj in self._objects.values() if matches(obj)], str(self._version))

    async def create(self, obj: T, **_: Any) -> T:
        new = codec.copy(obj)
        meta: Any = new
        if not meta.metadata.name:
            meta.metadata.name = f"{meta.metadata.generate_name}{self._version + 1}"
        key = key_of(new)
        self._called("create", type(obj), key)
        if (type(obj), key) in self._objects:
            raise errors.AlreadyExists(f"{key} already exists")
        meta.metadata.uid = meta.metadata.uid or f"uid-{self._version + 1}"
        return self._put(WatchType.ADDED, key, new)

    async def update(self, obj: T, *, subresource: str = "", **_: Any) -> T:
        key, new = key_of(obj), codec.copy(obj)
        meta: Any = new
        self._called(f"update{'/' if subresource else ''}{subresource}", type(obj), key)
        held = self._held(type(obj), key)
        if meta.metadata.resource_version not in ("", held.metadata.resource_version):
            raise errors.Conflict(f"{key} has been modified")
        meta.metadata.uid = held.metadata.uid
        return self._put(WatchType.MODIFIED, key, new)

    async def patch(
        self, cls: type[T], name: str, namespace: str = "", *, body: Any, kind: PatchKind = PatchKind.MERGE, **_: Any
    ) -> T:
        key = f"{namespace}/{name}" if namespace else name
        self._called("patch", cls, key)
        if kind is not PatchKind.MERGE:
            raise NotImplementedError("the fake knows merge patches only")
        held = self._held(cls, key)
        return self._put(WatchType.MODIFIED, key, codec.from_dict(cls, _merged(codec.to_dict(held), body)))

    async def delete(self, cls: type, name: str, namespace: str = "", *, uid: str = "", **_: Any) -> None:
        key = f"{namespace}/{name}" if namespace else name
        self._called("delete", cls, key)
        held = self._held(cls, key)
        if uid not in ("", held.metadata.uid):
            raise errors.Conflict(f"{key} is another object now")
        del self._objects[cls, key]
        self._note(WatchType.DELETED, held)

    async def watch(
        self,
        cls: type[T],
        namespace: str = "",
        *,
        resource_version: str = "",
        label_selector: str = "",
        **_: Any,
    ) -> AsyncGenerator[WatchEvent[T], None]:
        self._called("watch", cls, namespace)
        after = int(resource_version or self._version)
        if after < self._oldest:
            raise errors.Expired(f"too old resource version: {after} ({self._oldest})")
        matches = self._matcher(cls, namespace, label_selector)
        queue: asyncio.Queue[Exception | None] = asyncio.Queue()
        self._watches.add(queue)
        try:
            while True:
                for version, kind, obj in self._history[:]:
                    if version > after:
                        after = version
                        if matches(obj):
                            yield WatchEvent(kind, codec.copy(obj))
                signal = await queue.get()
                if isinstance(signal, StopAsyncIteration):
                    return
                if signal is not None:
                    raise signal
        finally:
            self._watches.discard(queue)

    def _called(self, verb: str, cls: type, key: str) -> None:
        self.requests.append(f"{verb} {cls.__name__} {key}".rstrip())
        if self.failures:
            raise self.failures.pop(0)

    def _held(self, cls: type, key: str) -> Any:
        if (cls, key) not in self._objects:
            raise errors.NotFound(f"{cls.__name__} {key} not found")
        return self._objects[cls, key]

    def _put(self, kind: WatchType, key: str, obj: T) -> T:
        self._objects[type(obj), key] = obj
        self._note(kind, obj)
        return codec.copy(obj)

    def _note(self, kind: WatchType, obj: Any) -> None:
        self._version += 1
        obj.metadata.resource_version = str(self._version)
        self._history.append((self._version, kind, codec.copy(obj)))
        for queue in self._watches:
            queue.put_nowait(None)

    def _matcher(self, cls: type, namespace: str, label_selector: str) -> Callable[[Any], bool]:
        selector = selectors.parse_label_selector(label_selector)

        def matches(obj: Any) -> bool:
            meta = obj.metadata
            return type(obj) is cls and namespace in ("", meta.namespace) and selector.matches(meta.labels)

        return matches


def _merged(document: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    found = dict(document) if isinstance(document, dict) else {}
    for name, value in patch.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = _merged(found.get(name), value)
    return found
