"""The one writer: a thread that turns whatever waits into one transaction, and so into one fsync.

While a commit is on its way to the disk, further writes queue up; they form the next batch. Nothing is reported back
before its commit has returned with ``synchronous=FULL``. A write that loses its compare-and-swap is sorted out before
the transaction begins and touches none of its neighbours.

Python's lock is given up at every step of a statement, and a busy event loop is slow to give it back. That is why a
batch is written by a handful of statements with many rows each, and not by a few statements per write.
"""

from __future__ import annotations

import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from pykube import errors

from ..base import Entry, Event, EventType, KeyExists, RevisionMismatch
from ..change import Change, decide
from . import schema

log = logging.getLogger(__name__)

MAX_BATCH = 512
"""Writes in one transaction."""

MAX_BATCH_BYTES = 8 << 20
"""Bytes of values after which a batch takes no more writes."""

ROWS = 64
"""Rows of one statement; SQLite's limit is on the variables, 32,766."""

WAL_LIMIT = 64 << 20
"""Bytes of write-ahead log above which it is cut back even if that means to wait for readers."""

Result = Event | Exception
Done = Callable[[Sequence[Event], Sequence[tuple["Job", Result]]], None]
"""Told about each batch from the writer's thread: the events now durable, and each job's result."""


@dataclass(eq=False, slots=True)
class Job:
    """A change, or with `sweep` a slice of compaction, and whom it is done for."""

    change: Change | None
    sweep: int = 0
    owner: Any = None


