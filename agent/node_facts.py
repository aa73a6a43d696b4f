"""What this host is: its size, its system, its addresses."""

from __future__ import annotations

import os
import platform
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pykube.api import core_v1
from pykube.api.quantity import Quantity

KUBELET_VERSION = "v1.36.0+pykube"
EVICTION_MEMORY = 100 * 1024 * 1024
"""Bytes kept free of pods: memory.available's hard threshold."""
EVICTION_DISK = 0.10
"""The share of the disk kept free of pods: nodefs.available's hard threshold."""

_MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "ppc64le": "ppc64le", "s390x": "s390x"}


def architecture() -> str:
    """The processor, by Go's name for it."""
    return _MACHINES.get(platform.machine(), platform.machine())


def memory_bytes(field: str = "MemTotal", meminfo: Path = Path("/proc/meminfo")) -> int:
    """One line of /proc/meminfo in bytes; 0 where it is missing."""
    for line in meminfo.read_text().splitlines():
        name, _, rest = line.partition(":")
        if name == field:
            return int(rest.split()[0]) * 1024
    return 0


def capacity(state_dir: Path, max_pods: int) -> dict[str, Quantity]:
    """All that the host has."""
    disk = shutil.disk_usage(_existing(state_dir))
    found = {
        "cpu": str(os.cpu_count() or 1),
        "memory": f"{memory_bytes() // 1024}Ki",
        "ephemeral-storage": f"{disk.total // 1024}Ki",
        "pods": str(max_pods),
        **_huge_pages(),
    }
    return {name: Quantity.parse(amount) for name, amount in found.items()}


def allocatable(whole: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """What pods may have of it."""
    found = dict(whole)
    found["memory"] = Quantity.parse(f"{max(whole['memory'].value - EVICTION_MEMORY, 0) // 1024}Ki")
    found["ephemeral-storage"] = Quantity.parse(str(int(whole["ephemeral-storage"].value * (1 - EVICTION_DISK))))
    return found


def _huge_pages(root: Path = Path("/sys/kernel/mm/hugepages")) -> dict[str, str]:
    found = {}
    for directory in root.glob("hugepages-*kB") if root.is_dir() else ():
        size = int(directory.name.removeprefix("hugepages-").removesuffix("kB"))
        count = int((directory / "nr_hugepages").read_text())
        name = f"hugepages-{size // 1048576}Gi" if size >= 1048576 else f"hugepages-{size // 1024}Mi"
        total = size * count
        found[name] = f"{total}Ki" if total else "0"
    return found


def _existing(path: Path) -> Path:
    """The path or the nearest directory above it that exists."""
    while not path.exists():
        path = path.parent
    return path


def system_info(runtime_version: str) -> core_v1.NodeSystemInfo:
    """``nodeInfo``; `runtime_version` reads ``containerd://1.6.20``."""
    machine = _read("/etc/machine-id") or _read("/var/lib/dbus/machine-id")
    return core_v1.NodeSystemInfo(
        machine_id=machine,
        system_uuid=_read("/sys/class/dmi/id/product_uuid") or machine,
        boot_id=_read("/proc/sys/kernel/random/boot_id"),
        kernel_version=platform.release(),
        os_image=_os_image(),
        container_runtime_version=runtime_version,
        kubelet_version=KUBELET_VERSION,
        kube_proxy_version="",
        operating_system="linux",
        architecture=architecture(),
    )


def _read(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""


def _os_image() -> str:
    for line in _read("/etc/os-release").splitlines():
        name, _, value = line.partition("=")
        if name == "PRETTY_NAME":
            return value.strip('"')
    return "Linux"


def address_towards(server: str) -> str:
    """The host's address that packets to the server at this URL leave from.

    A server on this very host gives no hint; then it is the address that routes outwards.
    """
    host = urlsplit(server).hostname or ""
    for target in (host, "192.0.2.1", "2001:db8::1"):
        found = _source_address(target)
        if found and not found.startswith("127.") and found != "::1":
            return found
    return "127.0.0.1"


def _source_address(target: str) -> str:
    """Where a packet to `target` would come from; connecting a datagram socket sends none."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(target, 9, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.connect(place)
            return str(probe.getsockname()[0])
    except OSError:
        return ""


def disk_used(path: Path) -> tuple[float, int]:
    """The share in use of the disk under `path`, and its size in bytes."""
    usage = shutil.disk_usage(_existing(path))
    return 1 - usage.free / usage.total, usage.total
