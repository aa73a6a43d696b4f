"""The Node's conditions, and what the host tells about itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent import node_facts
from agent.node_conditions import Health, conditions, same_but_for_heartbeats
from pykube.api.quantity import Quantity

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WELL = Health(memory_available=2**30)


def said(health: Health) -> dict[str, tuple[str, str]]:
    return {found.type: (found.status, found.reason) for found in conditions(health, [], NOW)}


def test_healthy_node() -> None:
    assert said(WELL) == {
        "MemoryPressure": ("False", "KubeletHasSufficientMemory"),
        "DiskPressure": ("False", "KubeletHasNoDiskPressure"),
        "PIDPressure": ("False", "KubeletHasSufficientPID"),
        "Ready": ("True", "KubeletReady"),
    }


def test_pressure() -> None:
    found = said(Health(memory_available=1, disk_free=0.01))
    assert found["MemoryPressure"] == ("True", "KubeletHasInsufficientMemory")
    assert found["DiskPressure"] == ("True", "KubeletHasDiskPressure")


def test_network_that_is_not_ready() -> None:
    problem = "NetworkReady=false reason:NetworkPluginNotReady message:cni plugin not initialized"
    ready = conditions(Health(network_problem=problem), [], NOW)[-1]
    assert (ready.status, ready.reason) == ("False", "KubeletNotReady")
    assert ready.message == f"container runtime network not ready: {problem}"


def test_time_of_change_is_kept() -> None:
    first = conditions(WELL, [], NOW)
    later = NOW + timedelta(seconds=10)
    second = conditions(WELL, first, later)
    assert [found.last_transition_time for found in second] == [NOW] * 4
    assert [found.last_heartbeat_time for found in second] == [later] * 4
    assert same_but_for_heartbeats(first, second)
    third = conditions(Health(runtime_problem="down"), second, later)
    assert third[-1].last_transition_time == later
    assert not same_but_for_heartbeats(second, third)


def test_some_of_the_host_is_kept_from_pods(tmp_path: Path) -> None:
    whole = {"cpu": "2", "memory": "1Gi", "ephemeral-storage": "1000", "pods": "110"}
    found = node_facts.allocatable({name: Quantity.parse(amount) for name, amount in whole.items()})
    assert str(found["memory"]) == "924Mi"
    assert found["ephemeral-storage"].value == 900


def test_capacity_of_this_host(tmp_path: Path) -> None:
    found = node_facts.capacity(tmp_path / "not" / "there", 110)
    assert found["pods"].value == 110
    assert found["memory"].value > 0


def test_memory_is_read(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal:       16 kB\nMemAvailable:    8 kB\n")
    assert node_facts.memory_bytes("MemAvailable", meminfo) == 8192


def test_own_address_does_not_depend_on_where_the_server_is() -> None:
    assert not node_facts.address_towards("https://127.0.0.1:6443").startswith("::")
