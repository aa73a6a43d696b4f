"""Cgroups of pods, over a directory that looks like the kernel's."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agent import systemd_slices
from agent.cgroups import CgroupPath, Cgroups, is_v2, pod_path, weight_of
from agent.pods.resources import pod_limits
from agent.systemd_slices import properties
from pykube.api import core_v1
from pykube.api.quantity import Quantity


def pod(kind: str = "Burstable") -> core_v1.Pod:
    found = core_v1.Pod()
    found.metadata.uid = "12-34"
    amounts = {"cpu": Quantity.parse("500m"), "memory": Quantity.parse("64Mi")}
    resources = core_v1.ResourceRequirements(requests=amounts, limits=amounts)
    found.spec.containers = [core_v1.Container(name="c", resources=resources)]
    found.status.qos_class = kind  # type: ignore[assignment]
    return found


def v1(root: Path) -> Path:
    """A hierarchy of version 1 with three controllers."""
    for name in ("cpu", "memory", "cpuset"):
        (root / name).mkdir(parents=True)
    (root / "cpuset" / "cpuset.cpus").write_text("0-1\n")
    (root / "cpuset" / "cpuset.mems").write_text("0\n")
    return root


def v2(root: Path) -> Path:
    """A hierarchy of version 2; new groups get their list of controllers from the caller."""
    (root / "cgroup.controllers").write_text("cpu memory pids\n")
    return root


@pytest.mark.parametrize(
    ("kind", "cgroupfs", "systemd"),
    [
        ("Guaranteed", "/kubepods/pod12-34", "kubepods-pod12_34.slice"),
        ("Burstable", "/kubepods/burstable/pod12-34", "kubepods-burstable-pod12_34.slice"),
        ("BestEffort", "/kubepods/besteffort/pod12-34", "kubepods-besteffort-pod12_34.slice"),
    ],
)
def test_names_by_driver(kind: str, cgroupfs: str, systemd: str, tmp_path: Path) -> None:
    assert Cgroups("cgroupfs", tmp_path).parent(pod(kind)) == cgroupfs
    assert Cgroups("systemd", tmp_path).parent(pod(kind)) == systemd


def test_slices_lie_inside_one_another() -> None:
    found = CgroupPath(("kubepods", "burstable", "pod1"))
    assert found.systemd_path() == "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice"


def test_version_1_gets_one_directory_per_controller(tmp_path: Path) -> None:
    cgroups = Cgroups("cgroupfs", v1(tmp_path))
    cgroups.prepare(2000)
    cgroups.ensure(pod())
    below = "kubepods/burstable/pod12-34"
    assert (tmp_path / "memory" / below / "memory.limit_in_bytes").read_text() == str(64 * 2**20)
    assert (tmp_path / "cpu" / below / "cpu.cfs_quota_us").read_text() == "50000"
    assert (tmp_path / "cpu" / below / "cpu.shares").read_text() == "512"
    assert (tmp_path / "cpuset" / below / "cpuset.cpus").read_text() == "0-1"
    assert (tmp_path / "cpu" / "kubepods" / "besteffort" / "cpu.shares").read_text() == "2"
    assert not is_v2(tmp_path)


def test_version_2_passes_controllers_down(tmp_path: Path) -> None:
    cgroups = Cgroups("cgroupfs", v2(tmp_path))
    for part in ("kubepods", "kubepods/burstable"):
        (tmp_path / part).mkdir()
        v2(tmp_path / part)
    cgroups.ensure(pod())
    found = tmp_path / "kubepods/burstable/pod12-34"
    assert (found.parent / "cgroup.subtree_control").read_text() == "+cpu +memory +pids"
    assert (found / "memory.max").read_text() == str(64 * 2**20)
    assert (found / "cpu.max").read_text() == "50000 100000"
    assert (found / "cpu.weight").read_text() == "20"


def test_pods_are_found_and_empty_ones_removed(tmp_path: Path) -> None:
    cgroups = Cgroups("cgroupfs", v1(tmp_path), top="mypods")
    path = pod_path(pod(), "mypods").cgroupfs().lstrip("/")
    for controller in ("cpu", "memory", "cpuset"):
        (tmp_path / controller / path).mkdir(parents=True)
    assert cgroups.pods() == {"12-34"}
    asyncio.run(cgroups.remove_empty(["12-34"]))
    assert cgroups.pods() == set()


def test_weights() -> None:
    assert [weight_of(shares) for shares in (2, 1024, 262144)] == [1, 39, 10000]


def test_systemd_is_told_instead(tmp_path: Path) -> None:
    cgroups = Cgroups("systemd", v2(tmp_path))
    cgroups.prepare(2000)
    cgroups.ensure(pod())
    assert [path.name for path in tmp_path.iterdir()] == ["cgroup.controllers"]
    limits = pod_limits(pod())
    told = properties(limits, weight_of(limits.cpu_shares))
    assert told == ["CPUWeight=20", "CPUQuota=50%", f"MemoryMax={64 * 2**20}"]


def test_a_stopped_slice_leaves_no_properties(tmp_path: Path) -> None:
    ours, below = "kubepods-burstable-pod1.slice.d", "kubepods-burstable-pod1-inner.slice.d"
    others = {"kubepods-burstable.slice.d", "kubepods-burstable-pod12.slice.d"}
    for name in (ours, below, *others):
        (tmp_path / name).mkdir()
    systemd_slices.forget("kubepods-burstable-pod1.slice", tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == others


def test_kills_for_want_of_memory_are_counted(tmp_path: Path) -> None:
    cgroups = Cgroups("systemd", v2(tmp_path))
    assert cgroups.oom_kills(pod()) == 0
    directory = tmp_path / pod_path(pod()).systemd_path().lstrip("/")
    directory.mkdir(parents=True)
    (directory / "memory.events").write_text("low 0\nhigh 0\nmax 90\noom 1\noom_kill 1\noom_group_kill 0\n")
    assert cgroups.oom_kills(pod()) == 1
    assert Cgroups("cgroupfs", v1(tmp_path / "old")).oom_kills(pod()) == 0
