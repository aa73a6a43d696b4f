"""What the servers behind APIServices say they serve: their discovery and OpenAPI documents, fetched and kept.

Each server is asked when it becomes available or an APIService of it changes, and every minute after that. One that
does not answer, or answers nonsense, is shown as stale and without resources.
Source: kube-aggregator pkg/apiserver (``handler_discovery``), pkg/controllers/openapi and openapiv3.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from pykube.aio.backoff import Backoff
from pykube.aio.clock import Clock
from pykube.aio.tasks import Supervisor
from pykube.errors import ServiceUnavailable

from ..discovery import RemoteVersion
from ..openapi.remote import RemoteV2, RemoteV3
from ..registry import Registry
from . import remote_discovery, remote_openapi
from .alarm import Alarm
from .delegates import Backend, Delegate, Delegates
from .endpoints import addresses
from .source import Source
from .transport import Transport, Unreachable

log = logging.getLogger(__name__)

REFRESH_SECONDS = 60.0
"""How often a server is asked whether it serves something else than before."""
RETRY_SECONDS = 0.5


@dataclass(slots=True)
class _Known:
    """What is known of one server."""

    alarm: Alarm
    task: asyncio.Task[None] | None = None
    discovery: remote_discovery.Discovered = field(default_factory=remote_discovery.Discovered)
    openapi: remote_openapi.Specification = field(default_factory=remote_openapi.Specification)


class Documents:
    """Keeps the documents of all delegates."""

    def __init__(self, registry: Registry, delegates: Delegates, transport: Transport, clock: Clock) -> None:
        self._registry = registry
        self._delegates = delegates
        self._transport = transport
        self._clock = clock
        self.on_discovery: list[Callable[[], None]] = []
        """Called when discovery has something else to tell."""
        self.on_openapi: list[Callable[[], None]] = []
        """Called when OpenAPI has; not when a server comes and goes, as its documents are dear to put together."""
        self._tasks = Supervisor(clock)
        self._known: dict[Backend, _Known] = {}
        self._served: frozenset[tuple[str, Backend]] = frozenset()
        delegates.on_change.append(self._happened)

    def start(self) -> None:
        """Ask the servers there are."""
        self._follow_all()

    async def close(self) -> None:
        """Ask nobody any more."""
        await self._tasks.close()

    # What is known

    def versions(self) -> list[RemoteVersion]:
        """All delegates as discovery shows them."""
        return [self._version(delegate) for delegate in self._delegates.remote.values()]

    def _version(self, delegate: Delegate) -> RemoteVersion:
        known = self._known.get(delegate.backend)
        resources = known.discovery.versions.get((delegate.group, delegate.version)) if known else None
        if resources is None or not delegate.available:
            return RemoteVersion(delegate.group, delegate.version, (), fresh=False)
        return RemoteVersion(delegate.group, delegate.version, tuple(resources), fresh=True)

    def openapi_v2(self) -> list[RemoteV2]:
        """The parts of the delegates' documents that describe their group versions."""
        found = []
        for delegate in self._delegates.remote.values():
            if (known := self._known.get(delegate.backend)) and (part := known.openapi.v2.get(delegate.path)):
                found.append(part)
        return found

    def openapi_v3(self) -> list[RemoteV3]:
        """Where the delegates' documents are found."""
        found = []
        for delegate in self._delegates.remote.values():
            if (known := self._known.get(delegate.backend)) and (part := known.openapi.v3(delegate.path)):
                found.append(part)
        return found

    # Keeping up

    def _happened(self, name: str) -> None:
        delegate = self._delegates.named(name)
        self._follow_all()
        if delegate is not None:
            self._known[delegate.backend].alarm.ring()
        self._transport.keep_only(list(self._delegates.remote.values()))
        _call(self.on_discovery)
        served = frozenset((one.path, one.backend) for one in self._delegates.remote.values())
        if served != self._served:
            self._served = served
            _call(self.on_openapi)

    def _follow_all(self) -> None:
        wanted = {delegate.backend for delegate in self._delegates.remote.values()}
        for backend in self._known.keys() - wanted:
            task = self._known.pop(backend).task
            if task is not None:
                task.cancel()
        for backend in wanted - self._known.keys():
            known = self._known[backend] = _Known(Alarm(self._clock))
            known.task = self._tasks.start(f"documents of {backend}", self._follow(backend, known))

    async def _follow(self, backend: Backend, known: _Known) -> None:
        backoff = Backoff(base=RETRY_SECONDS, cap=REFRESH_SECONDS)
        while True:
            complete = await self._refresh(backend, known)
            if complete:
                backoff.reset()
            await known.alarm.wait(REFRESH_SECONDS if complete else backoff.next())

    async def _refresh(self, backend: Backend, known: _Known) -> bool:
        """Ask a server for everything; whether all of it came. Until it is available there is nothing to ask."""
        delegates = [one for one in self._delegates.remote.values() if one.backend == backend and one.available]
        if not delegates:
            return True
        discovery, openapi = known.discovery.versions, known.openapi.tag
        try:
            source = Source(self._transport, addresses(self._registry, backend)[0])
            known.discovery = await remote_discovery.fetched(source, delegates, known.discovery)
        except (Unreachable, ServiceUnavailable) as error:
            log.warning("discovery of %s: %s", backend, error)
            known.discovery = remote_discovery.Discovered()
        else:
            known.openapi = await remote_openapi.fetched(source, delegates, known.openapi)
        if known.discovery.versions != discovery:
            _call(self.on_discovery)
        if known.openapi.tag != openapi:
            _call(self.on_openapi)
        return all((one.group, one.version) in known.discovery.versions for one in delegates) and known.openapi.complete


def _call(callbacks: list[Callable[[], None]]) -> None:
    for callback in callbacks:
        callback()
