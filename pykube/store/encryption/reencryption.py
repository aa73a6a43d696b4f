"""Writing anew what lies in the store under an old key, or in another form than it would be written in now.

Each value is replaced by compare-and-swap, one at a time: whoever dies in between leaves every value readable, either
under the old key or under the new one, and whoever begins again goes on with what is left.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..base import Entry, RevisionMismatch
from .ciphers import CannotOpen
from .providers import MARK
from .store import EncryptedStore

ROOT = "/registry/"


@dataclass(slots=True)
class Progress:
    """One slice of the work."""

    seen: int = 0
    """Values that were looked at."""
    rewritten: list[str] = field(default_factory=list)
    """Keys of the values that were written anew."""
    unreadable: dict[str, str] = field(default_factory=dict)
    """Keys of the values that no configured key opens, and why."""
    next: str = ""
    """The key to go on after; empty when all is done."""
    remaining: int = 0
    """Values that follow."""


async def reencrypt(store: EncryptedStore, *, after: str = "", limit: int = 500, dry_run: bool = False) -> Progress:
    """Look at the next `limit` values of the store, and write anew those that have to be.

    Raises:
        errors.ServiceUnavailable: a key management service cannot be reached.
    """
    page = await store.inner.list(ROOT, start_after=after, limit=limit)
    progress = Progress(seen=len(page.entries), remaining=page.remaining)
    for entry in page.entries:
        await _one(store, entry, progress, dry_run=dry_run)
    if page.more:
        progress.next = page.entries[-1].key
    return progress


async def heal(store: EncryptedStore) -> list[str]:
    """Write anew what could not be opened before and can be now, so that those who follow the store see it."""
    progress = Progress()
    for key in tuple(store.unreadable):
        entry, _ = await store.inner.get(key)
        if entry is not None:
            await _one(store, entry, progress, always=True)
    for key in progress.rewritten:
        store.unreadable.pop(key, None)
    return progress.rewritten


async def _one(
    store: EncryptedStore, entry: Entry, progress: Progress, *, dry_run: bool = False, always: bool = False
) -> None:
    """Write one value anew; one that another writer has changed meanwhile is looked at again."""
    vault, key = store.vault, entry.key
    current: Entry | None = entry
    while current is not None:
        if not vault.covers(key) and not current.value.startswith(MARK):
            return
        if not always and vault.seal_of(key, current.value) == vault.seal(key):
            return
        try:
            plain = await vault.opened(key, current.value)
        except CannotOpen as error:
            progress.unreadable[key] = str(error)
            return
        if dry_run:
            progress.rewritten.append(key)
            return
        try:
            await store.inner.update(key, await vault.closed(key, plain), expected=current.revision)
        except RevisionMismatch as error:
            current = error.current
            continue
        progress.rewritten.append(key)
        return
