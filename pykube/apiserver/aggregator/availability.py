"""Whether the servers behind APIServices are there: the condition ``Available``.

What the objects of the cluster tell is looked at whenever they change; the server itself is asked for its discovery
document every now and then, so that one which hangs or is cut off is noticed. Source: kube-aggregator
pkg/controllers/status.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass

from pykube.aio.backoff import Backoff
from pykube.aio.clock import Clock
from pykube.aio.tasks import Supervisor
from pykube.api import conditions, core_v1
from pykube.api.apiregistration_v1 import APIService, APIServiceCondition
from pykube.api.discovery_v1 import EndpointSlice
from pykube.errors import ApiError, Conflict, NotFound, ServiceUnavailable

from ..registry import Registry
from ..watch_cache import CacheEvent
from .alarm import Alarm
from .delegates import AVAILABLE, Backend, Delegate, Delegates
from .endpoints import SERVICE_LABEL, Address, addresses, has_ready, named_port, slices
from .transport import Transport, Unreachable

log = logging.getLogger(__name__)

RECHECK_SECONDS = 30.0
"""How often a server is asked that answers; also the longest wait before one that does not is asked again."""
RETRY_SECONDS = 0.5
"""How soon a server that does not answer is asked again at first."""
CHECK_SECONDS = 5.0
"""How long a server may take to answer."""
AT_ONCE = 5
"""How many of a server's endpoints are asked at the same time; one that answers is enough."""


_SpokenTo = tuple[Backend, bytes, bool]
"""With whom, and how: when it changes, what was found before counts no more."""


@dataclass(slots=True)
class _Followed:
    """An APIService that is looked at again and again."""

    alarm: Alarm
    task: asyncio.Task[None]
    spoken_to: _SpokenTo


