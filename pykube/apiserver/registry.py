"""All objects of the cluster: one watch cache and one storage per resource over one store.

Every write, whether it came over HTTP or from the server itself, goes through the same strategy, admission chain and
validation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from pykube.aio.clock import Clock
from pykube.api import codec, defaults, meta_v1, scheme
from pykube.api.schema import Struct
from pykube.api.scheme import Resource
from pykube.store.base import Store

from . import admission, deletion, keys, statuses
from .conversion import conversion
from .feeder import Feeder
from .progress import Progress
from .resources import catalog
from .resources.strategy import Strategy
from .storage import Storage, ToStored
from .watch_cache import WatchCache
from .watcher import Watcher
from .write import Operation, Write

T = TypeVar("T", bound=Struct)


class Registry:
    """The store and its caches.

    Typed access (`get`, `list`, `create` ...) decodes; it is for the server's own parts (bootstrap, token review,
    admission), not for answering requests. Raises NotFound, AlreadyExists, Conflict, Invalid, Forbidden as the API
    would.
    """

    def __init__(self, store: Store, clock: Clock, pools: catalog.Pools) -> None:
        self.store = store
        self.clock = clock
        self.progress = Progress()
        self.admission = admission.default_chain()
        self.watchers: set[Watcher] = set()
        """The watches that are being served."""
        self._caches: dict[tuple[str, str, str], WatchCache] = {}
        self._storages: dict[tuple[str, str, str], Storage] = {}
        self.on_change: list[Callable[[], None]] = []
        """Called when other resources are served than before."""
        self._served = {_where(resource): resource for resource in scheme.resources}
        strategies = catalog.strategies(pools, self)
        for where, resource in self._served.items():
            if "list" not in resource.verbs:
                continue
            converted = conversion(resource)
            cache = WatchCache(resource, self.progress, convert=converted.load if converted else None)
            self._caches[where] = cache
            self._storages[where] = Storage(
                cache, store, strategies(resource), clock, stored=_to_stored(converted.store) if converted else None
            )
        self._feeder = Feeder(store, self._caches.values(), self.progress, clock)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Fill the caches and follow the store; reads are answered from here on."""
        await self._feeder.fill()
        self._task = asyncio.get_running_loop().create_task(self._feeder.run(), name="feeder")

    async def recall(self) -> None:
        """Let watches go on that were begun before this server's start; call it when all resources are served."""
        await self._feeder.recall()

    async def close(self) -> None:
        """Stop following the store."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    # Resources that come and go

    async def extend(self, storages: Sequence[Storage]) -> None:
        """Serve the versions of a custom resource, all at once, in place of those served before.

        Their caches are filled first. Watches of what is replaced end, as their objects may look different now.
        """
        first = storages[0].resource
        await self._feeder.join(keys.prefix(first), [storage.cache for storage in storages])
        self._forget(first.group, first.plural)
        for storage in storages:
            where = _where(storage.resource)
            self._served[where] = storage.resource
            self._caches[where] = storage.cache
            self._storages[where] = storage
        self._changed()

    def withdraw(self, resource: Resource) -> None:
        """Serve no version of a custom resource any more."""
        self._feeder.leave(keys.prefix(resource))
        self._forget(resource.group, resource.plural)
        self._changed()

    def _forget(self, group: str, plural: str) -> None:
        for where in [found for found in self._served if found[0] == group and found[2] == plural]:
            del self._served[where], self._storages[where]
            cache = self._caches.pop(where)
            for watcher in tuple(self.watchers):
                if watcher.cache is cache:
                    watcher.end()

    def _changed(self) -> None:
        for callback in self.on_change:
            callback()

    # Finding

    def cache(self, resource: Resource | type) -> WatchCache:
        """The watch cache of a resource (or of a type: ``registry.cache(rbac_v1.Role)``), filled and followed."""
        return self._caches[_where(resource)]

    def storage(self, resource: Resource | type) -> Storage:
        """The way to write objects of a resource."""
        return self._storages[_where(resource)]

    def strategy(self, resource: Resource) -> Strategy:
        """What is special about a resource."""
        return self._storages[_where(resource)].strategy

    def resources(self) -> list[Resource]:
        """Every resource served now: the built-in ones in scheme order, then the custom ones."""
        return list(self._served.values())

    def resource(self, group: str, version: str, plural: str) -> Resource | None:
        """The resource behind a path, or None when nothing of that name is served."""
        return self._served.get((group, version, plural))

    # Typed access

    def get(self, cls: type[T], name: str, namespace: str = "") -> T:
        """The object, decoded, its resourceVersion set; raises NotFound."""
        found = self.find(cls, name, namespace)
        if found is None:
            raise statuses.not_found(scheme.resource_of(cls), name)
        return found

    def find(self, cls: type[T], name: str, namespace: str = "") -> T | None:
        """The object, decoded, or None."""
        cached = self.cache(cls).find(namespace, name)
        return codec.decode(cls, cached.data) if cached else None

    def list(self, cls: type[T], namespace: str = "") -> list[T]:
        """All objects of a type, decoded; dear for large kinds: use `cache` with fields and labels where that does."""
        return [codec.decode(cls, cached.data) for cached in self.cache(cls).snapshot(namespace)]

    async def create(self, obj: T) -> T:
        """Create as the server itself (system:apiserver); answers the object as stored."""
        resource = scheme.resource_of(obj)
        obj = codec.copy(obj)
        defaults.apply(obj)
        write = Write(Operation.CREATE, resource, obj_meta(obj).namespace, obj_meta(obj).name, self, object=obj)
        return codec.decode(type(obj), (await self.storage(resource).create(write)).data)

    async def update(self, obj: T, *, subresource: str = "") -> T:
        """Replace; compares resourceVersion when it is set."""
        resource = scheme.resource_of(obj)
        meta = obj_meta(obj)
        write = Write(Operation.UPDATE, resource, meta.namespace, meta.name, self, subresource=subresource)
        written = await self.storage(resource).update(write, lambda _old, _cached: codec.copy(obj))
        return codec.decode(type(obj), written.data)

    async def delete(self, cls: type[T], name: str, namespace: str = "") -> None:
        """Delete, finalizers and graceful deletion honoured."""
        resource = scheme.resource_of(cls)
        write = Write(Operation.DELETE, resource, namespace, name, self)
        await deletion.delete(self.storage(resource), write, options=meta_v1.DeleteOptions())


def obj_meta(obj: Struct) -> meta_v1.ObjectMeta:
    """The metadata of a top-level object."""
    meta = getattr(obj, "metadata")  # noqa: B009 - Struct itself has no metadata; every top-level type does
    assert isinstance(meta, meta_v1.ObjectMeta)
    return meta


def _to_stored(store: Callable[[bytes], bytes]) -> ToStored:
    async def to_stored(value: bytes) -> bytes:
        return store(value)

    return to_stored


def _where(resource: Resource | type) -> tuple[str, str, str]:
    found = resource if isinstance(resource, Resource) else scheme.resource_of(resource)
    return found.group, found.version, found.plural
