"""Files that hold secrets: written whole or not at all, and readable by their owner only."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path


def write(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Put `data` at `path` so that a reader, or a crash at any moment, finds the old content or the new.

    Raises:
        OSError: the disk is full, the folder cannot be written, and so on; the old content is still there.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp: 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def move(source: Path, target: Path) -> None:
    """Put the file `source` in the place of `target`, at once and for good."""
    os.replace(source, target)
    _sync_folder(target.parent)


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes from writing keys and certificates in `folder`: a key and its certificate are two files.

    The kernel lets go of the lock when a process dies.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def write_if_changed(path: Path, data: bytes, *, mode: int = 0o600) -> bool:
    """`write`, unless the file holds `data` already; whether it was written."""
    if path.exists() and path.read_bytes() == data:
        return False
    write(path, data, mode=mode)
    return True
