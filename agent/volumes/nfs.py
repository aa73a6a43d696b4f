"""``nfs``: a directory of an NFS server, mounted by the host's mount.nfs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from pykube.api import core_v1

from .context import VolumeError
from .mount import is_mounted

TIMEOUT = 120.0
"""Seconds until a server that does not answer counts as failed."""


async def set_up(source: core_v1.NFSVolumeSource, directory: Path, options: Sequence[str] = ()) -> Path:
    """Mount the export.

    Raises:
        VolumeError: with what mount(8) said.
    """
    if _prepared(directory):
        return directory
    chosen = [*options, *(["ro"] if source.read_only else [])]
    arguments = ["-t", "nfs", *(["-o", ",".join(chosen)] if chosen else [])]
    process = await asyncio.create_subprocess_exec(
        "mount",
        *arguments,
        f"{source.server}:{source.path}",
        str(directory),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(TIMEOUT):
            output, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise VolumeError(f"mount failed: {source.server} did not answer within {TIMEOUT:.0f}s") from None
    if process.returncode != 0:
        said = output.decode(errors="replace").strip()
        raise VolumeError(f"mount failed: exit status {process.returncode}\nMounting arguments: {arguments}\n{said}")
    return directory


def _prepared(directory: Path) -> bool:
    """Make the mount point; returns whether something is mounted there already."""
    directory.mkdir(parents=True, exist_ok=True)
    return is_mounted(directory)
