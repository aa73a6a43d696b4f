"""Deleting what lies in the store and cannot be read: damaged values, or such of a version that is no longer known.

No precondition, finalizer or admission plugin can be asked, as there is no object to show them. Source:
k8s.io/apiserver, registry/generic/registry/corrupt_obj_deleter.go (KEP-3926).
"""

from __future__ import annotations

import dataclasses
import logging
from typing import Any

from pykube.api import codec, field_errors
from pykube.api.field_errors import Path
from pykube.errors import ApiError, Invalid
from pykube.store.base import Entry, RevisionMismatch

from . import statuses
from .storage import Storage

log = logging.getLogger(__name__)

PERMISSION = "unsafe-delete-ignore-read-errors"
"""The verb that a user must be allowed besides ``delete``."""

_OPTION = Path("ignoreStoreReadErrorWithClusterBreakingPotential")
_READABLE = "is exclusively used to delete corrupt object(s), try again by removing this option"


async def delete(storage: Storage, key: str, name: str) -> None:
    """Delete the value at `key`, provided that it cannot be read.

    Raises:
        NotFound: there is none.
        Invalid: it can be read.
    """
    while True:
        entry, _ = await storage.store.get(key)
        if entry is None:
            raise statuses.not_found(storage.resource, name)
        if readable(storage, entry):
            raise _refused(storage, name)
        try:
            gone = await storage.store.delete(key, expected=entry.revision)
        except RevisionMismatch:
            continue
        log.warning("the object at %s, which cannot be read, has been deleted", key)
        await storage.cache.progress.reach(gone.revision)
        return


def readable(storage: Storage, entry: Entry) -> bool:
    """Whether a stored value is an object of the kind that it should be."""
    try:
        obj: Any = codec.decode(storage.model.type, storage.cache.converted(entry.value))
    except (ApiError, ValueError, TypeError):
        return False
    return bool(obj.metadata.name)


def _refused(storage: Storage, name: str) -> Invalid:
    # Upstream names the resource where the kind belongs.
    named = dataclasses.replace(storage.resource, kind=storage.resource.plural)
    return field_errors.invalid(named, name, [field_errors.invalid_value(_OPTION, True, _READABLE)])
