"""The end of a custom kind: its objects go before its definition."""

from __future__ import annotations

import asyncio

from pykube.api import meta_v1
from pykube.api.apiextensions_v1 import CustomResourceDefinitionCondition as Condition
from pykube.errors import NotFound

from .. import deletion
from ..registry import Registry
from ..storage import Storage
from ..watch_cache import CacheEvent, WatchCache
from ..write import Operation, Write

_MESSAGES = {"InstanceDeletionInProgress": "CustomResource deletion is in progress"}


def condition(reason: str) -> Condition:
    """Terminating, for a reason."""
    return Condition(type="Terminating", status="True", reason=reason, message=_MESSAGES[reason])


async def delete_all(storage: Storage, registry: Registry) -> None:
    """Delete every object; those with finalizers stay until somebody removes them.

    Raises:
        InternalError: they cannot be converted from the version in which they lie in the store.
    """
    await storage.cache.settled()
    for cached in storage.cache.snapshot():
        write = Write(Operation.DELETE, storage.resource, cached.namespace, cached.name, registry)
        try:
            await deletion.delete(storage, write, options=meta_v1.DeleteOptions())
        except NotFound:
            continue


async def emptied(cache: WatchCache) -> None:
    """Return when the last object is gone."""
    empty = asyncio.Event()

    def changed(event: CacheEvent) -> None:
        if not len(cache):
            empty.set()

    detach = cache.attach(changed)
    try:
        if len(cache):
            await empty.wait()
    finally:
        detach()
