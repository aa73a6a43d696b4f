"""Keeping container logs small: a log that has grown is put aside, and the oldest of those put aside are removed."""

from __future__ import annotations

import asyncio
import gzip
import logging
import shutil
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from agent.cri.client import CriClient
from agent.cri.errors import CriError
from pykube.aio.clock import Clock

log = logging.getLogger(__name__)

MOST_BYTES = 10 * 1024 * 1024
MOST_FILES = 5
"""How many files of one log there are at most, the one being written included."""
INTERVAL = 10.0
"""Seconds between looks at the sizes."""


class LogRotation:
    """Rotates the logs of running containers."""

    def __init__(self, cri: CriClient, clock: Clock, running: Callable[[], Iterable[tuple[str, Path]]]) -> None:
        """`running` lists container ids with their log files."""
        self._cri = cri
        self._clock = clock
        self._running = running

    async def run(self) -> None:
        """Rotate until cancelled."""
        while True:
            await self._clock.sleep(INTERVAL)
            for container_id, path in tuple(self._running()):
                if _size(path) > MOST_BYTES:
                    await self.rotate(container_id, path)

    async def rotate(self, container_id: str, path: Path) -> None:
        """Put the present log aside and have the runtime begin a new one."""
        aside = put_aside(path, self._clock.now())
        try:
            await self._cri.reopen_container_log(container_id)
        except CriError as error:
            log.warning("cannot rotate %s: %s", path, error)
            aside.rename(path)
            return
        await asyncio.to_thread(tidy, path)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def put_aside(path: Path, now: datetime) -> Path:
    """Rename the log after the time, as the kubelet does."""
    aside = path.with_name(f"{path.name}.{now:%Y%m%d-%H%M%S}")
    path.rename(aside)
    return aside


def tidy(path: Path) -> None:
    """Compress all files put aside but the newest, which someone may still be reading, and remove the oldest."""
    rotated = sorted(found for found in path.parent.glob(f"{path.name}.*") if found.suffix != ".tmp")
    for old in rotated[: -(MOST_FILES - 1)]:
        old.unlink(missing_ok=True)
    for old in rotated[-(MOST_FILES - 1) : -1]:
        if old.suffix != ".gz":
            _compress(old)


def _compress(path: Path) -> None:
    fresh = path.with_name(path.name + ".gz.tmp")
    with path.open("rb") as source, gzip.open(fresh, "wb") as target:
        shutil.copyfileobj(source, target)
    fresh.rename(path.with_name(path.name + ".gz"))
    path.unlink()
