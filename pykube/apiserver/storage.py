"""Writing the objects of one resource: create and update, with optimistic concurrency. Deleting is in deletion.py.

Values lie in the store as JSON without resourceVersion; the revision of the key is the resourceVersion.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pykube.aio.clock import Clock
from pykube.api import codec
from pykube.api.meta_v1 import ManagedFieldsEntry
from pykube.api.patch.apply.operations import Versions
from pykube.api.scheme import Resource
from pykube.errors import AlreadyExists, ApiError, BadRequest, Cause, Details, Invalid
from pykube.store.base import KeyExists, RevisionMismatch, Store

from . import model as models
from . import pipeline, statuses, stored_entries
from .field_managers import Tracker, only_times_differ
from .model import Model
from .resources.strategy import Strategy
from .table.printer import Printer
from .versions import ConversionNeeded
from .watch_cache import Cached, WatchCache, stamp, unstamp
from .write import Write

_UPDATE_ATTEMPTS = 5
"""How often a change is made again on a newer state before the conflict is the client's; upstream's number."""


@dataclass(frozen=True, slots=True)
class Written:
    """An object as it is after a write, encoded, with its resourceVersion."""

    data: bytes
    revision: int
    created: bool = False


ToStored = Callable[[bytes], Awaitable[bytes]]
"""Puts an encoded object as it is served into the form that lies in the store; raises InternalError when a conversion
webhook has failed."""

Make = Callable[[Any, Cached], Any]
"""Makes the new object from the old one (decoded; not to be changed) and its encoded form."""


class Storage:
    """One resource's way into the store.

    `stored` turns an object as it is served into the form that lies in the store, `model` tells how it is read, and
    `printer` how tables show it; `versions` is the kind as server-side apply sees it. Built-in kinds need not say.
    """

    def __init__(
        self,
        cache: WatchCache,
        store: Store,
        strategy: Strategy,
        clock: Clock,
        *,
        stored: ToStored | None = None,
        model: Model | None = None,
        printer: Printer | None = None,
        versions: Versions | None = None,
    ) -> None:
        self.cache = cache
        self.to_stored: ToStored = stored or _as_served
        self.strategy = strategy
        self.store = store
        self.clock = clock
        self.resource: Resource = cache.resource
        self.model: Model = model or models.typed(cache.resource.type)
        self.printer = printer
        self.tracker = Tracker(self.model, strategy, clock, versions)

    def decode(self, data: bytes) -> Any:
        """The object behind encoded JSON, the fields of its managers still encoded."""
        try:
            return stored_entries.decode(self.model.type, data)
        except ApiError as error:
            raise statuses.internal(f"corrupt object: {self.resource.plural}: {error.message}") from error

    async def to_served(self, value: bytes) -> bytes:
        """An object as it lies in the store, in the version served here.

        Raises:
            InternalError: a conversion webhook has failed.
        """
        [found] = await self.cache.load([value])
        return found

    async def create(self, write: Write) -> Written:
        """Create ``write.object``.

        Raises:
            AlreadyExists: the name is taken.
        """
        self._clean_metadata(write)
        meta = write.object.metadata
        meta.managed_fields = await self._first_owners(write)
        write.name = meta.name
        generated = bool(meta.generate_name and not meta.name)
        await pipeline.run(pipeline.CREATE, write)
        try:
            return await self._put_new(self.cache.key(write.namespace, write.name), write)
        except AlreadyExists:
            if generated:
                raise statuses.name_not_generated(self.resource, write.name) from None
            raise
        finally:
            pipeline.release(write)

    async def _put_new(self, key: str, write: Write) -> Written:
        value = codec.encode(write.object)
        if write.dry_run:
            if self.cache.get(key) is not None:
                raise statuses.already_exists(self.resource, write.name)
            return Written(value, 0, created=True)
        try:
            entry = await self.store.create(key, await self.to_stored(value))
        except KeyExists as error:
            raise statuses.already_exists(self.resource, write.name) from error
        await self.cache.progress.reach(entry.revision)
        return Written(stamp(value, entry.revision), entry.revision, created=True)

    async def _first_owners(self, write: Write) -> list[ManagedFieldsEntry]:
        """The field managers of a new object."""
        meta = write.object.metadata
        given, meta.managed_fields = meta.managed_fields, []
        while True:
            try:
                return self.tracker.created(write, given)
            except ConversionNeeded as needed:
                await needed.supply()

    def _clean_metadata(self, write: Write) -> None:
        """Take away from a new object what the server alone says; it says so when admission has seen the object."""
        meta = write.object.metadata
        if meta.resource_version:
            raise BadRequest("resourceVersion should not be set on objects to be created")
        if not self.resource.namespaced:
            meta.namespace = ""
        elif not meta.namespace:
            meta.namespace = write.namespace
        elif meta.namespace != write.namespace:
            raise BadRequest("the namespace of the provided object does not match the namespace sent on the request")
        meta.uid = ""
        meta.creation_timestamp = None
        meta.deletion_timestamp = None
        meta.deletion_grace_period_seconds = None
        meta.self_link = ""
        meta.generation = 0

    async def update(self, write: Write, make: Make, *, retry: bool = False) -> Written:
        """Replace the object with what `make` makes of it.

        A conflict with another writer is tried again when the client gave no resourceVersion, or when `retry` says
        that `make` can be applied to the newer state as well (a patch).

        Raises:
            NotFound, Conflict, Invalid, Forbidden
        """
        key = self.cache.key(write.namespace, write.name)
        for attempt in range(_UPDATE_ATTEMPTS):
            current = self.cache.get(key)
            if current is None:
                raise statuses.not_found(self.resource, write.name)
            unconditional = await self._staged(write, make, current)
            try:
                return await self._put_changed(key, write, current)
            except RevisionMismatch as error:
                pipeline.release(write)
                if error.current is None:
                    raise statuses.not_found(self.resource, write.name) from error
                if not (retry or unconditional) or attempt == _UPDATE_ATTEMPTS - 1:
                    raise statuses.conflict(self.resource, write.name) from error
                await self.cache.progress.reach(error.current.revision)
            except BaseException:
                pipeline.release(write)
                raise
        raise statuses.conflict(self.resource, write.name)

    async def _staged(self, write: Write, make: Make, current: Cached) -> bool:
        """As `_stage_update`; what has to be converted to see who owns what is converted on the way."""
        while True:
            try:
                return await self._stage_update(write, make, current)
            except ConversionNeeded as needed:
                await needed.supply()

    async def _stage_update(self, write: Write, make: Make, current: Cached) -> bool:
        """Make the new object and run the stages over it; answers whether the client named no resourceVersion."""
        old = self.decode(current.data)
        new = make(old, current)
        asked = new.metadata.resource_version
        if not asked and not self.strategy.unconditional_update:
            cause = Cause("FieldValueInvalid", "Invalid value: 0x0: must be specified for an update", _VERSION_FIELD)
            raise Invalid(
                f'{_qualified_kind(self.resource)} "{write.name}" is invalid: {_VERSION_FIELD}: {cause.message}',
                Details(name=write.name, group=self.resource.group, kind=self.resource.kind, causes=(cause,)),
            )
        if asked and asked != str(current.revision):
            raise statuses.conflict(self.resource, write.name)
        given, new.metadata.managed_fields = new.metadata.managed_fields, []
        self._keep_metadata(write, new.metadata, old.metadata)
        new.metadata.managed_fields = self.tracker.updated(write, new, old, given)
        write.object, write.old = new, old
        await pipeline.run(pipeline.UPDATE, write)
        return not asked

    def _keep_metadata(self, write: Write, new: Any, old: Any) -> None:
        """What an update cannot change in metadata; what it must not even try to is left to validation."""
        if new.uid and new.uid != old.uid:
            raise statuses.conflict(
                self.resource,
                write.name,
                f"Precondition failed: UID in precondition: {new.uid}, UID in object meta: {old.uid}",
            )
        new.uid = old.uid
        new.creation_timestamp = old.creation_timestamp
        new.generation = old.generation
        new.deletion_timestamp = old.deletion_timestamp
        new.deletion_grace_period_seconds = old.deletion_grace_period_seconds
        new.generate_name = new.generate_name or old.generate_name
        new.namespace = old.namespace
        new.self_link = ""
        new.resource_version = old.resource_version

    async def _put_changed(self, key: str, write: Write, current: Cached) -> Written:
        """Write the changed object; an unchanged one is answered as it is, and one that nothing holds any more goes."""
        if only_times_differ(write.object, write.old):
            write.object.metadata.managed_fields = write.old.metadata.managed_fields
        write.object.metadata.resource_version = ""
        value = codec.encode(write.object)
        if value == unstamp(current.data, current.revision) and key not in self.cache.outdated:
            pipeline.release(write)
            return Written(current.data, current.revision)
        if write.dry_run:
            pipeline.release(write)
            return Written(stamp(value, current.revision), current.revision)
        meta = write.object.metadata
        if meta.deletion_timestamp and not meta.deletion_grace_period_seconds and self._released(write):
            entry = await self.store.delete(key, expected=current.revision)
            self.strategy.deleted(write.object)
        else:
            entry = await self.store.update(key, await self.to_stored(value), expected=current.revision)
        await self.cache.progress.reach(entry.revision)
        pipeline.release(write)
        return Written(stamp(value, entry.revision), entry.revision)

    def _released(self, write: Write) -> bool:
        """Whether this update took the last finalizer away."""
        return bool(self.strategy.finalizers(write.old)) and not self.strategy.finalizers(write.object)


async def _as_served(value: bytes) -> bytes:
    return value


_VERSION_FIELD = "metadata.resourceVersion"


def _qualified_kind(resource: Resource) -> str:
    return f"{resource.kind}.{resource.group}" if resource.group else resource.kind
