"""The objects of a version that has to be converted by a webhook: a watch cache that lags behind until that is done.

Whatever the store tells is queued in order and converted as it comes, many objects in one call. Reads of this kind
wait until nothing is queued (`settled`), so that they see what others see; when the webhook does not answer they fail
with its failure, and the next one tries again. What lies in the store in this very version never waits for anybody,
unless something older is queued before it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pykube.aio.backoff import Backoff
from pykube.aio.clock import Clock
from pykube.api.scheme import CustomResource
from pykube.errors import ApiError
from pykube.store.base import Event

from .. import selectable, statuses
from ..progress import Progress
from ..watch_cache import WatchCache
from .conversion import Converter, is_of
from .custom_cache import CustomCache

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Change:
    """Something the store told; no value means that the object is gone."""

    key: str
    value: bytes | None
    revision: int
    quietly: bool = False


class ConvertedCache(CustomCache):
    """The present of one version; `complete` prunes a converted object and sets its defaults."""

    def __init__(
        self,
        resource: CustomResource,
        progress: Progress,
        stored_version: str,
        converter: Converter,
        clock: Clock,
        *,
        complete: Callable[[bytes], bytes],
        extract: selectable.Extract,
    ) -> None:
        super().__init__(resource, progress, stored_version, convert=complete, extract=extract)
        self._own = b'{"apiVersion":"%b/' % resource.group.encode()
        self._converter = converter
        self._clock = clock
        self._queue: deque[_Change] = deque()
        self._working: asyncio.Task[ApiError | None] | None = None
        self._retrying: asyncio.Task[None] | None = None
        self._failed = False
        self._own_progress = _Lagging(progress, self)

    # Reading

    @property
    def revision(self) -> int:
        """The revision up to which all changes are converted."""
        newest = super().revision
        return min((change.revision - 1 for change in self._queue if not change.quietly), default=newest)

    @property
    def progress(self) -> Progress:
        return self._own_progress

    async def settled(self) -> None:
        """Return when everything that the store has told is converted.

        Raises:
            InternalError: the webhook has failed.
        """
        while self._queue:
            failure = await asyncio.shield(self._work())
            if failure is not None:
                raise failure

    async def load(self, values: Sequence[bytes]) -> Sequence[bytes]:
        """Stored objects in this version, in one call.

        Raises:
            InternalError: the webhook has failed.
        """
        found = await self._converter.convert(values, self.resource.api_version)
        return [self.converted(value) for value in found]

    # Feeding

    def known(self) -> Sequence[str]:
        return [*super().known(), *(change.key for change in self._queue)]

    def put(self, key: str, value: bytes, revision: int, *, quietly: bool = False) -> None:
        ready = not self._queue and is_of(value, self.resource.api_version)
        if ready or not value.startswith(self._own):
            # What is damaged needs no conversion: it cannot be read in any version.
            super().put(key, value, revision, quietly=quietly)
            return
        self.note_version(key, value)
        self._queue.append(_Change(key, value, revision, quietly))
        if not quietly:
            # While a server starts, the webhook may not be there yet, and nobody asks.
            self._work()

    def remove(self, key: str, revision: int) -> None:
        if not self._queue:
            super().remove(key, revision)
            return
        self._queue.append(_Change(key, None, revision))
        self._work()

    def recall(self, events: Sequence[Event], floor: int) -> None:
        """Nothing: what happened before would have to be converted, too; watches from then list again."""

    # Converting

    def _work(self) -> asyncio.Task[ApiError | None]:
        """The one attempt that is under way."""
        if self._working is None or self._working.done():
            self._working = asyncio.get_running_loop().create_task(self._attempt(), name=f"convert {self.prefix}")
        return self._working

    async def _attempt(self) -> ApiError | None:
        """Convert all that is queued; answers what went wrong."""
        if self._failed:
            self._forget_outdated()
        try:
            while self._queue:
                await self._convert_batch(tuple(self._queue))
        except ApiError as error:
            log.warning("%s cannot be converted: %s", self.resource.group_resource, error)
            return self._failure(error)
        except Exception as error:
            log.exception("%s cannot be converted", self.resource.group_resource)
            return self._failure(statuses.internal(error))
        self._failed = False
        return None

    def _failure(self, error: ApiError) -> ApiError:
        self._failed = True
        self._retry()
        return error

    def _forget_outdated(self) -> None:
        """After a failure, states that others have followed are not worth a conversion; deletions count always."""
        seen: set[str] = set()
        kept: deque[_Change] = deque()
        for change in reversed(self._queue):
            if change.value is None or change.key not in seen:
                kept.appendleft(change)
            seen.add(change.key)
        self._queue = kept

    async def _convert_batch(self, batch: Sequence[_Change]) -> None:
        values = [change.value for change in batch if change.value is not None]
        converted = iter(await self._converter.convert(values, self.resource.api_version))
        for change in batch:
            self._queue.popleft()
            if change.value is None:
                super().remove(change.key, change.revision)
            else:
                WatchCache.put(self, change.key, next(converted), change.revision, quietly=change.quietly)

    def _retry(self) -> None:
        """Those who watch cannot ask again themselves."""
        if self._callbacks and (self._retrying is None or self._retrying.done()):
            self._retrying = asyncio.get_running_loop().create_task(self._keep_trying(), name=f"retry {self.prefix}")

    async def _keep_trying(self) -> None:
        backoff = Backoff(base=1.0, cap=30.0)
        while self._queue and self._callbacks:
            await self._clock.sleep(backoff.next())
            if self._queue:
                await asyncio.shield(self._work())


class _Lagging(Progress):
    """How far a cache is whose changes have to be converted first."""

    def __init__(self, whole: Progress, cache: ConvertedCache) -> None:
        self._whole = whole
        self._cache = cache

    @property
    def revision(self) -> int:  # type: ignore[override]
        return self._cache.revision

    @property
    def oldest(self) -> int:  # type: ignore[override]
        return self._whole.oldest

    async def reach(self, revision: int) -> None:
        """Return when the cache shows `revision`; a webhook that fails is not waited for, as readers will see that."""
        await self._whole.reach(revision)
        try:
            await self._cache.settled()
        except ApiError as error:
            log.debug("not converted yet: %s", error)
