"""Deleting: preconditions, grace, finalizers, propagation; then the object goes, or waits with a deletionTimestamp.

Source of the rules: k8s.io/apiserver, registry/rest/delete.go and registry/generic/registry/store.go.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pykube.api import codec, meta_v1
from pykube.store.base import RevisionMismatch

from . import pipeline, statuses
from .options import check_deletion
from .storage import Storage, Written
from .watch_cache import Cached, restamp, stamp
from .write import Write

ORPHAN = "orphan"
FOREGROUND = "foregroundDeletion"
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a deletion did: the object as it is or was last, and whether it is gone."""

    written: Written
    gone: bool
    uid: str


@dataclass(slots=True)
class _Plan:
    """How the deletion of one state of an object goes on: nothing to do, wait, or go."""

    obj: Any
    pending: bool = False
    waits: bool = False


async def delete(storage: Storage, write: Write, *, options: meta_v1.DeleteOptions) -> Deleted:
    """Delete ``write.name``, or begin to.

    Raises:
        NotFound: it is not there.
        Conflict: a precondition does not hold.
    """
    check_deletion(options)
    key = storage.cache.key(write.namespace, write.name)
    write.options = options
    for _ in range(_ATTEMPTS):
        current = storage.cache.get(key)
        if current is None:
            raise statuses.not_found(storage.resource, write.name)
        obj = storage.decode(current.data)
        check_preconditions(storage, obj, options)
        write.old = obj
        await pipeline.run(pipeline.ASK, write)
        plan = _plan(storage, codec.copy(obj), options, storage.clock.now().replace(microsecond=0))
        if plan.pending:
            return Deleted(Written(current.data, current.revision), gone=False, uid=obj.metadata.uid)
        try:
            return await _carry_out(storage, write, current, plan)
        except RevisionMismatch as error:
            if error.current is None:
                raise statuses.not_found(storage.resource, write.name) from error
            await storage.cache.progress.reach(error.current.revision)
    raise statuses.conflict(storage.resource, write.name)


def check_preconditions(storage: Storage, obj: Any, options: meta_v1.DeleteOptions) -> None:
    """Raise Conflict when the object is not the one, or not in the state, that the client wants deleted."""
    wanted = options.preconditions
    if wanted is None:
        return
    meta = obj.metadata
    if wanted.uid is not None and wanted.uid != meta.uid:
        raise statuses.conflict(
            storage.resource,
            meta.name,
            f"the UID in the precondition ({wanted.uid}) does not match the UID in record ({meta.uid}). "
            "The object might have been deleted and then recreated",
        )
    if wanted.resource_version is not None and wanted.resource_version != meta.resource_version:
        raise statuses.conflict(
            storage.resource,
            meta.name,
            f"the ResourceVersion in the precondition ({wanted.resource_version}) does not match the ResourceVersion "
            f"in record ({meta.resource_version}). The object might have been modified",
        )


def _plan(storage: Storage, obj: Any, options: meta_v1.DeleteOptions, now: datetime) -> _Plan:
    """What comes next for `obj`, which is changed accordingly."""
    meta = obj.metadata
    meta.finalizers = _finalizers(storage, meta.finalizers, options)
    if meta.deletion_timestamp is not None:
        return _plan_again(storage, obj, options, now)
    grace = storage.strategy.grace(obj, options)
    waits = bool(grace) or bool(storage.strategy.finalizers(obj))
    if waits:
        meta.deletion_timestamp = now + timedelta(seconds=grace or 0)
        meta.deletion_grace_period_seconds = grace or 0
        if meta.generation:
            meta.generation += 1
        storage.strategy.prepare_deletion(obj)
    return _Plan(obj, waits=waits)


def _plan_again(storage: Storage, obj: Any, options: meta_v1.DeleteOptions, now: datetime) -> _Plan:
    """The object is being deleted already: its grace can only become shorter."""
    meta = obj.metadata
    left = meta.deletion_grace_period_seconds or 0
    asked = options.grace_period_seconds
    finalizers = bool(storage.strategy.finalizers(obj))
    if not left:
        return _Plan(obj, waits=finalizers)
    if asked is not None and asked < 0:
        asked = 1
    if asked is None or asked >= left:
        return _Plan(obj, pending=True)
    meta.deletion_timestamp = meta.deletion_timestamp - timedelta(seconds=left) + timedelta(seconds=asked)
    if meta.deletion_timestamp < now:
        meta.deletion_timestamp = now
        asked = min(asked, 1)
    meta.deletion_grace_period_seconds = asked
    return _Plan(obj, waits=bool(asked) or finalizers)


def _finalizers(storage: Storage, present: list[str], options: meta_v1.DeleteOptions) -> list[str]:
    """The finalizers after the propagation policy has its say."""
    policy = options.propagation_policy
    orphan = policy == "Orphan" or options.orphan_dependents is True
    foreground = policy == "Foreground"
    if policy is None and options.orphan_dependents is None:
        orphan = ORPHAN in present or (FOREGROUND not in present and storage.strategy.orphans_by_default)
        foreground = FOREGROUND in present and not orphan
    kept = [name for name in present if name not in (ORPHAN, FOREGROUND)]
    if orphan:
        kept.append(ORPHAN)
    if foreground:
        kept.append(FOREGROUND)
    return kept if sorted(kept) != sorted(present) else present


async def _carry_out(storage: Storage, write: Write, current: Cached, plan: _Plan) -> Deleted:
    """Store the waiting object, or remove it."""
    uid = plan.obj.metadata.uid
    plan.obj.metadata.resource_version = ""
    value = codec.encode(plan.obj)
    if plan.waits:
        if stamp(value, current.revision) == current.data or write.dry_run:
            return Deleted(Written(stamp(value, current.revision), current.revision), gone=False, uid=uid)
        entry = await storage.store.update(current.key, await storage.to_stored(value), expected=current.revision)
        await storage.cache.progress.reach(entry.revision)
        return Deleted(Written(stamp(value, entry.revision), entry.revision), gone=False, uid=uid)
    if write.dry_run:
        return Deleted(Written(current.data, current.revision), gone=True, uid=uid)
    entry = await storage.store.delete(current.key, expected=current.revision)
    storage.strategy.deleted(plan.obj)
    await storage.cache.progress.reach(entry.revision)
    data = restamp(current.data, current.revision, entry.revision)
    return Deleted(Written(data, entry.revision), gone=True, uid=uid)
