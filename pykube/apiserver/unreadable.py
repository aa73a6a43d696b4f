"""Stored objects that cannot be read: told by name, in nobody's way, and possible to get rid of.

What broke them is another program that writes to the store, or a disk. Lists leave them out with a warning; whoever
asks for one by name is told what is wrong with it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pykube import errors
from pykube.api import field_errors
from pykube.api.field_errors import Path
from pykube.store.base import RevisionMismatch

from . import statuses

if TYPE_CHECKING:
    from .storage import Storage
    from .write import Write

log = logging.getLogger(__name__)

OPTION = "ignoreStoreReadErrorWithClusterBreakingPotential"
"""The delete option that asks for `delete`."""

PERMISSION = "unsafe-delete-ignore-read-errors"
"""The verb on the object that a user of the option must be allowed."""

_TOLD = 3


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The value of a key that is no object of its resource."""

    key: str
    revision: int
    why: str

    def error(self) -> errors.InternalError:
        """What is answered to those who want to read it."""
        return statuses.internal(
            f"corrupt object: key={self.key}: object not decodable revision={self.revision}: {self.why}"
        )


def warning(found: Mapping[str, Unreadable]) -> str:
    """What a list says that has left these out."""
    named = ", ".join(sorted(found)[:_TOLD])
    more = f" and {len(found) - _TOLD} more" if len(found) > _TOLD else ""
    return f"objects that cannot be read from the store are left out: {named}{more}"


async def delete(storage: Storage, write: Write) -> None:
    """Take an unreadable object out of the store; nothing that goes with a deletion otherwise is done.

    Raises:
        NotFound: there is none of that name.
        Invalid: it can be read, and is to be deleted as any other.
        Conflict: somebody writes to it at this moment.
    """
    found = await _find(storage, write)
    if write.dry_run:
        return
    log.warning("%s deletes the object at %s, which cannot be read: %s", write.user.name, found.key, found.why)
    try:
        entry = await storage.store.delete(found.key, expected=found.revision)
    except RevisionMismatch as error:
        if error.current is None:
            raise statuses.not_found(storage.resource, write.name) from error
        raise statuses.conflict(storage.resource, write.name) from error
    await storage.cache.progress.reach(entry.revision)


async def _find(storage: Storage, write: Write) -> Unreadable:
    """What is wrong with the object, which the cache may hold as bytes that nobody has looked into."""
    key = storage.cache.key(write.namespace, write.name)
    if (found := storage.cache.unreadable.get(key)) is not None:
        return found
    cached = storage.cache.get(key)
    if cached is None:
        raise statuses.not_found(storage.resource, write.name)
    try:
        storage.decode(cached.data)
    except errors.ApiError as error:
        return Unreadable(key, cached.revision, error.message)
    why = "is exclusively used to delete corrupt object(s), try again by removing this option"
    raise field_errors.invalid(storage.resource, write.name, [field_errors.invalid_value(Path(OPTION), True, why)])
