"""Takes back what an agent set up on its host: the counterpart of ``kubeadm reset``.

Every step works on what is really there, not on what the agent remembers, so that it also cleans up after a crash.
The CNI plugin and its configuration go with the network; other files stay. What is mounted is unmounted, and removing
state is left to whoever asked for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from pykube.aio.clock import Clock, SystemClock
from pykube.config import AgentConfig

from .cgroups import Cgroups, detect_driver
from .cri.client import CriClient
from .cri.containerd import PrivateContainerd
from .cri.errors import CriError, NotFound
from .network import teardown
from .network.setup import PodNetwork

log = logging.getLogger(__name__)

GRACE = 2
"""Seconds that containers get between SIGTERM and SIGKILL."""

CNI_RESULTS = Path("/var/lib/cni/results")
"""Where the runtime's CNI library remembers what it attached, in files called ``<network>-<container>-<interface>``."""

CNI_NETWORK = "pykube"


async def reset(config: AgentConfig, clock: Clock | None = None) -> None:
    """End all pods of this host's private runtime, the runtime, and what networking was set up for them."""
    clock = clock or SystemClock()
    network = PodNetwork(config, clock)
    containerd = PrivateContainerd(config.state_dir, config.run_dir, network.conf_dir, network.bin_dir, clock)
    namespaces = _pod_namespaces()
    await _end_pods(containerd)
    await containerd.stop()
    ours = str(config.run_dir / "containerd")
    await _kill(_shims(ours), clock)
    await Cgroups(detect_driver()).remove_all()
    for path in namespaces:
        with contextlib.suppress(OSError):
            _unmount(path)
            os.unlink(path)
    await teardown.remove(config)
    for root in (config.state_dir, config.run_dir):
        unmount_below(root)
    for result in _cni_results():
        result.unlink(missing_ok=True)


async def _end_pods(containerd: PrivateContainerd) -> None:
    """Stop and remove every sandbox through the runtime, which also detaches its network."""
    async with CriClient(containerd.endpoint) as runtime:
        try:
            sandboxes = await asyncio.wait_for(runtime.list_pod_sandboxes(), 10)
        except (CriError, TimeoutError):
            return
        containers = await runtime.list_containers()
        await _all(runtime.stop_container(found.id, GRACE) for found in containers)
        await _all(_end_sandbox(runtime, found.id) for found in sandboxes)


async def _end_sandbox(runtime: CriClient, sandbox: str) -> None:
    await runtime.stop_pod_sandbox(sandbox)
    await runtime.remove_pod_sandbox(sandbox)


async def _all(calls: Iterable[object]) -> None:
    for result in await asyncio.gather(*calls, return_exceptions=True):  # type: ignore[call-overload]
        if isinstance(result, BaseException) and not isinstance(result, NotFound):
            log.warning("the runtime could not end a container: %s", result)


def _shims(socket_dir: str) -> list[int]:
    """Processes that serve containers of the runtime whose sockets are below `socket_dir`."""
    found = []
    for pid, command in _processes():
        if "containerd-shim" in command and socket_dir in command:
            found.append(pid)
    return found


def _processes() -> Iterator[tuple[int, str]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                yield int(entry.name), (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")


async def _kill(pids: Iterable[int], clock: Clock) -> None:
    pids = list(pids)
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    for _ in range(50):
        if not _alive(pids):
            return
        await clock.sleep(0.05)


def _alive(pids: Iterable[int]) -> bool:
    return any(Path(f"/proc/{pid}").exists() for pid in pids)


def _cni_results() -> list[Path]:
    return list(CNI_RESULTS.glob(f"{CNI_NETWORK}-*")) if CNI_RESULTS.is_dir() else []


def _pod_namespaces() -> list[str]:
    """Paths of the network namespaces that the runtime made for our pods."""
    found = []
    for result in _cni_results():
        with contextlib.suppress(OSError, ValueError):
            if path := json.loads(result.read_bytes()).get("netns"):
                found.append(str(path))
    return found


def unmount_below(root: Path) -> None:
    """Unmount everything mounted below `root`, the deepest first, lazily where it is busy or its server is gone."""
    prefix = str(root) + "/"
    points = [point for point in _mount_points() if point.startswith(prefix)]
    for point in sorted(points, key=len, reverse=True):
        _unmount(point)


def _mount_points() -> list[str]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return [line.split(" ")[4].encode().decode("unicode_escape") for line in lines]


def _unmount(point: str) -> None:
    if subprocess.run(["umount", point], capture_output=True, check=False).returncode != 0:
        subprocess.run(["umount", "--lazy", point], capture_output=True, check=False)
