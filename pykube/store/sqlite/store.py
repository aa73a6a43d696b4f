"""The asyncio face of the SQLite store."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

from pykube import errors

from ..base import Entry, Event, Page, Watch
from ..change import Change, ChangeKind, outcome
from ..feed import Feed
from .reader import Reader
from .writer import Job, Result, Writer

T = TypeVar("T")

READERS = 2
"""Threads, each with a connection, for reads."""

SWEEP = 500
"""Revisions that one slice of compaction covers; writes go on between slices."""


class SqliteStore:
    """Implements `base.Store` over one file; used from the event loop that opened it."""

    def __init__(self, path: Path) -> None:
        """Prefer `open`.

        Raises:
            errors.InternalError: the file cannot be opened, or another process has it.
        """
        self._lock = _lock(path)
        self._loop = asyncio.get_running_loop()
        self._closed = False
        self._writer = Writer(path, self._done)
        self._feed = Feed(self._writer.revision)
        self._readers: SimpleQueue[Reader] = SimpleQueue()
        for _ in range(READERS):
            self._readers.put(Reader(path))
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")

    @classmethod
    async def open(cls, path: Path) -> SqliteStore:
        """Open the file, creating it and its folder if need be.

        Raises:
            errors.InternalError: it cannot be opened, is not ours, or another process has it.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise errors.InternalError(f"the store's folder cannot be made: {error}") from error
        return cls(path)

    async def get(self, key: str, *, revision: int = 0) -> tuple[Entry | None, int]:
        return await self._read(lambda reader: reader.get(key, revision))

    async def list(self, prefix: str, *, revision: int = 0, start_after: str = "", limit: int = 0) -> Page:
        return await self._read(lambda reader: reader.list(prefix, revision, start_after, limit))

    async def create(self, key: str, value: bytes) -> Entry:
        return await self._write(Change(ChangeKind.CREATE, key, value))

    async def update(self, key: str, value: bytes, *, expected: int) -> Entry:
        return await self._write(Change(ChangeKind.UPDATE, key, value, expected))

    async def delete(self, key: str, *, expected: int | None = None) -> Entry:
        return await self._write(Change(ChangeKind.DELETE, key, expected=expected))

    def watch(self, prefix: str, *, revision: int) -> Watch:
        return self._feed.watch(prefix, revision, self._replay)

    async def events(self, prefix: str, *, after: int, upto: int, limit: int) -> Sequence[Event]:
        return await self._replay(prefix, after, upto, limit)

    async def compact(self, revision: int) -> None:
        done = await self.compacted()
        target = min(revision, self._feed.revision)
        while done < target:
            done = min(done + SWEEP, target)
            await self._submit(Job(None, sweep=done))

    async def revision(self) -> int:
        return self._feed.revision

    async def compacted(self) -> int:
        _, compacted = await self._read(Reader.marks)
        return compacted

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        await asyncio.to_thread(self._writer.close)
        await asyncio.sleep(0)  # let the last batch's results be handed out
        self._feed.close()
        self._threads.shutdown(wait=True)
        while not self._readers.empty():
            self._readers.get().close()
        os.close(self._lock)

    async def _write(self, change: Change) -> Entry:
        return outcome(await self._submit(Job(change)))

    async def _submit(self, job: Job) -> Event:
        self._check()
        future: asyncio.Future[Event] = self._loop.create_future()
        job.owner = future
        self._writer.submit(job)
        return await future

    def _done(self, events: Sequence[Event], results: Sequence[tuple[Job, Result]]) -> None:
        """Called in the writer's thread, once for each batch."""
        self._loop.call_soon_threadsafe(self._publish, events, results)

    def _publish(self, events: Sequence[Event], results: Sequence[tuple[Job, Result]]) -> None:
        if events:
            self._feed.publish(events)
        for job, result in results:
            if job.owner.done():
                continue
            if isinstance(result, Exception):
                job.owner.set_exception(result)
            else:
                job.owner.set_result(result)

    async def _replay(self, prefix: str, after: int, upto: int, limit: int) -> Sequence[Event]:
        return await self._read(lambda reader: reader.events(prefix, after, upto, limit))

    async def _read(self, work: Callable[[Reader], T]) -> T:
        self._check()
        return await self._loop.run_in_executor(self._threads, self._with_reader, work)

    def _with_reader(self, work: Callable[[Reader], T]) -> T:
        reader = self._readers.get()
        try:
            return work(reader)
        finally:
            self._readers.put(reader)

    def _check(self) -> None:
        if self._closed:
            raise errors.ServiceUnavailable("the store is closed")


def _lock(path: Path) -> int:
    """Take the file's lock, so that no second server writes to it; the descriptor holds it until closed."""
    try:
        descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise errors.InternalError(f"the store cannot be opened: {error}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise errors.InternalError(f"another process uses the store {path}") from error
    return descriptor
