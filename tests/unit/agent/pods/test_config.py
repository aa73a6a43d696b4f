"""What the runtime is told of sandboxes and containers."""

from __future__ import annotations

from agent.cri import api_pb2 as pb
from agent.pods.config import Parts, container_config, container_hash, sandbox_config
from agent.pods.dns import Resolver
from pykube.api import core_v1
from pykube.config import Network

CONTAINER = core_v1.Container(
    name="c",
    image="app:1",
    command=["run", "$(A)"],
    ports=[
        core_v1.ContainerPort(container_port=80, host_port=8080, protocol="UDP"),
        core_v1.ContainerPort(container_port=81),
    ],
    termination_message_path="/dev/termination-log",
)


def pod(**spec: object) -> core_v1.Pod:
    found = core_v1.Pod(spec=core_v1.PodSpec(containers=[CONTAINER], **spec))  # type: ignore[arg-type]
    found.metadata.name, found.metadata.namespace, found.metadata.uid = "web", "default", "u1"
    found.metadata.labels = {"app": "one"}
    return found


def sandbox(subject: core_v1.Pod) -> pb.PodSandboxConfig:
    return sandbox_config(
        subject, attempt=2, cgroup_parent="/kubepods/podu1", log_root="/logs", network=Network(), resolver=Resolver()
    )


def test_sandbox_carries_the_pods_identity() -> None:
    found = sandbox(pod())
    assert found.log_directory == "/logs/default_web_u1"
    assert dict(found.labels) == {
        "app": "one",
        "io.kubernetes.pod.name": "web",
        "io.kubernetes.pod.namespace": "default",
        "io.kubernetes.pod.uid": "u1",
    }
    assert (found.hostname, found.metadata.attempt) == ("web", 2)
    assert [(port.host_port, port.protocol) for port in found.port_mappings] == [(8080, pb.Protocol.UDP)]


def test_sandbox_in_the_hosts_network_has_no_name_and_no_ports() -> None:
    found = sandbox(pod(host_network=True))
    assert (found.hostname, list(found.port_mappings)) == ("", [])


def test_full_name_where_it_is_asked_for() -> None:
    found = sandbox(pod(hostname="h", subdomain="s", set_hostname_as_fqdn=True))
    assert found.hostname == "h.s.default.svc.cluster.local"


def test_container() -> None:
    parts = Parts({"A": "1"}, (), (), pb.Image(id="sha256:x"), "sha256:x", 2**30)
    found = container_config(pod(), CONTAINER, 3, parts)
    assert list(found.command) == ["run", "1"]
    assert (found.log_path, found.metadata.attempt) == ("c/3.log", 3)
    assert found.annotations["io.kubernetes.container.restartCount"] == "3"
    assert found.annotations["io.kubernetes.container.terminationMessagePath"] == "/dev/termination-log"
    assert found.labels["io.kubernetes.container.name"] == "c"


def test_hash_follows_the_image() -> None:
    other = core_v1.Container(name="c", image="app:2", command=["else"])
    assert container_hash(CONTAINER) != container_hash(other)
