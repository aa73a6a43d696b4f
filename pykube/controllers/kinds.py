"""Every kind that can be deleted, built in, custom or another server's, and the metadata of all their objects.

For what treats all kinds alike: the garbage collector and the end of namespaces. Kinds that other controllers cache
anyway are read from there; of the others only metadata is fetched. Custom kinds come and go with their definitions;
those of other servers are taken from discovery whenever an APIService changes, and now and then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Any, Final

from pykube import errors
from pykube.aio.backoff import Backoff
from pykube.aio.clock import Clock
from pykube.aio.tasks import Supervisor
from pykube.api import (
    apiextensions_v1,
    apiregistration_v1,
    apps_v1,
    batch_v1,
    conditions,
    core_v1,
    discovery_v1,
    meta_v1,
    policy_v1,
    resource_v1,
    scheme,
    storage_v1,
)
from pykube.api.scheme import Resource
from pykube.client.informer import Informer, InformerSet
from pykube.client.metadata import PartialObjectMetadata
from pykube.client.rest import Client

from .discovered import Discovered, Discovery

log = logging.getLogger(__name__)

RESYNC: Final = 30.0
"""Seconds after which discovery is asked again while other servers answer for a group: they may have new resources."""

CACHED: Final[tuple[type, ...]] = (
    core_v1.Endpoints,
    core_v1.Namespace,
    core_v1.Node,
    core_v1.PersistentVolume,
    core_v1.PersistentVolumeClaim,
    core_v1.Pod,
    core_v1.ReplicationController,
    core_v1.ResourceQuota,
    core_v1.Service,
    core_v1.ServiceAccount,
    apps_v1.ControllerRevision,
    apps_v1.DaemonSet,
    apps_v1.Deployment,
    apps_v1.ReplicaSet,
    apps_v1.StatefulSet,
    batch_v1.CronJob,
    batch_v1.Job,
    discovery_v1.EndpointSlice,
    policy_v1.PodDisruptionBudget,
    resource_v1.ResourceClaim,
    storage_v1.StorageClass,
    storage_v1.VolumeAttributesClass,
)
"""Types whose whole objects the controllers and the scheduler keep at hand."""

_EVENTS: Final = "Event"
_NEEDED: Final = frozenset({"list", "watch", "delete"})
Change = Callable[[Resource, meta_v1.ObjectMeta | None, meta_v1.ObjectMeta | None], None]
"""Called with the resource and an object's metadata before and after; None: not there."""


def built_in() -> list[Resource]:
    """One resource per kind; events come and go by themselves."""
    found: dict[str, Resource] = {}
    for resource in scheme.resources:
        if set(resource.verbs) >= _NEEDED and resource.kind != _EVENTS:
            found.setdefault(resource.group_resource, resource)
    return list(found.values())


def of_definition(definition: apiextensions_v1.CustomResourceDefinition) -> Resource | None:
    """The resource that a CustomResourceDefinition serves; None while it does not."""
    if not conditions.is_true(definition.status.conditions, "Established"):
        return None
    served = [version.name for version in definition.spec.versions if version.served]
    stored = [version.name for version in definition.spec.versions if version.served and version.storage]
    if not served:
        return None
    return Resource(
        definition.spec.group,
        (stored or served)[0],
        definition.spec.names.kind,
        definition.spec.names.plural,
        namespaced=definition.spec.scope == "Namespaced",
    )


