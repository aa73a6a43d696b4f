"""A live copy of what the API server holds: list once, watch from there, tell handlers.

The cached objects are shared by everyone who asks and are never changed in place: copy (``codec.copy``) before editing.
``metadata.managedFields`` are not kept: they are as large as the object itself, and the API server takes an update
without them to mean that they stay.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from pykube import errors
from pykube.aio.backoff import Backoff
from pykube.aio.clock import Clock, SystemClock
from pykube.aio.tasks import Supervisor
from pykube.api.scheme import Resource

from .cache import Cache, IndexFunction, key_of
from .interning import share_strings, share_with
from .rest import Listing, WatchEvent, WatchType

log = logging.getLogger(__name__)

T = TypeVar("T")

WATCH_SECONDS = 300.0
"""A watch is asked to end after one to two times this; client-go's figure."""

SHORT_WATCH = 1.0
"""Seconds: a watch that ended sooner without an event counts as a failure, so that no tight loop comes of it."""

BREATH = 200
"""Objects of a list taken in before other tasks get their turn."""


class Source(Protocol):
    """What an informer needs of a client."""

    async def list(
        self,
        cls: type[T],
        namespace: str = "",
        *,
        label_selector: str = "",
        field_selector: str = "",
        resource: Resource | None = None,
    ) -> Listing[T]: ...

    def watch(
        self,
        cls: type[T],
        namespace: str = "",
        *,
        resource_version: str = "",
        label_selector: str = "",
        field_selector: str = "",
        timeout: float | None = None,
        resource: Resource | None = None,
    ) -> AsyncGenerator[WatchEvent[T], None]: ...


@dataclass(frozen=True, slots=True)
class Handler(Generic[T]):
    """Who is told; all of it is called in the event loop and must not block."""

    on_add: Callable[[T], None] | None = None
    on_update: Callable[[T, T], None] | None = None
    on_delete: Callable[[T], None] | None = None

    def tell(self, old: T | None, new: T | None) -> None:
        """Call what fits; an exception is logged, the informer goes on."""
        try:
            if old is None and new is not None and self.on_add:
                self.on_add(new)
            elif old is not None and new is not None and self.on_update:
                self.on_update(old, new)
            elif old is not None and new is None and self.on_delete:
                self.on_delete(old)
        except Exception:
            log.exception("a handler of an informer failed")


