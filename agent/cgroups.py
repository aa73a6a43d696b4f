"""The cgroups above the containers': one per QoS class, one per pod, so that a pod as a whole keeps to its limits.

Names follow the driver. cgroupfs: ``/kubepods/burstable/pod<uid>``. systemd: ``kubepods-burstable-pod<uid>.slice``
with dashes in the uid turned to underscores, nested by prefix. Guaranteed pods stand directly under ``kubepods``.
On cgroup v1 the same path is made under every controller; on v2 once, with the controllers passed down. Under systemd
nothing is made here: the runtime has systemd make the slices, and systemd is told their limits.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from agent import systemd_slices
from agent.pods.qos import qos_class
from agent.pods.resources import CPU_PERIOD, pod_limits, shares_of
from pykube.api import core_v1

log = logging.getLogger(__name__)

ROOT = Path("/sys/fs/cgroup")
V1_CONTROLLERS = (
    *("cpu", "cpuacct", "cpuset", "memory", "pids", "blkio", "devices", "freezer", "hugetlb", "systemd"),
    "unified",  # the hierarchy of v2 beside those of v1, where runtimes make cgroups too
)
V2_CONTROLLERS = ("cpu", "cpuset", "memory", "pids", "io", "hugetlb")
LEAST_SHARES = 2
TOP = "kubepods"
"""The cgroup that holds all pods."""


@dataclass(frozen=True, slots=True)
class CgroupPath:
    """A pod's or class's place: the parts from the root, such as ``("kubepods", "burstable", "pod1234")``."""

    parts: tuple[str, ...]

    def cgroupfs(self) -> str:
        """The absolute path below a controller, without systemd's naming."""
        return "/" + "/".join(self.parts)

    def systemd(self) -> str:
        """The slice's name."""
        return "-".join(part.replace("-", "_") for part in self.parts) + ".slice"

    def systemd_path(self) -> str:
        """Where that slice lies: each slice inside the one whose name it extends."""
        slices = [CgroupPath(self.parts[: end + 1]).systemd() for end in range(len(self.parts))]
        return "/" + "/".join(slices)


def pod_path(pod: core_v1.Pod, top: str = TOP) -> CgroupPath:
    """The pod's place by its class."""
    kind = pod.status.qos_class or qos_class(pod)
    middle = () if kind == "Guaranteed" else (kind.lower(),)
    return CgroupPath((top, *middle, f"pod{pod.metadata.uid}"))


def is_v2(root: Path = ROOT) -> bool:
    """Whether the host has the unified hierarchy only."""
    return (root / "cgroup.controllers").exists()


def detect_driver(root: Path = ROOT) -> str:
    """``systemd`` where systemd runs the host and cgroups are v2, as runtimes are set up there; else ``cgroupfs``."""
    return "systemd" if Path("/run/systemd/system").is_dir() and is_v2(root) else "cgroupfs"


