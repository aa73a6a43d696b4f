"""The ConfigMaps and Secrets that pods of this node refer to: watched one by one, and no others.

An agent may read only what its pods name, so it never lists these kinds. The first reader fetches the object; while a
pod holds a reference the object is followed by a watch of its own, and the pod is told when it changes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from pykube import errors
from pykube.aio.clock import Clock
from pykube.aio.tasks import Supervisor
from pykube.api import core_v1
from pykube.client.informer import Informer
from pykube.client.rest import Client

Reference = tuple[str, str]
"""Kind (``ConfigMap`` or ``Secret``) and name."""

_KINDS: dict[str, type[Any]] = {"ConfigMap": core_v1.ConfigMap, "Secret": core_v1.Secret}


@dataclass(slots=True)
class _Watch:
    informer: Informer[Any]
    task: asyncio.Task[None]
    owners: set[str] = field(default_factory=set)


class References:
    """See the module's text. Owners are pods, by uid."""

    def __init__(self, client: Client, clock: Clock, changed: Callable[[str], None]) -> None:
        """`changed` is called with the uid of each pod that holds an object which has changed."""
        self._client = client
        self._clock = clock
        self._changed = changed
        self._tasks = Supervisor(clock)
        self._watches: dict[tuple[str, str, str], _Watch] = {}
        self._held: dict[str, set[tuple[str, str, str]]] = {}

    async def config_map(self, namespace: str, name: str) -> core_v1.ConfigMap:
        """A ConfigMap.

        Raises:
            errors.ApiError: it does not exist, or cannot be had now.
        """
        found: core_v1.ConfigMap = await self._get("ConfigMap", namespace, name)
        return found

    async def secret(self, namespace: str, name: str) -> core_v1.Secret:
        """A Secret.

        Raises:
            errors.ApiError: it does not exist, or cannot be had now.
        """
        found: core_v1.Secret = await self._get("Secret", namespace, name)
        return found

    async def claim(self, namespace: str, name: str) -> core_v1.PersistentVolumeClaim:
        """A PersistentVolumeClaim.

        Raises:
            errors.ApiError: it does not exist, or cannot be had now.
        """
        return await self._client.get(core_v1.PersistentVolumeClaim, name, namespace)

    async def persistent_volume(self, name: str) -> core_v1.PersistentVolume:
        """A PersistentVolume.

        Raises:
            errors.ApiError: it does not exist, or cannot be had now.
        """
        return await self._client.get(core_v1.PersistentVolume, name)

    async def _get(self, kind: str, namespace: str, name: str) -> Any:
        watch = self._watches.get((kind, namespace, name))
        if watch is not None and watch.informer.synced:
            found = watch.informer.get(name, namespace)
            if found is not None:
                return found
        try:
            return await self._client.get(_KINDS[kind], name, namespace)
        except errors.NotFound as error:
            raise errors.NotFound(f'{kind.lower()} "{name}" not found', error.details) from error

    def hold(self, owner: str, namespace: str, wanted: Iterable[Reference]) -> None:
        """From now on follow exactly these objects for `owner`."""
        keys = {(kind, namespace, name) for kind, name in wanted}
        for key in self._held.get(owner, set()) - keys:
            self._drop(owner, key)
        for key in keys - self._held.get(owner, set()):
            self._watch(key).owners.add(owner)
        self._held[owner] = keys

    def release(self, owner: str) -> None:
        """Follow nothing more for `owner`."""
        for key in self._held.pop(owner, set()):
            self._drop(owner, key)

    def _watch(self, key: tuple[str, str, str]) -> _Watch:
        watch = self._watches.get(key)
        if watch is None:
            kind, namespace, name = key
            informer: Informer[Any] = Informer(
                self._client,
                _KINDS[kind],
                namespace=namespace,
                field_selector=f"metadata.name={name}",
                clock=self._clock,
            )
            task = self._tasks.keep(f"watch of {kind} {namespace}/{name}", informer.run)
            watch = self._watches[key] = _Watch(informer, task)
            informer.add_handler(
                on_add=lambda _: self._tell(key),
                on_update=lambda _, __: self._tell(key),
                on_delete=lambda _: self._tell(key),
            )
        return watch

    def _tell(self, key: tuple[str, str, str]) -> None:
        for owner in tuple(self._watches[key].owners) if key in self._watches else ():
            self._changed(owner)

    def _drop(self, owner: str, key: tuple[str, str, str]) -> None:
        watch = self._watches[key]
        watch.owners.discard(owner)
        if not watch.owners:
            del self._watches[key]
            watch.task.cancel()

    async def close(self) -> None:
        """End all watches."""
        self._watches.clear()
        await self._tasks.close()


def referenced(pod: core_v1.Pod) -> set[Reference]:
    """The objects that the pod's containers take variables from; volumes name theirs themselves."""
    found: set[Reference] = set()
    for container in (*pod.spec.init_containers, *pod.spec.containers):
        for source in container.env_from:
            if source.config_map_ref is not None:
                found.add(("ConfigMap", source.config_map_ref.name))
            if source.secret_ref is not None:
                found.add(("Secret", source.secret_ref.name))
        for variable in container.env:
            origin = variable.value_from
            if origin is not None and origin.config_map_key_ref is not None:
                found.add(("ConfigMap", origin.config_map_key_ref.name))
            if origin is not None and origin.secret_key_ref is not None:
                found.add(("Secret", origin.secret_key_ref.name))
    return found
