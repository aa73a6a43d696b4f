"""Limits of pods where systemd owns the cgroups: systemd is told, for it undoes what others write.

The runtime has systemd make the slices when it starts the first container in them. Their properties are set at run
time only, so that nothing of a pod outlives a reboot.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from agent.pods.resources import CPU_PERIOD, PodLimits

log = logging.getLogger(__name__)


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
    try:
        process = await asyncio.create_subprocess_exec(
            "systemctl",
            "set-property",
            "--runtime",
            slice_name,
            *wanted,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        log.warning("cannot run systemctl: %s", error)
        return
    _, said = await process.communicate()
    if process.returncode:
        log.warning("systemd refused %s for %s: %s", wanted, slice_name, said.decode(errors="replace").strip())
