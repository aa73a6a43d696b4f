"""Reads, each in one short read transaction on a connection of its own, so that no read holds up the writer."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..base import Entry, Event, EventType, Page
from ..change import after_prefix
from ..feed import expired
from . import schema

_AT_PRESENT = "SELECT key, revision FROM current WHERE key >= :first AND key > :after AND key < :end"

_AT_REVISION = """
SELECT key, revision FROM current WHERE key >= :first AND key > :after AND key < :end AND revision <= :revision
UNION ALL
SELECT past.key, past.revision FROM history AS later JOIN history AS past ON past.revision = later.previous
WHERE later.revision > :revision AND later.key >= :first AND later.key > :after AND later.key < :end
  AND past.revision <= :revision
"""
"""The present without what was written since, and what those writes have superseded."""

_ENTRIES = """
SELECT found.key, value, found.revision, create_revision FROM ({keys} ORDER BY key LIMIT :limit) AS found
JOIN history ON history.revision = found.revision ORDER BY found.key
"""

_EVENTS = """
SELECT later.key, later.value, later.revision, later.create_revision, later.deleted,
       past.value, past.revision, past.create_revision
FROM history AS later LEFT JOIN history AS past ON past.revision = later.previous
WHERE later.revision > :after AND later.revision <= :upto AND later.key >= :first AND later.key < :end
ORDER BY later.revision LIMIT :limit
"""


class Reader:
    """One read connection; used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._connection = schema.connect(path)

    def get(self, key: str, revision: int) -> tuple[Entry | None, int]:
        """As `base.Store.get`."""
        keys = f"{_AT_REVISION if revision else _AT_PRESENT}"
        with self._snapshot(revision) as newest:
            bounds = {"first": key, "after": "", "end": key + "\0", "revision": revision, "limit": 1}
            row = self._connection.execute(_ENTRIES.format(keys=keys), bounds).fetchone()
        return (Entry(*row) if row else None), newest

    def list(self, prefix: str, revision: int, start_after: str, limit: int) -> Page:
        """As `base.Store.list`."""
        keys = _AT_REVISION if revision else _AT_PRESENT
        bounds = {"first": prefix, "after": start_after, "end": after_prefix(prefix), "revision": revision}
        with self._snapshot(revision) as newest:
            rows = self._connection.execute(_ENTRIES.format(keys=keys), {**bounds, "limit": limit or -1}).fetchall()
            remaining = 0
            if limit and len(rows) == limit:
                bounds["after"] = rows[-1][0]
                (remaining,) = self._connection.execute(f"SELECT count(*) FROM ({keys})", bounds).fetchone()
        return Page([Entry(*row) for row in rows], revision or newest, remaining > 0, remaining)

    def events(self, prefix: str, after: int, upto: int, limit: int) -> Sequence[Event]:
        """As `feed.Replay`."""
        bounds = {"first": prefix, "end": after_prefix(prefix), "after": after, "upto": upto, "limit": limit}
        with self._snapshot(after, watch=True):
            rows = self._connection.execute(_EVENTS, bounds).fetchall()
        return [_event(row) for row in rows]

    def marks(self) -> tuple[int, int]:
        """The newest revision, and the one that is compacted to."""
        with self._snapshot(0) as newest:
            return newest, self._compacted()

    def close(self) -> None:
        self._connection.close()

    def _compacted(self) -> int:
        (compacted,) = self._connection.execute("SELECT revision FROM mark WHERE name = 'compacted'").fetchone()
        return int(compacted)

    @contextmanager
    def _snapshot(self, revision: int, *, watch: bool = False) -> Iterator[int]:
        """A read transaction; gives the newest revision in it.

        Raises:
            errors.Expired: `revision` is compacted.
            errors.InternalError: the engine failed.
        """
        try:
            self._connection.execute("BEGIN")
            (newest,) = self._connection.execute("SELECT max(revision) FROM history").fetchone()
            if (revision or watch) and revision < (compacted := self._compacted()):
                raise expired(revision, compacted)
            yield newest or 0
        except sqlite3.Error as error:
            raise schema.translated(error) from error
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")


def _event(row: tuple[str, bytes, int, int, int, bytes | None, int | None, int | None]) -> Event:
    key, value, revision, create_revision, deleted, past_value, past_revision, past_create = row
    previous = None
    if past_value is not None and past_revision is not None and past_create is not None:
        previous = Entry(key, past_value, past_revision, past_create)
    return Event(EventType.DELETE if deleted else EventType.PUT, Entry(key, value, revision, create_revision), previous)
