"""A store whose values are closed on the way in and opened on the way out; keys and revisions stay as they are."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from ..base import Entry, Event, EventType, KeyExists, Page, RevisionMismatch, Store, Watch
from .ciphers import CannotOpen
from .keyring import Vault
from .providers import MARK, telling

log = logging.getLogger(__name__)


class EncryptedStore:
    """Implements `base.Store` over another one.

    What cannot be opened is handed out with a value that says so, which is no object: whoever reads objects tells of
    it by name and goes on without it.
    """

    def __init__(self, inner: Store, vault: Vault) -> None:
        self.inner = inner
        self.vault = vault
        self.outdated = Outdated(vault)
        """Keys whose newest values are closed otherwise than they would be written now."""
        self.unreadable: dict[str, str] = {}
        """Why the newest values of these keys could not be opened."""

    async def get(self, key: str, *, revision: int = 0) -> tuple[Entry | None, int]:
        entry, now = await self.inner.get(key, revision=revision)
        return await self._opened(entry), now

    async def list(self, prefix: str, *, revision: int = 0, start_after: str = "", limit: int = 0) -> Page:
        page = await self.inner.list(prefix, revision=revision, start_after=start_after, limit=limit)
        for entry in page.entries:
            self.outdated.note(entry)
        return replace(page, entries=[await self._open(entry, newest=True) for entry in page.entries])

    async def create(self, key: str, value: bytes) -> Entry:
        try:
            entry = await self.inner.create(key, await self.vault.closed(key, value))
        except KeyExists as error:
            raise KeyExists(await self._open(error.current)) from error
        return replace(entry, value=value)

    async def update(self, key: str, value: bytes, *, expected: int) -> Entry:
        try:
            entry = await self.inner.update(key, await self.vault.closed(key, value), expected=expected)
        except RevisionMismatch as error:
            raise RevisionMismatch(key, await self._opened(error.current)) from error
        return replace(entry, value=value)

    async def delete(self, key: str, *, expected: int | None = None) -> Entry:
        try:
            return await self._open(await self.inner.delete(key, expected=expected))
        except RevisionMismatch as error:
            raise RevisionMismatch(key, await self._opened(error.current)) from error

    def watch(self, prefix: str, *, revision: int) -> Watch:
        return EncryptedWatch(self, self.inner.watch(prefix, revision=revision))

    async def events(self, prefix: str, *, after: int, upto: int, limit: int) -> Sequence[Event]:
        found = await self.inner.events(prefix, after=after, upto=upto, limit=limit)
        return [await self.open_event(event) for event in found]

    async def compact(self, revision: int) -> None:
        await self.inner.compact(revision)

    async def revision(self) -> int:
        return await self.inner.revision()

    async def compacted(self) -> int:
        return await self.inner.compacted()

    async def close(self) -> None:
        await self.inner.close()

    async def open_event(self, event: Event, *, newest: bool = False) -> Event:
        """An event with its values opened."""
        previous = event.previous
        if event.type is EventType.DELETE:
            if newest:
                self.unreadable.pop(event.entry.key, None)
            entry = event.entry
        else:
            entry = await self._open(event.entry, newest=newest)
        opened = await self._open(previous) if previous is not None else None
        if entry is event.entry and opened is previous:
            return event
        return Event(event.type, entry, opened)

    async def _opened(self, entry: Entry | None) -> Entry | None:
        return await self._open(entry) if entry is not None else None

    async def _open(self, entry: Entry, *, newest: bool = False) -> Entry:
        key, value = entry.key, entry.value
        if not value.startswith(MARK) and not self.vault.covers(key):
            return entry
        try:
            plain = await self.vault.opened(key, value)
        except CannotOpen as error:
            if newest and self.unreadable.get(key) != str(error):
                self.unreadable[key] = str(error)
                log.error("the value at %s (revision %d) cannot be opened: %s", key, entry.revision, error)
            return replace(entry, value=telling(str(error)))
        if newest and self.unreadable:
            self.unreadable.pop(key, None)
        return entry if plain is value else replace(entry, value=plain)


class EncryptedWatch:
    """A watch whose events are opened."""

    def __init__(self, store: EncryptedStore, inner: Watch) -> None:
        self._store = store
        self._inner = inner

    def __aiter__(self) -> AsyncIterator[Sequence[Event]]:
        return self

    async def __anext__(self) -> Sequence[Event]:
        events = await anext(self._inner)
        for event in events:
            self._store.outdated.note(event.entry, gone=event.type is EventType.DELETE)
        try:
            return [await self._store.open_event(event, newest=True) for event in events]
        except BaseException:
            # the batch is lost, so that nothing after it may be handed out
            await self._inner.aclose()
            raise

    async def aclose(self) -> None:
        await self._inner.aclose()


class Outdated(AbstractSet[str]):
    """The keys that are to be written again, although nothing in them changes.

    It remembers how each value is closed, not whether that is the newest way: that changes with the configuration.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._seals: dict[str, tuple[int, str]] = {}

    def note(self, entry: Entry, *, gone: bool = False) -> None:
        """An entry was read; `gone`: its key was deleted."""
        key = entry.key
        if not self._vault.covers(key) and not entry.value.startswith(MARK):
            return
        if gone:
            self._seals.pop(key, None)
        elif self._seals.get(key, (0, ""))[0] <= entry.revision:
            self._seals[key] = (entry.revision, self._vault.seal_of(key, entry.value))

    @property
    def seals(self) -> Mapping[str, str]:
        """How the newest value of each key is closed, as far as the configuration says something about it."""
        return {key: seal or "unknown" for key, (_, seal) in self._seals.items()}

    def __contains__(self, key: object) -> bool:
        found = self._seals.get(key) if isinstance(key, str) else None
        return found is not None and isinstance(key, str) and found[1] != self._vault.seal(key)

    def __iter__(self) -> Iterator[str]:
        return (key for key in tuple(self._seals) if key in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)