class Writer:
    """Owns the write connection and its thread."""

    def __init__(self, path: Path, done: Done) -> None:
        """Open the file, creating it if need be.

        Raises:
            errors.InternalError: it cannot be opened, or is not ours.
        """
        self._wal = Path(f"{path}-wal")
        self._connection = schema.connect(path, writer=True)
        schema.prepare(self._connection)
        (newest,) = self._connection.execute("SELECT max(revision) FROM history").fetchone()
        self.revision: int = newest or 0
        self._done = done
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a job; `done` hears of it."""
        self._jobs.put(job)

    def close(self) -> None:
        """Finish what is queued, then end the thread and the connection; blocks."""
        self._jobs.put(None)
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        running = True
        while running:
            jobs, running = self._next_batch()
            sweeps = [job for job in jobs if job.change is None]
            writes = [job for job in jobs if job.change is not None]
            if writes:
                self._write_batch(writes)
            for job in sweeps:
                self._done((), [(job, self._attempt(partial(self._sweep, job.sweep)) or _SWEPT)])

    def _next_batch(self) -> tuple[list[Job], bool]:
        """What waits now, at least one job; False with it when the writer is to end."""
        jobs: list[Job] = []
        size = 0
        job = self._jobs.get()
        while job is not None:
            jobs.append(job)
            size += len(job.change.value) if job.change else 0
            if len(jobs) >= MAX_BATCH or size >= MAX_BATCH_BYTES:
                return jobs, True
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return jobs, True
        return jobs, False

    def _write_batch(self, jobs: Sequence[Job]) -> None:
        """Commit `jobs` together; where the engine refuses that, each on its own, so that one cannot spoil the rest."""
        results: list[Result] = []
        failure = self._attempt(lambda: results.extend(self._commit([job.change for job in jobs if job.change])))
        if failure is None:
            self._done(
                [result for result in results if isinstance(result, Event)], list(zip(jobs, results, strict=True))
            )
            self._bound_wal()
        elif len(jobs) > 1:
            for job in jobs:
                self._write_batch([job])
        else:
            self._done((), [(jobs[0], failure)])

    def _attempt(self, work: Callable[[], None]) -> Exception | None:
        """Do `work`; an error is rolled back and handed out, so that the thread lives on."""
        try:
            work()
        except Exception as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                log.error("a commit failed: %s", error)
                return schema.translated(error)
            log.exception("the store's writer failed")
            return errors.InternalError(f"the store failed: {error}")
        return None

    def _commit(self, changes: Sequence[Change]) -> list[Result]:
        held = self._held({change.key for change in changes})
        results: list[Result] = []
        events: list[Event] = []
        for change in changes:
            try:
                event = decide(change, held.get(change.key), self.revision + len(events) + 1)
            except (KeyExists, RevisionMismatch) as refusal:
                results.append(refusal)
                continue
            held[change.key] = event.entry if event.type is EventType.PUT else None
            events.append(event)
            results.append(event)
        if events:
            self._store(events, {event.entry.key: held[event.entry.key] for event in events})
            self.revision += len(events)
        return results

    def _held(self, keys: Iterable[str]) -> dict[str, Entry | None]:
        found: dict[str, Entry | None] = {}
        for part in _parts(keys):
            marks = ",".join("?" * len(part))
            rows = self._connection.execute(
                "SELECT current.key, value, current.revision, create_revision FROM current "
                f"JOIN history ON history.revision = current.revision WHERE current.key IN ({marks})",
                part,
            )
            found.update((row[0], Entry(*row)) for row in rows.fetchall())
        return found

    def _store(self, events: Sequence[Event], held: dict[str, Entry | None]) -> None:
        """One transaction: the rows of `events`, and what each touched key holds after them."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._insert("INSERT INTO history VALUES", [_row(event) for event in events])
        self._insert(
            "INSERT INTO current VALUES",
            [(key, entry.revision) for key, entry in held.items() if entry],
            "ON CONFLICT (key) DO UPDATE SET revision = excluded.revision",
        )
        for part in _parts(key for key, entry in held.items() if not entry):
            self._connection.execute(f"DELETE FROM current WHERE key IN ({','.join('?' * len(part))})", part)
        self._connection.execute("COMMIT")

    def _insert(self, head: str, rows: Sequence[tuple[Any, ...]], tail: str = "") -> None:
        for part in _parts(rows):
            marks = "(" + ",".join("?" * len(part[0])) + ")"
            values = [value for row in part for value in row]
            self._connection.execute(f"{head} {','.join([marks] * len(part))} {tail}", values)

    def _sweep(self, revision: int) -> None:
        """Forget what the writes up to `revision` have superseded, and their tombstones.

        The newest row stays even if it is a tombstone: it carries the store's revision across a restart.
        """
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        (swept,) = execute("SELECT revision FROM mark WHERE name = 'swept'").fetchone()
        upto = min(revision, self.revision - 1)
        execute("UPDATE mark SET revision = max(revision, ?) WHERE name = 'compacted'", (min(revision, self.revision),))
        if upto > swept:
            execute(
                "DELETE FROM history WHERE revision IN "
                "(SELECT previous FROM history WHERE revision > ? AND revision <= ? AND previous > 0)",
                (swept, upto),
            )
            execute("DELETE FROM history WHERE revision > ? AND revision <= ? AND deleted", (swept, upto))
            execute("UPDATE mark SET revision = ? WHERE name = 'swept'", (upto,))
        execute("COMMIT")
        execute("PRAGMA incremental_vacuum(200)").fetchall()

    def _bound_wal(self) -> None:
        """Cut the write-ahead log back should slow readers have kept it from being reused."""
        try:
            if self._wal.stat().st_size > WAL_LIMIT:
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except (OSError, sqlite3.Error) as error:
            log.warning("the write-ahead log could not be cut back: %s", error)


_SWEPT = Event(EventType.PUT, Entry("", b"", 0, 0), None)
"""The result of a sweep; nobody reads it."""


def _row(event: Event) -> tuple[Any, ...]:
    entry, previous = event.entry, event.previous
    deleted = event.type is EventType.DELETE
    return entry.revision, entry.key, entry.create_revision, previous.revision if previous else 0, deleted, entry.value


def _parts(items: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(items)
    while part := list(islice(iterator, ROWS)):
        yield part