class Kinds:
    """Watches everything, from `start` on."""

    def __init__(self, client: Client, informers: InformerSet, clock: Clock) -> None:
        self._client = client
        self._shared = informers
        self._clock = clock
        self._tasks = Supervisor(clock)
        self._resources: dict[str, Resource] = {each.group_resource: each for each in built_in()}
        self._informers: dict[str, Informer[Any]] = {}
        self._running: dict[str, asyncio.Task[Any]] = {}
        self._changes: list[Change] = []
        self._definitions = informers.informer(apiextensions_v1.CustomResourceDefinition)
        self._services = informers.informer(apiregistration_v1.APIService)
        self._discovery = Discovery(client)
        self._others: set[str] = set()
        """What of the resources other servers answer for."""
        self._asked = asyncio.Event()
        """Set when discovery is to be asked."""
        self._started = False
        self._following = False

    def on_change(self, change: Change) -> None:
        """Be told of every change of every object."""
        self._changes.append(change)

    async def start(self) -> None:
        """Begin to watch, once; returns when all that is there has been told."""
        if not self._started:
            self._started = True
            for resource in self._resources.values():
                self._watch(resource)
            self._definitions.add_handler(
                on_add=self._defined, on_update=lambda old, new: self._defined(new), on_delete=self._undefined
            )
        await self._definitions.wait_synced()
        for name, informer in list(self._informers.items()):
            if name not in self._others:  # another server may be away for long
                await informer.wait_synced()
        if not self._following:
            self._following = True
            self._services.add_handler(
                on_add=self._registered, on_update=lambda old, new: self._registered(new), on_delete=self._registered
            )
            self._tasks.keep("kinds of other servers", self._follow_others)
            self._tasks.keep("discovery", self._ask_now_and_then)

    def resources(self) -> Iterable[Resource]:
        """All kinds there are, as far as they are watched."""
        return tuple(self._resources.values())

    async def discover(self) -> Discovered:
        """What the API server says it serves at this moment, the core group left out.

        Raises:
            errors.ApiError: it cannot say.
        """
        return await self._discovery.ask()

    def by_kind(self, api_version: str, kind: str) -> Resource | None:
        """The resource that a reference means; any version of its group will do."""
        group = api_version.rpartition("/")[0]
        for resource in self._resources.values():
            if resource.kind == kind and resource.group == group:
                return resource
        return scheme.by_kind(api_version, kind)

    def list(self, resource: Resource, namespace: str = "") -> list[Any]:
        """What the cache has of a resource: objects with at least ``metadata``."""
        informer = self._informers.get(resource.group_resource)
        return informer.list(namespace) if informer is not None else []

    async def close(self) -> None:
        """End the watches of custom kinds."""
        await self._tasks.close()

    def _watch(self, resource: Resource) -> None:
        cls = next(
            (each for each in CACHED if scheme.resource_of(each).group_resource == resource.group_resource), None
        )
        if cls is not None:
            informer: Informer[Any] = self._shared.informer(cls)
        elif resource.kind == "CustomResourceDefinition":
            informer = self._definitions
        elif scheme.by_plural(resource.group, resource.version, resource.plural) is not None:
            informer = self._shared.informer(PartialObjectMetadata, resource=resource)
        else:
            # A custom kind can vanish with its definition, so its watch must be able to end.
            informer = Informer(self._client, PartialObjectMetadata, resource=resource, clock=self._clock)
            self._stop(resource)
            self._running[resource.group_resource] = self._tasks.start(f"informer of {resource.plural}", informer.run())
        self._informers[resource.group_resource] = informer
        informer.add_handler(
            on_add=lambda new: self._tell(resource, None, new.metadata),
            on_update=lambda old, new: self._tell(resource, old.metadata, new.metadata),
            on_delete=lambda old: self._tell(resource, old.metadata, None),
        )

    def _tell(self, resource: Resource, old: meta_v1.ObjectMeta | None, new: meta_v1.ObjectMeta | None) -> None:
        for change in self._changes:
            change(resource, old, new)

    def _defined(self, definition: apiextensions_v1.CustomResourceDefinition) -> None:
        resource = of_definition(definition)
        if resource is not None and self._resources.get(resource.group_resource) != resource:
            self._others.discard(resource.group_resource)
            self._resources[resource.group_resource] = resource
            self._watch(resource)

    def _undefined(self, definition: apiextensions_v1.CustomResourceDefinition) -> None:
        self._forget(f"{definition.spec.names.plural}.{definition.spec.group}")

    def _forget(self, name: str) -> None:
        resource = self._resources.pop(name, None)
        informer = self._informers.pop(name, None)
        if resource is not None:
            self._stop(resource)
        if resource is not None and informer is not None:
            for obj in informer.list():
                self._tell(resource, obj.metadata, None)

    # -- what other servers answer for

    def _registered(self, service: apiregistration_v1.APIService) -> None:
        if service.spec.service is not None:
            self._asked.set()

    async def _ask_now_and_then(self) -> None:
        while True:
            await self._clock.sleep(RESYNC)
            if any(service.spec.service is not None for service in self._services.list()):
                self._asked.set()

    async def _follow_others(self) -> None:
        backoff = Backoff(base=1.0, cap=RESYNC, jitter=0.2)
        while True:
            await self._asked.wait()
            self._asked.clear()
            try:
                found = await self._discovery.ask()
            except errors.ApiError as error:
                log.info("discovery: %s", error.message)
                self._asked.set()
            else:
                self._take(found)
                if found.failures:
                    self._asked.set()
            if self._asked.is_set():
                await self._clock.sleep(backoff.next())
            else:
                backoff.reset()

    def _take(self, found: Discovered) -> None:
        """Watch what is new and let go of what is gone; what cannot be asked about stays as it was."""
        others = {
            name: resource
            for name, resource in found.resources.items()
            if set(resource.verbs) >= _NEEDED
            and resource.kind != _EVENTS
            and (name in self._others or name not in self._resources)
            and not self._defined_here(resource)
        }
        for name in self._others - others.keys():
            if self._resources[name].api_version not in found.failures:
                self._others.discard(name)
                self._forget(name)
        for name, resource in others.items():
            if self._resources.get(name) != resource:
                self._resources[name] = resource
                self._others.add(name)
                self._watch(resource)

    def _defined_here(self, resource: Resource) -> bool:
        """Whether a definition makes the resource; then it comes and goes with it."""
        definition = self._definitions.get(resource.group_resource)
        return definition is not None and of_definition(definition) is not None

    def _stop(self, resource: Resource) -> None:
        task = self._running.pop(resource.group_resource, None)
        if task is not None:
            task.cancel()
