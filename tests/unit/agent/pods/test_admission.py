"""What a node refuses to run."""

from typing import Any

from agent.pods.admission import refusal
from pykube.api import core_v1
from pykube.api.quantity import Quantity


def pod(*, cpu: str = "0", **port: Any) -> core_v1.Pod:
    container = core_v1.Container(name="c")
    container.resources.requests["cpu"] = Quantity.parse(cpu)
    if port:
        container.ports = [core_v1.ContainerPort(container_port=80, **port)]
    return core_v1.Pod(spec=core_v1.PodSpec(containers=[container]))


def test_a_port_of_the_node_is_given_once() -> None:
    refused = refusal(pod(host_port=80), [pod(host_port=80)], {})
    assert refused is not None
    assert refused.reason == "NodePorts"
    assert refused.message.startswith("Pod was rejected: ")
    assert refusal(pod(host_port=80), [pod(host_port=81)], {}) is None
    assert refusal(pod(host_port=80, protocol="UDP"), [pod(host_port=80)], {}) is None
    assert refusal(pod(host_port=80, host_ip="10.0.0.1"), [pod(host_port=80, host_ip="10.0.0.2")], {}) is None
    assert refusal(pod(host_port=80, host_ip="10.0.0.1"), [pod(host_port=80)], {}) is not None


def test_no_more_is_promised_than_there_is() -> None:
    allocatable = {"cpu": Quantity.parse("2")}
    assert refusal(pod(cpu="1"), [pod(cpu="1")], allocatable) is None
    refused = refusal(pod(cpu="1100m"), [pod(cpu="1")], allocatable)
    assert refused is not None
    assert refused.reason == "OutOfcpu"
