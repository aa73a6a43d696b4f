"""Events in a file, one JSON object a line; the file is put aside when it has grown too large.

Names of files put aside are upstream's: ``audit-2026-01-02T15-04-05.000.log``. All of them are for their owner alone.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pykube.aio.clock import Clock

from .outlet import DeliveryError, Encode

log = logging.getLogger(__name__)

STDOUT = "-"
_FORM = "%Y-%m-%dT%H-%M-%S.%f"
_PRIVATE = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """When a file is put aside, and when one put aside is deleted; 0: never."""

    max_bytes: int = 100 * 1024 * 1024
    max_days: int = 0
    max_files: int = 0


class LogFile:
    """The receiver that writes to a file."""

    name = "log"

    def __init__(self, path: Path, rotation: Rotation, clock: Clock) -> None:
        """Open the file.

        Raises:
            OSError: it cannot be written to.
        """
        self._path = path
        self._rotation = rotation
        self._clock = clock
        self._file = self._open()
        self._size = os.fstat(self._file).st_size
        self._torn = False

    async def deliver(self, encode: Encode) -> None:
        try:
            await asyncio.to_thread(lambda: self._write(encode()))
        except OSError as error:
            raise DeliveryError(f"{self._path}: {error.strerror}") from error

    async def close(self) -> None:
        os.close(self._file)

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, _PRIVATE)

    def _write(self, events: Sequence[bytes]) -> None:
        """Write lines, in pieces where the file is full in between."""
        limit = self._rotation.max_bytes
        lines: list[bytes] = []
        size = 0
        for event in events:
            if limit and self._size + size + len(event) + 1 > limit and self._size + size:
                self._append(b"".join(lines))
                self._rotate()
                lines, size = [], 0
            lines += (event, b"\n")
            size += len(event) + 1
        self._append(b"".join(lines))

    def _append(self, data: bytes) -> None:
        """Write all of `data`; what a full disk has cut off stays a line of its own."""
        rest = memoryview(b"\n" + data if self._torn else data)
        while rest:
            written = os.write(self._file, rest)
            self._size += written
            rest = rest[written:]
            self._torn = bool(rest)

    def _rotate(self) -> None:
        """Put the file aside and begin a new one."""
        now = self._clock.now()
        aside = self._aside(now)
        while aside.exists():
            now += timedelta(milliseconds=1)
            aside = self._aside(now)
        os.rename(self._path, aside)
        os.close(self._file)
        self._file = self._open()
        self._size = 0
        self._clean(now)

    def _aside(self, now: datetime) -> Path:
        return self._path.with_name(f"{self._path.stem}-{now.strftime(_FORM)[:-3]}{self._path.suffix}")

    def _clean(self, now: datetime) -> None:
        """Delete files put aside that are too many or too old."""
        found = sorted(self._put_aside(), reverse=True)
        keep = self._rotation.max_files or len(found)
        oldest = now - timedelta(days=self._rotation.max_days) if self._rotation.max_days else None
        for position, (time, path) in enumerate(found):
            if position >= keep or (oldest is not None and time < oldest):
                try:
                    path.unlink(missing_ok=True)
                except OSError as error:
                    log.warning("%s cannot be deleted: %s", path, error.strerror)

    def _put_aside(self) -> list[tuple[datetime, Path]]:
        found = []
        prefix = f"{self._path.stem}-"
        for path in self._path.parent.glob(f"{prefix}*{self._path.suffix}"):
            text = path.name.removeprefix(prefix).removesuffix(self._path.suffix)
            try:
                found.append((datetime.strptime(text, _FORM).replace(tzinfo=UTC), path))
            except ValueError:
                continue  # another file with a name like ours
        return found


class Stdout:
    """The receiver that writes to standard output."""

    name = "log"

    async def deliver(self, encode: Encode) -> None:
        try:
            await asyncio.to_thread(lambda: self._write(encode()))
        except OSError as error:
            raise DeliveryError(f"standard output: {error.strerror}") from error

    @staticmethod
    def _write(events: Sequence[bytes]) -> None:
        sys.stdout.buffer.write(b"".join(line + b"\n" for line in events))
        sys.stdout.buffer.flush()

    async def close(self) -> None:
        """Standard output is not ours to close."""
