from datetime import timedelta
from typing import Any

from pykube.api import core_v1
from pykube.controllers.deletion_order import DELETION_COST, deletion_cost, pods_to_delete
from tests.fakes import workloads
from tests.fakes.api import condition

NOW = workloads.EPOCH + timedelta(days=1)


def pod(
    name: str, *, on: str = "n", ready: bool = True, age: float = 3600, cost: str = "", **status: Any
) -> core_v1.Pod:
    found = workloads.pod(name, on=on)
    found.metadata.creation_timestamp = NOW - timedelta(seconds=age)
    if ready and on:
        found.status.conditions = [condition("Ready", "True", NOW - timedelta(seconds=age - 1))]
    if cost:
        found.metadata.annotations[DELETION_COST] = cost
    for key, value in status.items():
        setattr(found.status, key, value)
    return found


def order(*pods: core_v1.Pod) -> list[str]:
    found = [each.metadata.name for each in pods_to_delete(pods, pods, len(pods) - 1, NOW)]
    return found + [each.metadata.name for each in pods if each.metadata.name not in found]


def test_the_least_useful_goes_first() -> None:
    assert order(
        pod("cheap", cost="-10"),
        pod("dear", cost="10"),
        pod("waiting", on=""),
        pod("starting", phase="Pending", ready=False),
        pod("unready", ready=False),
        pod("plain"),
    ) == ["waiting", "starting", "unready", "cheap", "plain", "dear"]


def test_the_crowded_node_gives_one_up() -> None:
    assert order(pod("alone", on="a"), pod("first", on="b"), pod("second", on="b"))[-1] == "alone"


def test_young_pods_go_before_old_ones_and_age_is_compared_roughly() -> None:
    assert order(pod("old", age=100_000), pod("young", age=60)) == ["young", "old"]
    first = order(pod("a", age=4000), pod("b", age=4100))
    assert first == order(pod("a", age=4100), pod("b", age=4000)) or len(first) == 2


def test_a_broken_cost_counts_as_none() -> None:
    for text in ("x", "+5", "99999999999", "1.5"):
        assert deletion_cost(pod("p", cost=text)) == 0
