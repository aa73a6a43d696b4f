"""Carries what happens in the store into the watch caches: one watch over everything, in order of revision.

When the watch breaks (the store compacted past us, or a store behind the network came back), everything is listed again
and the caches learn only the difference, so that those who watch see a gap in time but never a wrong state.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pykube import errors
from pykube.aio.backoff import Backoff
from pykube.aio.clock import Clock
from pykube.store.base import Entry, Event, EventType, Store

from .keys import ROOT
from .progress import Progress
from .watch_cache import WatchCache

log = logging.getLogger(__name__)

_PAGE = 1000
"""Entries read at a time while filling."""

_RECALLED = 4000
"""How many revisions of history are read again after a start; they take about 0.1 s."""


@dataclass(slots=True)
class _Joining:
    """The changes under one prefix that come while its present is read; `torn` when some may be missing."""

    events: list[Event] = field(default_factory=list)
    torn: bool = False


class Feeder:
    """The one reader of the store's events."""

    def __init__(self, store: Store, caches: Iterable[WatchCache], progress: Progress, clock: Clock) -> None:
        self._store = store
        self._progress = progress
        self._clock = clock
        self._routes: dict[str, list[WatchCache]] = {}
        self._joining: dict[str, _Joining] = {}
        for cache in caches:
            self._routes.setdefault(cache.prefix, []).append(cache)

    async def fill(self) -> None:
        """Read the present into the caches; call once, before serving."""
        revision = await self._read(self._put_quietly)
        for cache in self._each():
            cache.begin(revision)
        self._progress.advance(revision)

    async def recall(self) -> None:
        """Give the caches what happened before they were filled, as far as the store still has it."""
        upto = self._progress.revision
        floor = after = max(await self._store.compacted(), upto - _RECALLED, 0)
        found: dict[WatchCache, list[Event]] = {cache: [] for cache in self._each()}
        try:
            while after < upto:
                events = await self._store.events(ROOT, after=after, upto=upto, limit=_PAGE)
                for event in events:
                    for cache in self._route(event.entry.key):
                        if cache in found:
                            found[cache].append(event)
                after = events[-1].entry.revision if len(events) == _PAGE else upto
        except errors.Expired as error:
            log.warning("watches from before the start cannot go on: %s", error)
            return
        for cache, past in found.items():
            cache.recall(past, floor)

    async def run(self) -> None:
        """Follow the store for ever; call after `fill`."""
        backoff = Backoff(base=0.1, cap=5.0)
        broken = False
        while True:
            try:
                if broken:
                    await self._resync()
                    broken = False
                watch = self._store.watch(ROOT, revision=self._progress.revision)
                async for events in watch:
                    self._apply(events)
                    backoff.reset()
                return
            except errors.ApiError as error:
                log.warning("the store's watch broke (%s); everything is read again", error)
                broken = True
                await self._clock.sleep(backoff.next())

    async def join(self, prefix: str, caches: Sequence[WatchCache]) -> None:
        """Fill `caches` and follow from there; they take the place of those that held `prefix` before.

        To be called by one task at a time for each prefix.
        """
        while True:
            joining = self._joining[prefix] = _Joining()
            try:
                entries: list[Entry] = []
                revision = await self._read(entries.append, prefix)
                await self._progress.reach(revision)
            finally:
                del self._joining[prefix]
            if not joining.torn:
                break
        for cache in caches:
            cache.begin(revision)
        self._routes[prefix] = list(caches)
        for entry in entries:
            self._put_quietly(entry)
        for event in joining.events:
            if event.entry.revision > revision:
                self._apply_one(event, caches)

    def leave(self, prefix: str) -> None:
        """Nobody is to be fed from `prefix` any more."""
        self._routes.pop(prefix, None)

    def _each(self) -> Iterable[WatchCache]:
        return (cache for caches in self._routes.values() for cache in caches)

    def _route(self, key: str) -> Sequence[WatchCache]:
        """The caches that hold `key`: its prefix is two or three levels deep."""
        second = key.find("/", len(ROOT)) + 1
        if (found := self._routes.get(key[:second])) is not None:
            return found
        third = key.find("/", second) + 1
        return self._routes.get(key[:third], ()) if third else ()

    def _apply(self, events: Sequence[Event]) -> None:
        for event in events:
            self._apply_one(event, self._route(event.entry.key))
            for prefix, joining in self._joining.items():
                if event.entry.key.startswith(prefix):
                    joining.events.append(event)
        self._progress.advance(events[-1].entry.revision)

    @staticmethod
    def _apply_one(event: Event, caches: Iterable[WatchCache]) -> None:
        entry = event.entry
        for cache in caches:
            if event.type is EventType.PUT:
                cache.put(entry.key, entry.value, entry.revision)
            else:
                cache.remove(entry.key, entry.revision)

    async def _read(self, put: Callable[[Entry], None], prefix: str = ROOT) -> int:
        """List everything at one revision, page by page, and hand each entry to `put`."""
        start, revision = "", 0
        while True:
            page = await self._store.list(prefix, revision=revision, start_after=start, limit=_PAGE)
            revision = revision or page.revision
            for entry in page.entries:
                put(entry)
            if not page.more:
                return revision
            start = page.entries[-1].key

    def _put_quietly(self, entry: Entry) -> None:
        for cache in self._route(entry.key):
            cache.put(entry.key, entry.value, entry.revision, quietly=True)

    async def _resync(self) -> None:
        """Bring the caches to the store's present by telling them the difference."""
        for joining in self._joining.values():
            joining.torn = True
        present: dict[str, Entry] = {}

        def note(entry: Entry) -> None:
            present[entry.key] = entry

        revision = await self._read(note)
        for cache in self._each():
            self._catch_up(cache, present, revision)
        self._progress.advance(revision)

    @staticmethod
    def _catch_up(cache: WatchCache, present: Mapping[str, Entry], revision: int) -> None:
        gone = [key for key in cache.known() if key not in present]
        changed = sorted(
            (
                entry
                for key, entry in present.items()
                if key.startswith(cache.prefix) and cache.revision_of(key) < entry.revision
            ),
            key=lambda entry: entry.revision,
        )
        for entry in changed:
            cache.put(entry.key, entry.value, entry.revision)
        for key in gone:
            cache.remove(key, revision)
