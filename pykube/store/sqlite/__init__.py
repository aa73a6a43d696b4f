"""The embedded store: one SQLite file, one writer thread, group commit."""

from .store import SqliteStore

__all__ = ["SqliteStore"]
