"""Usage: the kernel's figures read, and told as JSON and as Prometheus text."""

from __future__ import annotations

from datetime import UTC, datetime

from agent.server.stats_summary import CpuRate, summary
from agent.server.usage import ContainerUsage, NetworkUsage, NodeUsage, Usage, parse_meminfo, parse_stat
from agent.server.usage_metrics import Exposition, cadvisor_metrics, resource_metrics

NODE = NodeUsage(
    cpu_nanoseconds=5_000_000_000,
    memory_total=1000,
    memory_available=400,
    memory_rss=300,
    fs_total=100,
    fs_available=40,
    fs_inodes=10,
    fs_inodes_free=4,
    booted=0.0,
)
CONTAINER = ContainerUsage(
    id="c1", name="main", namespace="default", pod="web", pod_uid="u1", cpu_nanoseconds=2_000_000_000, timestamp=10**9
)
USAGE = Usage(NODE, [CONTAINER], {"u1": NetworkUsage(name="eth0", rx_bytes=7)})


def test_kernel_files_are_read() -> None:
    assert parse_meminfo("MemTotal:  2 kB\nHugePages_Total: 3\n") == {"MemTotal": 2048, "HugePages_Total": 3}
    assert parse_stat("cpu  1 1 1 50 5 1 1 1 0 0\nbtime 77\n", 100) == (60_000_000, 77.0)


def test_rates_need_two_readings() -> None:
    rates = CpuRate()
    assert rates.rates({"a": (0, 0)}) == {}
    assert rates.rates({"a": (2_000_000_000, 1_000_000_000)}) == {"a": 500_000_000}
    assert rates.rates({"a": (3_000_000_000, 0)}) == {}


def test_summary_sums_containers() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    document = summary(USAGE, "node-1", now, {"u1": now}, CpuRate())
    (pod,) = document["pods"]
    assert pod["podRef"] == {"name": "web", "namespace": "default", "uid": "u1"}
    assert pod["cpu"]["usageCoreNanoSeconds"] == 2_000_000_000
    assert pod["network"]["rxBytes"] == 7
    assert document["node"]["memory"]["workingSetBytes"] == 600


def test_prometheus_text() -> None:
    text = resource_metrics(USAGE)
    labels = '{container="main",namespace="default",pod="web"}'
    assert f"container_cpu_usage_seconds_total{labels} 2 1000\n" in text
    assert 'pod_cpu_usage_seconds_total{namespace="default",pod="web"} 2\n' in text
    assert "node_cpu_usage_seconds_total 5\n" in text
    assert 'container_network_receive_bytes_total{interface="eth0",namespace="default",pod="web"} 7\n' in (
        cadvisor_metrics(USAGE, 2)
    )


def test_label_values_are_escaped() -> None:
    out = Exposition()
    out.sample("x", 0.5, {"a": 'b"\\\n'})
    assert out.text() == 'x{a="b\\"\\\\\\n"} 0.5\n'
