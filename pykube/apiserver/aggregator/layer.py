"""The aggregation layer as a whole: what it adds to the request path, and what it keeps up beside it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from aiohttp import web

from pykube.aio.clock import Clock
from pykube.aio.tasks import Supervisor
from pykube.pki.server import ServerPki

from ..registry import Registry
from ..request import Context, Handler
from .availability import Availability
from .delegates import Delegate, Delegates
from .documents import Documents
from .metrics import AggregationMetrics
from .proxy import Proxy
from .registration import Registration
from .transport import Transport
from .trust import Trust


class Aggregation:
    """Everything about group versions that others answer for; the registry must be started."""

    def __init__(self, registry: Registry, pki: ServerPki, clock: Clock) -> None:
        own = pki.front_proxy_client
        self._registry = registry
        self._clock = clock
        self._transport = Transport(own.certificate, own.key)
        self.delegates = Delegates(registry)
        self._proxy = Proxy(registry, self._transport)
        self.documents = Documents(registry, self.delegates, self._transport, clock)
        self._availability = Availability(registry, self.delegates, self._transport, clock)
        self._trust = Trust(registry, clock, pki.ca_file.read_bytes(), pki.front_proxy_ca_file.read_bytes())
        self._registration: Registration | None = None
        self._tasks = Supervisor(clock)
        self.metrics = AggregationMetrics(self.delegates, self._availability)

    async def furnish(self) -> None:
        """Put in place what every cluster has: APIServices for what is served here, and the ConfigMap about trust."""
        self._registration = Registration(self._registry, self._clock)
        await asyncio.gather(self._registration.work(), self._trust.try_sync())

    def start(self) -> None:
        """Begin the work that goes on beside requests; after `furnish`."""
        assert self._registration is not None
        self._tasks.keep("registration of APIServices", self._registration.run)
        self._tasks.keep("trust of API servers", self._trust.run)
        self._availability.start()
        self.documents.start()

    def renew(self, pki: ServerPki) -> None:
        """Show backends the newest certificate, and tell them of the newest authorities."""
        own = pki.front_proxy_client
        self._transport.renew(own.certificate, own.key)
        self._trust.renew(pki.ca_file.read_bytes(), pki.front_proxy_ca_file.read_bytes())

    async def close(self) -> None:
        """End what goes on beside requests, and the connections."""
        await self._tasks.close()
        await self._availability.close()
        await self.documents.close()
        await self._transport.close()

    # The request path

    async def stage(self, ctx: Context) -> None:
        """The last stage before the answer: what others answer for is no resource here, whatever its path says.

        Such a request is looked up as a path then, and comes to `behind`.
        """
        info = ctx.info
        if info.is_resource and (info.group, info.version) in self.delegates.remote:
            ctx.info = replace(info, is_resource=False)

    def behind(self, own: Handler) -> Handler:
        """Answers for ``/apis`` and below: passes on what others answer for, and leaves the rest to `own`."""

        async def handle(ctx: Context) -> web.StreamResponse:
            remote = self.delegates.remote
            if remote and (delegate := remote.get(_group_version(ctx.info.path))) is not None:
                return await self._proxy.forward(ctx, delegate)
            return await own(ctx)

        return handle

    def behind_openapi(self, own: Handler) -> Handler:
        """Answers for ``/openapi/v3`` and below: passes on what others have a document of."""

        async def handle(ctx: Context) -> web.StreamResponse:
            delegate = self._described(ctx.info.path) if self.delegates.remote else None
            return await (own(ctx) if delegate is None else self._proxy.forward(ctx, delegate))

        return handle

    def _described(self, path: str) -> Delegate | None:
        """Who has the document of version 3 at a path; None when it is made here."""
        name = path.removeprefix("/openapi/v3/")
        if not any(link.name == name and link.url for link in self.documents.openapi_v3()):
            return None
        return self.delegates.remote.get(_group_version(f"/{name}"))


def _group_version(path: str) -> tuple[str, str]:
    """Group and version of ``/apis/<group>/<version>`` and what is below it."""
    _, _, group, version, *_ = f"{path}///".split("/", 4)
    return group, version
