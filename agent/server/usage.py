"""What pods and the node use, from the runtime and /proc: the one source of the stats and metrics routes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agent.cri import api_pb2 as pb
from agent.cri.client import CriClient
from agent.cri.errors import CriError

POD_NAME = "io.kubernetes.pod.name"
POD_NAMESPACE = "io.kubernetes.pod.namespace"
POD_UID = "io.kubernetes.pod.uid"
CONTAINER_NAME = "io.kubernetes.container.name"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerUsage:
    """One running container. Bytes, and nanoseconds of CPU time since it started."""

    id: str
    name: str
    namespace: str
    pod: str
    pod_uid: str
    image: str = ""
    timestamp: int = 0
    """Nanoseconds since 1970."""
    started: int = 0
    """Nanoseconds since 1970."""
    cpu_nanoseconds: int = 0
    memory_usage: int = 0
    memory_working_set: int = 0
    memory_rss: int = 0
    page_faults: int = 0
    major_page_faults: int = 0
    rootfs_used: int = 0
    rootfs_inodes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkUsage:
    """The main interface of a pod."""

    name: str
    rx_bytes: int = 0
    rx_errors: int = 0
    tx_bytes: int = 0
    tx_errors: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeUsage:
    """The whole host. Bytes, and nanoseconds of CPU time since it booted."""

    cpu_nanoseconds: int
    memory_total: int
    memory_available: int
    memory_rss: int
    fs_total: int
    fs_available: int
    fs_inodes: int
    fs_inodes_free: int
    booted: float
    """Seconds since 1970."""

    @property
    def memory_working_set(self) -> int:
        """What cannot be had back by dropping caches."""
        return self.memory_total - self.memory_available


@dataclass(frozen=True, slots=True)
class Usage:
    """Everything at one moment."""

    node: NodeUsage
    containers: Sequence[ContainerUsage]
    networks: dict[str, NetworkUsage] = field(default_factory=dict)
    """By pod uid; only where the runtime tells."""


async def read_usage(cri: CriClient, state_dir: Path) -> Usage:
    """Ask the runtime and the kernel.

    Raises:
        CriError: the runtime does not answer.
    """
    listed = {one.id: one for one in await cri.list_containers()}
    stats = await cri.list_container_stats()
    containers = [container_usage(one, listed.get(one.attributes.id)) for one in stats]
    try:
        networks = {
            one.attributes.metadata.uid: network_usage(one.linux.network.default_interface)
            for one in await cri.list_pod_sandbox_stats()
            if one.linux.network.default_interface.name
        }
    except CriError:
        networks = {}
    return Usage(read_node_usage(state_dir), containers, networks)


def container_usage(stats: pb.ContainerStats, listed: pb.Container | None) -> ContainerUsage:
    """The runtime's figures under our names."""
    labels = stats.attributes.labels
    return ContainerUsage(
        id=stats.attributes.id,
        name=labels.get(CONTAINER_NAME) or stats.attributes.metadata.name,
        namespace=labels.get(POD_NAMESPACE, ""),
        pod=labels.get(POD_NAME, ""),
        pod_uid=labels.get(POD_UID, ""),
        image=listed.image.image if listed else "",
        timestamp=stats.cpu.timestamp or stats.memory.timestamp,
        started=listed.created_at if listed else 0,
        cpu_nanoseconds=stats.cpu.usage_core_nano_seconds.value,
        memory_usage=stats.memory.usage_bytes.value,
        memory_working_set=stats.memory.working_set_bytes.value,
        memory_rss=stats.memory.rss_bytes.value,
        page_faults=stats.memory.page_faults.value,
        major_page_faults=stats.memory.major_page_faults.value,
        rootfs_used=stats.writable_layer.used_bytes.value,
        rootfs_inodes=stats.writable_layer.inodes_used.value,
    )


def network_usage(interface: pb.NetworkInterfaceUsage) -> NetworkUsage:
    """The runtime's figures under our names."""
    return NetworkUsage(
        name=interface.name,
        rx_bytes=interface.rx_bytes.value,
        rx_errors=interface.rx_errors.value,
        tx_bytes=interface.tx_bytes.value,
        tx_errors=interface.tx_errors.value,
    )


def read_node_usage(state_dir: Path) -> NodeUsage:
    """The host's figures from /proc, and those of the file system that `state_dir` lies on."""
    memory = parse_meminfo(Path("/proc/meminfo").read_text())
    cpu, booted = parse_stat(Path("/proc/stat").read_text(), os.sysconf("SC_CLK_TCK"))
    disk, nodes = shutil.disk_usage(state_dir), os.statvfs(state_dir)
    return NodeUsage(
        cpu_nanoseconds=cpu,
        memory_total=memory.get("MemTotal", 0),
        memory_available=memory.get("MemAvailable", memory.get("MemFree", 0)),
        memory_rss=memory.get("AnonPages", 0),
        fs_total=disk.total,
        fs_available=disk.free,
        fs_inodes=nodes.f_files,
        fs_inodes_free=nodes.f_favail,
        booted=booted,
    )


def parse_meminfo(text: str) -> dict[str, int]:
    """``/proc/meminfo`` in bytes."""
    found = {}
    for line in text.splitlines():
        name, _, rest = line.partition(":")
        fields = rest.split()
        if fields and fields[0].isdecimal():
            found[name] = int(fields[0]) * (1024 if fields[1:] == ["kB"] else 1)
    return found


def parse_stat(text: str, ticks: int) -> tuple[int, float]:
    """``/proc/stat``: nanoseconds that all CPUs were busy, and when the host booted, in seconds since 1970."""
    busy = 0
    booted = 0.0
    for line in text.splitlines():
        fields = line.split()
        if fields[:1] == ["cpu"]:
            user, nice, system, _, _, irq, softirq, steal = (int(one) for one in fields[1:9])
            busy = (user + nice + system + irq + softirq + steal) * (1_000_000_000 // ticks)
        elif fields[:1] == ["btime"]:
            booted = float(fields[1])
    return busy, booted
