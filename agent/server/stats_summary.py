"""GET /stats/summary: usage as one JSON document, in the shape of k8s.io/kubelet's stats/v1alpha1."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from agent.server.usage import ContainerUsage, NetworkUsage, Usage


class CpuRate:
    """Nanocores need two readings; this keeps the one before."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[int, int]] = {}

    def rates(self, readings: Mapping[str, tuple[int, int]]) -> dict[str, int]:
        """CPU per second, in billionths of a core, of each (timestamp, total) reading that was there before too."""
        found = {}
        for key, (when, total) in readings.items():
            before = self._last.get(key)
            if before and when > before[0] and total >= before[1]:
                found[key] = (total - before[1]) * 1_000_000_000 // (when - before[0])
            elif before and when == before[0]:
                found[key] = 0
        self._last = dict(readings)
        return found


def summary(
    usage: Usage, node_name: str, now: datetime, pods: Mapping[str, datetime], rates: CpuRate
) -> dict[str, Any]:
    """The document; `pods` gives the start time of each pod by uid."""
    nanoseconds = int(now.timestamp() * 1e9)
    readings = {one.id: (one.timestamp, one.cpu_nanoseconds) for one in usage.containers}
    found = rates.rates(readings | {"": (nanoseconds, usage.node.cpu_nanoseconds)})
    by_pod: dict[str, list[ContainerUsage]] = {}
    for one in usage.containers:
        if one.pod_uid:
            by_pod.setdefault(one.pod_uid, []).append(one)
    return {
        "node": _node(usage, node_name, now, found.get("", 0)),
        "pods": [
            _pod(containers, usage.networks.get(uid), pods.get(uid), now, found) for uid, containers in by_pod.items()
        ],
    }


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _node(usage: Usage, node_name: str, now: datetime, nanocores: int) -> dict[str, Any]:
    node = usage.node
    fs = {
        "time": _time(now),
        "availableBytes": node.fs_available,
        "capacityBytes": node.fs_total,
        "usedBytes": node.fs_total - node.fs_available,
        "inodesFree": node.fs_inodes_free,
        "inodes": node.fs_inodes,
        "inodesUsed": node.fs_inodes - node.fs_inodes_free,
    }
    return {
        "nodeName": node_name,
        "startTime": _time(datetime.fromtimestamp(node.booted, UTC)),
        "cpu": {"time": _time(now), "usageNanoCores": nanocores, "usageCoreNanoSeconds": node.cpu_nanoseconds},
        "memory": {
            "time": _time(now),
            "availableBytes": node.memory_available,
            "usageBytes": node.memory_total - node.memory_available,
            "workingSetBytes": node.memory_working_set,
            "rssBytes": node.memory_rss,
        },
        "fs": fs,
        "runtime": {"imageFs": fs},
    }


def _pod(
    containers: list[ContainerUsage],
    network: NetworkUsage | None,
    started: datetime | None,
    now: datetime,
    rates: Mapping[str, int],
) -> dict[str, Any]:
    first = containers[0]
    found: dict[str, Any] = {
        "podRef": {"name": first.pod, "namespace": first.namespace, "uid": first.pod_uid},
        "startTime": _time(started) if started else None,
        "containers": [_container(one, now, rates.get(one.id, 0)) for one in containers],
        "cpu": {
            "time": _time(now),
            "usageNanoCores": sum(rates.get(one.id, 0) for one in containers),
            "usageCoreNanoSeconds": sum(one.cpu_nanoseconds for one in containers),
        },
        "memory": {
            "time": _time(now),
            "usageBytes": sum(one.memory_usage for one in containers),
            "workingSetBytes": sum(one.memory_working_set for one in containers),
            "rssBytes": sum(one.memory_rss for one in containers),
        },
    }
    if network:
        interface = {
            "name": network.name,
            "rxBytes": network.rx_bytes,
            "rxErrors": network.rx_errors,
            "txBytes": network.tx_bytes,
            "txErrors": network.tx_errors,
        }
        found["network"] = {"time": _time(now), **interface, "interfaces": [interface]}
    return found


def _container(one: ContainerUsage, now: datetime, nanocores: int) -> dict[str, Any]:
    when = _time(datetime.fromtimestamp(one.timestamp / 1e9, UTC) if one.timestamp else now)
    return {
        "name": one.name,
        "startTime": _time(datetime.fromtimestamp(one.started / 1e9, UTC)),
        "cpu": {"time": when, "usageNanoCores": nanocores, "usageCoreNanoSeconds": one.cpu_nanoseconds},
        "memory": {
            "time": when,
            "usageBytes": one.memory_usage,
            "workingSetBytes": one.memory_working_set,
            "rssBytes": one.memory_rss,
            "pageFaults": one.page_faults,
            "majorPageFaults": one.major_page_faults,
        },
        "rootfs": {"time": when, "usedBytes": one.rootfs_used, "inodesUsed": one.rootfs_inodes},
        "logs": {"time": when},
    }
