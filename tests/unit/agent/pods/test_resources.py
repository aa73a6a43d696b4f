"""Requests and limits in the kernel's units, and classes of service."""

from __future__ import annotations

import pytest

from agent.pods.qos import oom_score_adj, qos_class
from agent.pods.resources import container_resources, pod_limits, pod_request, quota_of, shares_of
from pykube.api import core_v1
from pykube.api.quantity import Quantity


def container(
    requests: dict[str, str] | None = None, limits: dict[str, str] | None = None, **more: str
) -> core_v1.Container:
    def amounts(given: dict[str, str] | None) -> dict[str, Quantity]:
        return {name: Quantity.parse(amount) for name, amount in (given or {}).items()}

    resources = core_v1.ResourceRequirements(requests=amounts(requests), limits=amounts(limits))
    return core_v1.Container(name="c", resources=resources, **more)  # type: ignore[arg-type]


def pod(*containers: core_v1.Container, init: tuple[core_v1.Container, ...] = ()) -> core_v1.Pod:
    return core_v1.Pod(spec=core_v1.PodSpec(containers=list(containers), init_containers=list(init)))


BOTH = {"cpu": "100m", "memory": "64Mi"}


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (pod(container()), "BestEffort"),
        (pod(container({"cpu": "1"})), "Burstable"),
        (pod(container(BOTH, BOTH)), "Guaranteed"),
        (pod(container(BOTH, BOTH), container()), "Burstable"),
        (pod(container({"cpu": "50m", "memory": "64Mi"}, BOTH)), "Burstable"),
        (pod(container(BOTH, BOTH), init=(container({"cpu": "1"}),)), "Burstable"),
    ],
)
def test_class_of_service(subject: core_v1.Pod, expected: str) -> None:
    assert qos_class(subject) == expected


def test_kernel_units() -> None:
    assert [shares_of(milli) for milli in (0, 1, 100, 1000, 10**9)] == [2, 2, 102, 1024, 262144]
    assert [quota_of(milli) for milli in (0, 1, 500)] == [0, 1000, 50000]


def test_pod_asks_for_its_hungriest_moment() -> None:
    sidecar = container({"cpu": "100m"}, restart_policy="Always")
    subject = pod(container({"cpu": "200m"}), init=(sidecar, container({"cpu": "500m"})))
    assert pod_request(subject, "cpu") == 600


def test_pod_is_limited_only_if_every_container_is() -> None:
    assert pod_limits(pod(container(BOTH, BOTH), container(BOTH, BOTH))).memory == 128 * 2**20
    assert pod_limits(pod(container(BOTH, BOTH), container())).memory == 0


def test_limit_stands_for_a_missing_request() -> None:
    found = container_resources(pod(container(None, BOTH)), container(None, BOTH), 2**30)
    assert (found.cpu_shares, found.cpu_quota, found.memory_limit_in_bytes) == (102, 10000, 64 * 2**20)


def test_oom_score_follows_the_request() -> None:
    assert oom_score_adj(pod(container()), container(), 2**30) == 1000
    assert oom_score_adj(pod(container(BOTH, BOTH)), container(BOTH, BOTH), 2**30) == -997
    half = container({"memory": "512Mi"})
    assert oom_score_adj(pod(half), half, 2**30) == 500