class Informer(Generic[T]):
    """The objects of one kind that selectors pick, kept up to date while `run` runs."""

    def __init__(
        self,
        client: Source,
        cls: type[T],
        *,
        namespace: str = "",
        label_selector: str = "",
        field_selector: str = "",
        resource: Resource | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._client = client
        self._cls = cls
        self._namespace = namespace
        self._selectors: dict[str, Any] = {
            "label_selector": label_selector,
            "field_selector": field_selector,
            "resource": resource,
        }
        self._name = resource.plural if resource else cls.__name__
        self._clock = clock or SystemClock()
        self._cache: Cache[T] = Cache()
        self._handlers: list[Handler[T]] = []
        self._synced = asyncio.Event()
        self._version = ""

    @property
    def synced(self) -> bool:
        """Whether the first list has arrived."""
        return self._synced.is_set()

    async def wait_synced(self) -> None:
        """Return once the first list has arrived and all handlers were told of it."""
        await self._synced.wait()

    def add_handler(
        self,
        *,
        on_add: Callable[[T], None] | None = None,
        on_update: Callable[[T, T], None] | None = None,
        on_delete: Callable[[T], None] | None = None,
    ) -> None:
        """Be told of changes; of objects already known, at once, as additions."""
        handler = Handler(on_add, on_update, on_delete)
        self._handlers.append(handler)
        for obj in self._cache.list():
            handler.tell(None, obj)

    def add_index(self, name: str, function: IndexFunction) -> None:
        """Find objects by the values that `function` gives for them, with `by_index`."""
        self._cache.add_index(name, function)

    def get(self, name: str, namespace: str = "") -> T | None:
        """One object."""
        return self._cache.get(f"{namespace}/{name}" if namespace else name)

    def get_key(self, key: str) -> T | None:
        """One object by ``namespace/name``."""
        return self._cache.get(key)

    def by_index(self, name: str, value: str) -> list[T]:
        """The objects under `value` of an index; ``namespace`` is always there."""
        return self._cache.by_index(name, value)

    def list(self, namespace: str = "") -> list[T]:
        """All objects, or those of one namespace."""
        return self._cache.list(namespace)

    def __len__(self) -> int:
        return len(self._cache)

    async def run(self) -> None:
        """Follow the API server until cancelled, whatever becomes of it meanwhile."""
        backoff = Backoff(base=0.2, cap=30.0, jitter=0.5)
        while True:
            began = self._clock.monotonic()
            try:
                if not self._version:
                    await self._relist()
                seen = await self._follow()
                failed = not seen and self._clock.monotonic() - began < SHORT_WATCH
            except (errors.Expired, errors.Gone) as error:
                log.info("watch of %s: %s; listing again", self._name, error.message)
                self._version = ""
                failed = True
            except errors.ApiError as error:
                level = logging.DEBUG if backoff.failures else logging.WARNING  # once for each outage
                log.log(level, "watch of %s: %s", self._name, error.message)
                if isinstance(error, errors.Timeout):  # "Too large resource version": the server's store was replaced
                    self._version = ""
                failed = True
            if failed and self._clock.monotonic() - began < backoff.cap:
                await self._clock.sleep(backoff.next())
            else:
                backoff.reset()

    async def _relist(self) -> None:
        """Make the cache what the server lists, telling handlers of each difference."""
        listing = await self._client.list(self._cls, self._namespace, **self._selectors)
        gone = self._cache.keys()
        for count, obj in enumerate(listing.items, 1):
            key = key_of(obj)
            gone.discard(key)
            self._put(key, obj)
            if count % BREATH == 0:
                await self._clock.sleep(0)
        for key in gone:
            self._remove(key)
        self._version = listing.resource_version
        self._synced.set()

    async def _follow(self) -> bool:
        """Watch until the server ends it; whether anything came."""
        seen = False
        timeout = WATCH_SECONDS * (1 + random.random())
        events = self._client.watch(
            self._cls, self._namespace, resource_version=self._version, timeout=timeout, **self._selectors
        )
        async with aclosing(events):
            async for event in events:
                seen = True
                meta: Any = event.object
                self._version = meta.metadata.resource_version
                if event.type is WatchType.DELETED:
                    self._remove(key_of(event.object), last=event.object)
                elif event.type is not WatchType.BOOKMARK:
                    self._put(key_of(event.object), event.object)
        return seen

    def _put(self, key: str, obj: Any) -> None:
        old: Any = self._cache.get(key)
        if old is not None:
            if old.metadata.resource_version == obj.metadata.resource_version:
                return
            if old.metadata.uid != obj.metadata.uid:  # deleted and made again while we did not look
                self._remove(key)
                old = None
        if obj.metadata.managed_fields:
            obj.metadata.managed_fields = []
        if old is None:
            share_strings(obj)
        else:
            share_with(old, obj)
        self._cache.put(key, obj)
        self._tell(old, obj)

    def _remove(self, key: str, last: T | None = None) -> None:
        """Let go of `key`; handlers are given the object's `last` state where the server told it."""
        old = self._cache.remove(key)
        if old is not None:
            self._tell(last or old, None)

    def _tell(self, old: T | None, new: T | None) -> None:
        for handler in self._handlers:
            handler.tell(old, new)


class InformerSet:
    """One shared informer for each kind and selection that is asked for."""

    def __init__(self, client: Source, clock: Clock | None = None) -> None:
        self._client = client
        self._clock = clock or SystemClock()
        self._informers: dict[tuple[Any, ...], Informer[Any]] = {}
        self._tasks: Supervisor | None = None

    def informer(
        self,
        cls: type[T],
        *,
        namespace: str = "",
        label_selector: str = "",
        field_selector: str = "",
        resource: Resource | None = None,
    ) -> Informer[T]:
        """The informer for this selection; the same one for the same question."""
        key = (cls, namespace, label_selector, field_selector, resource and resource.gvk)
        if (found := self._informers.get(key)) is None:
            found = self._informers[key] = Informer(
                self._client,
                cls,
                namespace=namespace,
                label_selector=label_selector,
                field_selector=field_selector,
                resource=resource,
                clock=self._clock,
            )
            if self._tasks is not None:
                self._tasks.keep(f"informer of {cls.__name__}", found.run)
        return found

    async def run(self) -> None:
        """Run all informers, also those asked for later, until cancelled."""
        self._tasks = Supervisor(self._clock)
        for key, informer in self._informers.items():
            self._tasks.keep(f"informer of {key[0].__name__}", informer.run)
        try:
            await asyncio.Event().wait()
        finally:
            await self._tasks.close()
            self._tasks = None

    async def wait_synced(self) -> None:
        """Return once every informer asked for so far has its first list."""
        await asyncio.gather(*(informer.wait_synced() for informer in self._all()))

    def _all(self) -> Iterable[Informer[Any]]:
        return tuple(self._informers.values())
