"""Files that another process writes, such as the certificates of authorities: followed by looking."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pykube.aio.clock import Clock

LOOK = 5.0
"""Seconds between looks; each costs one system call."""


async def follow(path: Path, clock: Clock, changed: Callable[[], None]) -> None:
    """Call `changed` whenever the file has been replaced, until cancelled."""
    seen = _stamp(path)
    while True:
        await clock.sleep(LOOK)
        if (found := _stamp(path)) != seen:
            seen = found
            changed()


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_ino)
