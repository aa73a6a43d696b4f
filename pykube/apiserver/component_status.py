"""ComponentStatuses: what the control plane's parts say when they are asked how they are; for old tools and people.

Nothing is stored: each read asks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from aiohttp import web

from pykube.api import codec, core_v1, meta_v1
from pykube.api.scheme import Resource
from pykube.errors import Details, NotFound
from pykube.store.base import Store

from . import answers, selection
from .request import Context
from .watch_cache import Cached

PROBE_SECONDS = 5.0
"""How long a part may take to answer."""

Probe = Callable[[], Awaitable[str]]
"""Answers a few words when all is well; raises OSError or any other error with the cause."""


def socket_probe(path: Path) -> Probe:
    """Asks a process of this host: who connects to its socket is told how it is."""

    async def probe() -> str:
        reader, writer = await asyncio.open_unix_connection(path)
        try:
            return (await reader.read(1024)).decode()
        finally:
            writer.close()

    return probe


def store_probe(store: Store) -> Probe:
    """Asks the store for its revision."""

    async def probe() -> str:
        await store.revision()
        return "ok"

    return probe


class ComponentStatuses:
    """Answers reads of ``componentstatuses``; `probes` by name, in the order in which they are listed."""

    def __init__(self, probes: Mapping[str, Probe]) -> None:
        self._probes = probes

    async def handle(self, ctx: Context, resource: Resource) -> web.StreamResponse:
        """One, or all that selectors pick.

        Raises:
            NotFound: there is no such part.
        """
        name = ctx.info.name if ctx.info.named else ""
        if name:
            if name not in self._probes:
                details = Details(name=name, kind="componentstatus")
                raise NotFound(f'componentstatus "{name}" not found', details)
            return answers.one(ctx, resource, codec.encode(await self._status(name)))
        found = await asyncio.gather(*(self._status(each) for each in self._probes))
        chosen = selection.of(ctx, ctx.registry.cache(resource))
        items = [cached for cached in map(_cached, found) if chosen.matches(cached)]
        return answers.many(ctx, resource, items, 0)

    async def _status(self, name: str) -> core_v1.ComponentStatus:
        condition = core_v1.ComponentCondition(type="Healthy", status="True")
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                condition.message = await self._probes[name]()
        except Exception as error:
            condition.status = "Unknown" if isinstance(error, OSError) else "False"
            condition.error = str(error) or type(error).__name__
        return core_v1.ComponentStatus(metadata=meta_v1.ObjectMeta(name=name), conditions=[condition])


def _cached(status: core_v1.ComponentStatus) -> Cached:
    name = status.metadata.name
    fields = {"metadata.name": name}
    return Cached(name, 0, "", name, codec.encode(status), {}, fields)
