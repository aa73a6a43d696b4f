"""An APIService for each group version that this server answers for itself.

Those of built-in groups are put in place when the server starts; a change that an administrator makes later stays
until the next start. Those of custom kinds follow their definitions all the time. Either kind comes back when it is
deleted. What is not labelled as ours is left alone. Source: kube-aggregator pkg/controllers/autoregister.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import NamedTuple

from pykube.aio.backoff import Backoff
from pykube.aio.clock import Clock
from pykube.api import meta_v1
from pykube.api.apiregistration_v1 import APIService, APIServiceSpec
from pykube.api.scheme import CustomResource, Resource
from pykube.errors import AlreadyExists, ApiError, Conflict, NotFound

from ..registry import Registry
from ..watch_cache import CacheEvent
from .priorities import CUSTOM, OWN_GROUP, default_rank

log = logging.getLogger(__name__)

LABEL = "kube-aggregator.kubernetes.io/automanaged"
ON_START = "onstart"
ALWAYS = "true"


class Wanted(NamedTuple):
    """A group version that is served here."""

    group: str
    version: str
    label: str
    """How it is kept: `ON_START` or `ALWAYS`."""

    def api_service(self) -> APIService:
        """The APIService that belongs to it."""
        rank = CUSTOM if self.label == ALWAYS else default_rank(self.group, self.version)
        return APIService(
            metadata=meta_v1.ObjectMeta(name=f"{self.version}.{self.group}", labels={LABEL: self.label}),
            spec=APIServiceSpec(
                group=self.group,
                version=self.version,
                group_priority_minimum=rank.group,
                version_priority=rank.version,
            ),
        )


def desired(resources: Iterable[Resource]) -> dict[str, Wanted]:
    """What belongs to these resources, by the APIService's name. Made again for each definition that comes or goes."""
    found: dict[str, Wanted] = {}
    for one in resources:
        if one.group != OWN_GROUP:
            label = ALWAYS if isinstance(one, CustomResource) else ON_START
            found.setdefault(f"{one.version}.{one.group}", Wanted(one.group, one.version, label))
    return found


class Registration:
    """Keeps the APIServices of this server's own group versions; run it beside requests."""

    def __init__(self, registry: Registry, clock: Clock) -> None:
        self._registry = registry
        self._clock = clock
        self._wanted: dict[str, Wanted] = {}
        self._synced: set[str] = set()
        """What has been in order once."""
        self._pending: set[str] = set()
        self._wake = asyncio.Event()
        self._at_start = {cached.name for cached in registry.cache(APIService)}
        registry.on_change.append(self._served_otherwise)
        registry.cache(APIService).subscribe(self._happened)
        self._served_otherwise()

    async def run(self) -> None:
        """Keep them in order, for ever."""
        backoff = Backoff(base=0.1, cap=30.0, jitter=0.1)
        while True:
            await self._wake.wait()
            if await self.work():
                backoff.reset()
                continue
            await self._clock.sleep(backoff.next())
            self._wake.set()

    async def work(self) -> bool:
        """Go once through what waits; whether nothing has failed, which waits again otherwise."""
        self._wake.clear()
        names, self._pending = self._pending, set()
        failed = {name for name in await asyncio.gather(*map(self._try, sorted(names))) if name}
        self._pending |= failed
        return not failed

    def _served_otherwise(self) -> None:
        wanted = desired(self._registry.resources())
        changed = [name for name in wanted.keys() | self._wanted.keys() if wanted.get(name) != self._wanted.get(name)]
        self._wanted = wanted
        self._enqueue(changed)

    def _happened(self, event: CacheEvent) -> None:
        self._enqueue([event.object.name])

    def _enqueue(self, names: Iterable[str]) -> None:
        self._pending.update(names)
        if self._pending:
            self._wake.set()

    async def _try(self, name: str) -> str:
        """Put one in order; its name when that failed."""
        try:
            await self.sync(name)
        except (Conflict, NotFound, AlreadyExists):
            return ""  # somebody else was quicker: the event of that brings us here again
        except ApiError as error:
            log.warning("APIService %s: %s", name, error)
            return name
        self._synced.add(name)
        return ""

    async def sync(self, name: str) -> None:
        """Compare what is wanted of a name with what there is, and put it right.

        Raises:
            ApiError: the write failed.
        """
        wanted = self._wanted.get(name)
        cached = self._registry.cache(APIService).find("", name)
        if cached is None:
            if wanted is not None:
                await self._registry.create(wanted.api_service())
            return
        label = cached.labels.get(LABEL, "")
        if label not in (ON_START, ALWAYS) or self._is_over(name, label, wanted):
            return
        if wanted is None:
            await self._registry.delete(APIService, name)
            return
        present, spec = self._registry.get(APIService, name), wanted.api_service().spec
        if present.spec != spec:
            present.spec = spec
            await self._registry.update(present)

    def _is_over(self, name: str, label: str, wanted: Wanted | None) -> bool:
        """Whether what is only looked at when the server starts has been looked at."""
        synced = name in self._synced
        if wanted is not None and wanted.label == ON_START and synced:
            return True
        return label == ON_START and (synced or name not in self._at_start)