class Cgroups:
    """Makes, limits and removes the cgroups of classes and pods. All calls are quick."""

    def __init__(self, driver: str, root: Path = ROOT, top: str = TOP) -> None:
        """`top` is the cgroup that holds all pods; two agents on one host need two."""
        self.driver = driver
        self.top = top
        self._root = root
        self._v2 = is_v2(root)
        self._node_cpu_milli = 0
        self._classes_told = False
        self._controllers = [name for name in V1_CONTROLLERS if (root / name).is_dir()]

    def parent(self, pod: core_v1.Pod) -> str:
        """What the runtime is told as the sandbox's cgroup parent."""
        path = pod_path(pod, self.top)
        return path.systemd() if self.driver == "systemd" else path.cgroupfs()

    def _dirs(self, path: CgroupPath) -> list[tuple[str, Path]]:
        """The directories of a cgroup, each with its controller; on v2 the controller is empty."""
        below = (path.systemd_path() if self.driver == "systemd" else path.cgroupfs()).lstrip("/")
        if self._v2:
            return [("", self._root / below)]
        return [(name, self._root / name / below) for name in self._controllers]

    async def apply(self, pod: core_v1.Pod) -> None:
        """Tell systemd the pod's limits, once its sandbox runs; where systemd is not asked nothing has to be done."""
        if self.driver == "systemd":
            if not self._classes_told:
                self._classes_told = True
                await self._tell_classes()
            limits = pod_limits(pod)
            wanted = systemd_slices.properties(limits, weight_of(limits.cpu_shares))
            await systemd_slices.set_properties(pod_path(pod, self.top).systemd(), wanted)

    async def _tell_classes(self) -> None:
        """The weights that `prepare` writes where systemd is not asked."""
        weights: dict[tuple[str, ...], int] = {(self.top, "besteffort"): weight_of(LEAST_SHARES)}
        if self._node_cpu_milli:
            weights[self.top,] = weight_of(shares_of(self._node_cpu_milli))
        for parts, weight in weights.items():
            await systemd_slices.set_properties(CgroupPath(parts).systemd(), [f"CPUWeight={weight}"])

    def prepare(self, node_cpu_milli: int = 0) -> None:
        """Make the classes' cgroups; best-effort work gets the least share of the processor."""
        self._node_cpu_milli = node_cpu_milli
        if self.driver == "systemd":
            return
        for parts in self._classes():
            for controller, directory in self._dirs(CgroupPath(parts)):
                self._make(controller, directory)
        if node_cpu_milli:
            self._write_cpu(CgroupPath((self.top,)), shares_of(node_cpu_milli))
        self._write_cpu(CgroupPath((self.top, "besteffort")), LEAST_SHARES)

    def ensure(self, pod: core_v1.Pod) -> None:
        """Make the pod's cgroup with its limits; systemd makes its own."""
        if self.driver == "systemd":
            return
        path = pod_path(pod, self.top)
        limits = pod_limits(pod)
        for controller, directory in self._dirs(path):
            self._make(controller, directory)
            if controller in ("", "memory") and limits.memory:
                _write(directory / ("memory.max" if self._v2 else "memory.limit_in_bytes"), str(limits.memory))
            if controller in ("", "cpu") and limits.cpu_quota:
                if self._v2:
                    _write(directory / "cpu.max", f"{limits.cpu_quota} {CPU_PERIOD}")
                else:
                    _write(directory / "cpu.cfs_period_us", str(CPU_PERIOD))
                    _write(directory / "cpu.cfs_quota_us", str(limits.cpu_quota))
        self._write_cpu(path, limits.cpu_shares)

    def _write_cpu(self, path: CgroupPath, shares: int) -> None:
        for controller, directory in self._dirs(path):
            if controller == "cpu":
                _write(directory / "cpu.shares", str(shares))
            elif controller == "":
                _write(directory / "cpu.weight", str(weight_of(shares)))

    def _make(self, controller: str, directory: Path) -> None:
        """Make a cgroup and those above it; a cpuset or a v2 cgroup is of use only once it has its parent's share."""
        if directory.is_dir() or not directory.is_relative_to(self._root):
            return
        self._make(controller, directory.parent)
        if controller == "":
            wanted = (directory.parent / "cgroup.controllers").read_text().split()
            passed = " ".join(f"+{name}" for name in V2_CONTROLLERS if name in wanted)
            _write(directory.parent / "cgroup.subtree_control", passed)
        directory.mkdir(exist_ok=True)
        if controller == "cpuset":
            for name in ("cpuset.cpus", "cpuset.mems"):
                _write(directory / name, (directory.parent / name).read_text().strip())

    def oom_kills(self, pod: core_v1.Pod) -> int:
        """How many processes of the pod the kernel has killed for want of memory; always 0 on cgroup v1."""
        if not self._v2:
            return 0
        ((_, directory),) = self._dirs(pod_path(pod, self.top))
        try:
            events = dict(line.split() for line in (directory / "memory.events").read_text().splitlines())
        except OSError:
            return 0
        return int(events.get("oom_kill", 0))

    async def remove(self, pod: core_v1.Pod) -> None:
        """Remove the pod's cgroup, ending what has been left in it. Nothing happens where there is none."""
        await self._remove(pod_path(pod, self.top))

    async def remove_empty(self, uids: Iterable[str]) -> None:
        """Remove the cgroups of these pods where nothing runs in them any more; what runs may be somebody else's."""
        paths = [CgroupPath((*parts, f"pod{uid}")) for parts in self._classes() for uid in uids]
        for path in paths:
            await self._remove(path, end=False)

    async def _remove(self, path: CgroupPath, *, end: bool = True) -> None:
        """Remove a cgroup with those below; a slice is stopped, for systemd remembers even one that has no cgroup."""
        directories = [directory for _, directory in self._dirs(path) if directory.is_dir()]
        for directory in directories:
            _remove_tree(directory, end=end)
        if self.driver == "systemd" and directories and (end or not directories[0].exists()):
            await systemd_slices.stop(path.systemd())

    def _classes(self) -> tuple[tuple[str, ...], ...]:
        return (self.top,), (self.top, "burstable"), (self.top, "besteffort")

    async def remove_all(self) -> None:
        """Remove every cgroup below and including ``kubepods``."""
        await self._remove(CgroupPath((self.top,)))

    def pods(self) -> set[str]:
        """The uids of pods that have a cgroup."""
        found = set()
        for parts in self._classes():
            for _, directory in self._dirs(CgroupPath(parts)):
                for child in directory.glob("*pod*") if directory.is_dir() else ():
                    name = child.name.removesuffix(".slice").rpartition("pod")[2]
                    found.add(name.replace("_", "-"))
        return found


def weight_of(shares: int) -> int:
    """cgroup v2's weight for v1's shares: 2..262144 to 1..10000 (KEP-2254)."""
    return 1 + (shares - 2) * 9999 // 262142


def _remove_tree(directory: Path, *, end: bool = True) -> None:
    """Remove a cgroup and those below; with `end` processes that keep it are killed."""
    try:
        os.rmdir(directory)
    except FileNotFoundError:
        return
    except OSError:
        log.debug("cgroup %s is not empty", directory)
    else:
        return
    for current, _, _ in os.walk(directory, topdown=False):
        try:
            os.rmdir(current)
        except OSError:
            if end:
                _end_processes(Path(current))


def _end_processes(directory: Path) -> None:
    """Kill what is left in a cgroup that cannot be removed; it is removed at the next try."""
    try:
        pids = [int(line) for line in (directory / "cgroup.procs").read_text().split()]
    except (OSError, ValueError):
        return
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    try:
        os.rmdir(directory)
    except OSError as error:
        log.debug("cgroup %s stays for now: %s", directory, error)


def _write(path: Path, text: str) -> None:
    """Write a cgroup file; a host that lacks the file, or refuses the value, runs the pod without that limit."""
    try:
        path.write_text(text)
    except OSError as error:
        log.warning("cannot write %r to %s: %s", text, path, error)
