"""All objects of the cluster: one watch cache per resource over one store, and the typed way to write.

Every write, whether it came over HTTP or from the server itself, goes through `create`, `update` and `delete` here:
one strategy, one admission chain, one validation.
"""

from __future__ import annotations

from typing import TypeVar

from pykube.api.scheme import Resource

from .watch_cache import WatchCache

T = TypeVar("T")


class Registry:
    """The store and its caches.

    Typed access (`get`, `list`, `create` ...) decodes; it is for the server's own parts (bootstrap, token review,
    admission), not for answering requests. Raises NotFound, AlreadyExists, Conflict, Invalid, Forbidden as the API
    would.
    """

    def cache(self, resource: Resource | type) -> WatchCache:
        """The watch cache of a resource (or of a type: ``registry.cache(rbac_v1.Role)``), filled and followed."""
        raise NotImplementedError

    def resources(self) -> list[Resource]:
        """Every resource served now, in scheme order."""
        raise NotImplementedError

    def resource(self, group: str, version: str, plural: str) -> Resource | None:
        """The resource behind a path, or None when nothing of that name is served."""
        raise NotImplementedError

    def get(self, cls: type[T], name: str, namespace: str = "") -> T:
        """The object, decoded, its resourceVersion set; raises NotFound."""
        raise NotImplementedError

    def find(self, cls: type[T], name: str, namespace: str = "") -> T | None:
        """The object, decoded, or None."""
        raise NotImplementedError

    def list(self, cls: type[T], namespace: str = "") -> list[T]:
        """All objects of a type, decoded; dear for large kinds: use `cache` with fields and labels where that does."""
        raise NotImplementedError

    async def create(self, obj: T) -> T:
        """Create as the server itself (system:apiserver); answers the object as stored."""
        raise NotImplementedError

    async def update(self, obj: T, *, subresource: str = "") -> T:
        """Replace; compares resourceVersion when it is set."""
        raise NotImplementedError

    async def delete(self, cls: type[T], name: str, namespace: str = "") -> None:
        """Delete, finalizers and graceful deletion honoured."""
        raise NotImplementedError
