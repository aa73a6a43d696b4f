"""The file's tables, how a connection to it is set up, and how SQLite's errors read outside.

``history`` has one row per write and is only appended to; ``current`` maps each living key to its newest row.
``previous`` links a row to the one that it supersedes, which makes a listing in the past, the replay of a watch and
compaction all cost in proportion to the writes since then, not to the size of the store, and saves an index.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from pykube import errors

VERSION = 1
"""``PRAGMA user_version`` of files written by this module."""

TABLES = """
CREATE TABLE history (
    revision INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    create_revision INTEGER NOT NULL,
    previous INTEGER NOT NULL,  -- the row superseded; 0: none
    deleted INTEGER NOT NULL,
    value BLOB NOT NULL
);
CREATE TABLE current (key TEXT PRIMARY KEY, revision INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE mark (name TEXT PRIMARY KEY, revision INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO mark VALUES ('compacted', 0), ('swept', 0);
"""

BUSY_MS = 5_000
"""How long a statement waits for a lock; only checkpoints ever compete."""

CHECKPOINT_PAGES = 2_000
"""The write-ahead log is copied into the file when it holds this many pages (8 MB)."""


def connect(path: Path, *, writer: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode; transactions are begun by hand.

    Raises:
        errors.InternalError: the file cannot be opened or is no database.
    """
    try:
        if writer:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))  # it holds Secrets
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        if writer:
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
        else:
            connection.execute("PRAGMA query_only=ON")
    except sqlite3.Error as error:
        raise translated(error) from error
    except OSError as error:
        raise errors.InternalError(f"the store's file cannot be opened: {error}") from error
    return connection


def prepare(connection: sqlite3.Connection) -> None:
    """Create the tables in a new file; refuse a file of another version.

    Raises:
        errors.InternalError: the file is not ours, or newer than this program.
    """
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == 0:
            connection.executescript(f"BEGIN; {TABLES} PRAGMA user_version={VERSION}; COMMIT;")
        elif version != VERSION:
            raise errors.InternalError(f"the store's file has version {version}; this program knows {VERSION}")
    except sqlite3.Error as error:
        raise translated(error) from error


def translated(error: sqlite3.Error) -> errors.InternalError:
    """SQLite's error as one of ours."""
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return errors.InternalError("the store has no space left: the disk is full; nothing was written")
    return errors.InternalError(f"the store failed: {error}")
