"""Limits of pods where systemd owns the cgroups: systemd is told, for it undoes what others write.

The runtime has systemd make the slices when it starts the first container in them; systemd keeps a slice until it is
told to stop it. Properties are set at run time only, so that nothing of a pod outlives a reboot.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Sequence
from pathlib import Path

from agent.pods.resources import CPU_PERIOD, PodLimits

log = logging.getLogger(__name__)

DROP_INS = Path("/run/systemd/system.control")
"""Where systemd keeps what was set with ``--runtime``; it never removes any of it itself."""


def properties(limits: PodLimits, weight: int) -> list[str]:
    """The slice's properties; ``weight`` is cgroup v2's, 1 to 10000."""
    found = [f"CPUWeight={weight}"]
    if limits.cpu_quota:
        found.append(f"CPUQuota={max(limits.cpu_quota * 100 // CPU_PERIOD, 1)}%")
    if limits.memory:
        found.append(f"MemoryMax={limits.memory}")
    return found


async def set_properties(slice_name: str, wanted: Sequence[str]) -> None:
    """Have systemd apply properties; a host where it refuses runs the pod without them, and says so in the log."""
    await _systemctl("set-property", "--runtime", slice_name, *wanted)


async def stop(slice_name: str) -> None:
    """End a slice with all that is in it, and forget the properties that were set for it and for those below."""
    await _systemctl("stop", slice_name)
    forget(slice_name)


def forget(slice_name: str, drop_ins: Path = DROP_INS) -> None:
    """Remove the properties that were set for a slice and for those below, which are named after it."""
    stem = slice_name.removesuffix(".slice")
    for directory in (drop_ins / f"{slice_name}.d", *drop_ins.glob(f"{stem}-*.slice.d")):
        shutil.rmtree(directory, ignore_errors=True)


async def _systemctl(*arguments: str) -> None:
    try:
        process = await asyncio.create_subprocess_exec(
            "systemctl",
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        log.warning("cannot run systemctl: %s", error)
        return
    _, said = await process.communicate()
    if process.returncode:
        log.warning("systemctl %s failed: %s", " ".join(arguments), said.decode(errors="replace").strip())