class Availability:
    """Keeps the condition of each APIService that names a service."""

    def __init__(self, registry: Registry, delegates: Delegates, transport: Transport, clock: Clock) -> None:
        self._registry = registry
        self._delegates = delegates
        self._transport = transport
        self._clock = clock
        self._tasks = Supervisor(clock)
        self._followed: dict[str, _Followed] = {}
        self._written: dict[str, bool] = {}
        """What was last said about each: our own writes need no second look."""
        self.lost: Counter[tuple[str, str]] = Counter()
        """How often each APIService became unavailable, by its name and the reason."""

    def start(self) -> None:
        """Follow the APIServices there are, and those to come."""
        self._delegates.on_change.append(self._changed)
        self._registry.cache(core_v1.Service).attach(self._service_happened)
        self._registry.cache(EndpointSlice).attach(self._slice_happened)
        for delegate in list(self._delegates.remote.values()):
            self._changed(delegate.api_service)

    async def close(self) -> None:
        """Look at nothing more."""
        await self._tasks.close()

    def _changed(self, name: str) -> None:
        delegate = self._delegates.named(name)
        followed = self._followed.get(name)
        if delegate is None:
            if followed is not None:
                followed.task.cancel()
                del self._followed[name]
                self._written.pop(name, None)
                self._tasks.start(f"{name} is local", self._say_local(name))
        elif followed is None:
            alarm = Alarm(self._clock)
            task = self._tasks.start(f"availability of {name}", self._follow(name, alarm))
            self._followed[name] = _Followed(alarm, task, _spoken_to(delegate))
        elif followed.spoken_to != _spoken_to(delegate) or self._written.get(name) is not delegate.available:
            followed.spoken_to = _spoken_to(delegate)
            followed.alarm.ring()

    def _service_happened(self, event: CacheEvent) -> None:
        self._ring(event.object.namespace, event.object.name)

    def _slice_happened(self, event: CacheEvent) -> None:
        if self._followed:
            self._ring(event.object.namespace, event.object.labels.get(SERVICE_LABEL, ""))

    def _ring(self, namespace: str, service: str) -> None:
        for delegate in self._delegates.behind(namespace, service):
            if (followed := self._followed.get(delegate.api_service)) is not None:
                followed.alarm.ring()

    async def _follow(self, name: str, alarm: Alarm) -> None:
        """Look again and again at one APIService."""
        backoff = Backoff(base=RETRY_SECONDS, cap=RECHECK_SECONDS)
        while True:
            try:
                passed = await self._check(name)
            except (Conflict, NotFound):
                passed = False
            except ApiError as error:
                log.warning("availability of %s: %s", name, error)
                passed = False
            if passed:
                backoff.reset()
            await alarm.wait(RECHECK_SECONDS if passed else backoff.next())

    async def _check(self, name: str) -> bool:
        """Say what is found of one APIService; whether it is well, or only a change in the cluster can mend it."""
        found = self._registry.find(APIService, name)
        delegate = self._delegates.named(name)
        if found is None or delegate is None:
            return True
        condition = fault(self._registry, delegate.backend)
        asked = condition is None
        if condition is None:
            condition = await self._asked(delegate)
        await self._say(found, condition)
        return condition.status == "True" or not asked

    async def _say(self, found: APIService, condition: APIServiceCondition) -> None:
        now = self._clock.now().replace(microsecond=0)
        if condition.status == "False" and self._written.get(found.metadata.name) is not False:
            self.lost[found.metadata.name, condition.reason] += 1
        self._written[found.metadata.name] = condition.status == "True"
        if conditions.put(found.status.conditions, condition, now):
            log.info("APIService %s: %s: %s", found.metadata.name, condition.reason, condition.message)
            await self._registry.update(found, subresource="status")

    async def _say_local(self, name: str) -> None:
        """An APIService that named a service before and does so no longer is served here."""
        found = self._registry.find(APIService, name)
        if found is not None and found.spec.service is None:
            try:
                await self._say(found, local())
            except ApiError as error:
                log.warning("availability of %s: %s", name, error)

    async def _asked(self, delegate: Delegate) -> APIServiceCondition:
        """What asking the server itself comes to."""
        try:
            found = addresses(self._registry, delegate.backend)[:AT_ONCE]
        except ServiceUnavailable as error:
            return failed(f"failing or missing response from {delegate.backend}: {error}")
        asking = [asyncio.ensure_future(self._ask(delegate, address)) for address in found]
        try:
            for first in asyncio.as_completed(asking):
                if not (why := await first):
                    return APIServiceCondition(
                        type=AVAILABLE, status="True", reason="Passed", message="all checks passed"
                    )
        finally:
            for one in asking:
                one.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
        return failed(why)

    async def _ask(self, delegate: Delegate, address: Address) -> str:
        """Why the server at this address does not answer well; "" when it does."""
        host = f"[{address[0]}]" if ":" in address[0] else address[0]
        url = f"https://{host}:{address[1]}{delegate.path}"
        try:
            answer = await self._transport.fetch(delegate, address, delegate.path, [], CHECK_SECONDS)
        except Unreachable as error:
            return f"failing or missing response from {url}: {error}"
        if not 200 <= answer.status < 300:
            return f"failing or missing response from {url}: bad status from {url}: {answer.status}"
        return ""


def _spoken_to(delegate: Delegate) -> _SpokenTo:
    return delegate.backend, delegate.ca_bundle, delegate.insecure


def fault(registry: Registry, backend: Backend) -> APIServiceCondition | None:
    """What the cluster's objects tell against a service; None when nothing does."""
    where = f'service/{backend.name} in "{backend.namespace}"'
    service = registry.find(core_v1.Service, backend.name, backend.namespace)
    if service is None:
        return _unavailable("ServiceNotFound", f"{where} is not present")
    if service.spec.type not in ("ClusterIP", ""):
        return None
    port = named_port(service, backend.port)
    if port is None:
        return _unavailable("ServicePortError", f"{where} is not listening on port {backend.port}")
    found = slices(registry, backend)
    if not found:
        return _unavailable("EndpointsNotFound", f"cannot find endpointslices for {where}")
    if not any(has_ready(one, port) for one in found):
        return _unavailable("MissingEndpoints", f'endpointslices for {where} have no addresses with port name "{port}"')
    return None


def local() -> APIServiceCondition:
    """What is said of group versions that this server answers for."""
    return APIServiceCondition(
        type=AVAILABLE, status="True", reason="Local", message="Local APIServices are always available"
    )


def failed(message: str) -> APIServiceCondition:
    """What is said of a server that did not answer well."""
    return _unavailable("FailedDiscoveryCheck", message)


def _unavailable(reason: str, message: str) -> APIServiceCondition:
    return APIServiceCondition(type=AVAILABLE, status="False", reason=reason, message=message)
