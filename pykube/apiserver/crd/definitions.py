"""Follows the CustomResourceDefinitions and lets the server serve what they define.

A definition is worked on by name, one at a time: its names are accepted or not, its resource is served, then its
status says so; and when it is deleted, its objects go first. Whatever state a definition is found in, this goes on
from there.

Source: apiextensions-apiserver, pkg/controller/{status,establish,finalizer}.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from pykube.aio.clock import Clock
from pykube.aio.tasks import Supervisor
from pykube.api import codec, conditions
from pykube.api.apiextensions_v1 import CustomResourceDefinition as Definition
from pykube.api.apiextensions_v1 import CustomResourceDefinitionCondition as Condition
from pykube.api.apiextensions_v1 import CustomResourceDefinitionNames as Names
from pykube.api.scheme import Resource
from pykube.errors import ApiError, Conflict, NotFound

from ..registry import Registry
from ..resources.definition import CLEANUP
from ..storage import Storage
from ..watch_cache import CacheEvent
from ..webhooks.client import WebhookClient
from . import cleanup, kind
from . import names as naming

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
"""When work on a definition has failed, it is tried again after so long."""

_ESTABLISHED = "Established"
_ACCEPTED = "NamesAccepted"


@dataclass(slots=True)
class _Known:
    """What is remembered of a definition, so that not all have to be decoded for each."""

    group: str
    accepted: Names
    settled: bool
    terminating: bool


@dataclass(frozen=True, slots=True)
class _Served:
    """What is served of a definition now, and what it was made from."""

    resource: Resource
    made_from: bytes
    storages: tuple[Storage, ...]


class Definitions:
    """Serves what the definitions of a registry define; the registry must be started."""

    def __init__(self, registry: Registry, clock: Clock, webhooks: WebhookClient) -> None:
        self._registry = registry
        self._webhooks = webhooks
        self._clock = clock
        self._tasks = Supervisor(clock)
        self._known: dict[str, _Known] = {}
        self._served: dict[str, _Served] = {}
        self._waiting: dict[str, None] = {}
        self._wake = asyncio.Event()

    async def start(self) -> None:
        """Serve what is defined already; call before requests are answered."""
        self._registry.cache(Definition).subscribe(self._changed)
        await self._work()

    async def run(self) -> None:
        """Follow the definitions, for ever."""
        while True:
            await self._wake.wait()
            await self._work()

    async def close(self) -> None:
        """Try nothing again."""
        await self._tasks.close()

    def _changed(self, event: CacheEvent) -> None:
        name = event.object.name
        self._enqueue(name)
        if event.type == "DELETED":
            group = self._known.pop(name).group
        else:
            definition = codec.decode(Definition, event.object.data)
            group = definition.spec.group
            self._known[name] = _Known(
                group,
                definition.status.accepted_names,
                conditions.is_true(definition.status.conditions, _ACCEPTED),
                conditions.is_true(definition.status.conditions, "Terminating"),
            )
        for other, known in self._known.items():
            if known.group == group and not known.settled:
                self._enqueue(other)

    def _enqueue(self, name: str) -> None:
        self._waiting[name] = None
        self._wake.set()

    async def _work(self) -> None:
        """Go through all that waits."""
        while self._waiting:
            name = next(iter(self._waiting))
            del self._waiting[name]
            try:
                await self._sync(name)
            except (Conflict, NotFound):
                # Somebody else was quicker; the event of that brings us here again, or there is nothing left to do.
                self._enqueue(name)
            except ApiError as error:
                log.warning("custom resource definition %s: %s", name, error)
                self._tasks.start(f"retry {name}", self._later(name))
            except Exception:
                log.exception("custom resource definition %s cannot be served", name)
                self._tasks.start(f"retry {name}", self._later(name))
        self._wake.clear()

    async def _later(self, name: str) -> None:
        await self._clock.sleep(RETRY_SECONDS)
        self._enqueue(name)

    async def _sync(self, name: str) -> None:
        definition = self._registry.find(Definition, name)
        if definition is None:
            if (served := self._served.pop(name, None)) is not None:
                self._registry.withdraw(served.resource)
            return
        if definition.metadata.deletion_timestamp is not None:
            await self._serve_established(name, definition)
            await self._terminate(name, definition)
            return
        accepted = naming.accept(definition, self._taken(definition.spec.group))
        status = definition.status
        before = codec.encode(status)
        status.accepted_names = accepted.names
        now = self._clock.now().replace(microsecond=0)
        conditions.put(status.conditions, accepted.condition(), now)
        if not accepted.conflicts or conditions.is_true(status.conditions, _ESTABLISHED):
            await self._serve(name, definition)
        conditions.put(status.conditions, _established(definition, conflict=bool(accepted.conflicts)), now)
        if codec.encode(status) != before:
            await self._registry.update(definition, subresource="status")

    async def _serve_established(self, name: str, definition: Definition) -> None:
        """After a restart, definitions that are being deleted have to be served too: their objects still go."""
        if conditions.is_true(definition.status.conditions, _ESTABLISHED) and name not in self._served:
            await self._serve(name, definition)

    async def _serve(self, name: str, definition: Definition) -> None:
        """Serve the definition as it is now, unless that is so already."""
        made_from = codec.encode([definition.spec, definition.status.accepted_names])
        served = self._served.get(name)
        if served is not None and served.made_from == made_from:
            return
        storages = kind.storages(definition, self._registry, lambda: self._is_terminating(name), self._webhooks)
        if storages:
            await self._registry.extend(storages)
            self._served[name] = _Served(storages[0].resource, made_from, tuple(storages))
        elif served is not None:
            del self._served[name]
            self._registry.withdraw(served.resource)

    def _is_terminating(self, name: str) -> bool:
        known = self._known.get(name)
        return known is None or known.terminating

    def _taken(self, group: str) -> naming.Taken:
        return naming.taken_by(known.accepted for known in self._known.values() if known.group == group)

    async def _terminate(self, name: str, definition: Definition) -> None:
        """Delete the objects; when none is left, the definition may go."""
        if CLEANUP not in definition.metadata.finalizers:
            return
        served = self._served.get(name)
        if served is not None:
            progress = cleanup.condition("InstanceDeletionInProgress")
            if conditions.put(definition.status.conditions, progress, self._clock.now().replace(microsecond=0)):
                definition = await self._registry.update(definition, subresource="status")
            storage = served.storages[0]
            await cleanup.delete_all(storage, self._registry)
            if len(storage.cache):
                self._tasks.start(f"end of {name}", self._when_empty(name, storage))
                return
        definition.metadata.finalizers = [one for one in definition.metadata.finalizers if one != CLEANUP]
        await self._registry.update(definition)

    async def _when_empty(self, name: str, storage: Storage) -> None:
        await cleanup.emptied(storage.cache)
        self._enqueue(name)


def _established(definition: Definition, *, conflict: bool) -> Condition:
    """Once established, a definition stays so, whatever becomes of its names."""
    found = conditions.find(definition.status.conditions, _ESTABLISHED)
    if found is not None and found.status == "True":
        return codec.copy(found)
    if conflict:
        return Condition(type=_ESTABLISHED, status="False", reason="NotAccepted", message="not all names are accepted")
    return Condition(
        type=_ESTABLISHED,
        status="True",
        reason="InitialNamesAccepted",
        message="the initial names have been accepted",
    )
