"""The configurations that the runtime is handed: one for a sandbox, one for each container."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.cri import api_pb2 as pb
from pykube.api import codec, core_v1
from pykube.config import Network

from .dns import Resolver, domain_of, hostname_of
from .expansion import expand
from .resources import container_resources
from .security import container_security, sandbox_security

POD_NAME = "io.kubernetes.pod.name"
POD_NAMESPACE = "io.kubernetes.pod.namespace"
POD_UID = "io.kubernetes.pod.uid"
CONTAINER_NAME = "io.kubernetes.container.name"
HASH = "io.kubernetes.container.hash"
RESTART_COUNT = "io.kubernetes.container.restartCount"
TERMINATION_PATH = "io.kubernetes.container.terminationMessagePath"
TERMINATION_POLICY = "io.kubernetes.container.terminationMessagePolicy"
PRE_STOP = "io.kubernetes.container.preStopHandler"
PORTS = "io.kubernetes.container.ports"
GRACE = "io.kubernetes.pod.terminationGracePeriod"
DELETION_GRACE = "io.kubernetes.pod.deletionGracePeriod"

_PROTOCOLS = {"": pb.Protocol.TCP, "TCP": pb.Protocol.TCP, "UDP": pb.Protocol.UDP, "SCTP": pb.Protocol.SCTP}


def pod_labels(pod: core_v1.Pod) -> dict[str, str]:
    """The pod's labels and its identity, by which the runtime's objects are found again."""
    meta = pod.metadata
    return {**meta.labels, POD_NAME: meta.name, POD_NAMESPACE: meta.namespace, POD_UID: meta.uid}


def log_directory(pod: core_v1.Pod, root: str) -> str:
    """Where the pod's logs lie."""
    meta = pod.metadata
    return f"{root}/{meta.namespace}_{meta.name}_{meta.uid}"


def sandbox_config(
    pod: core_v1.Pod, *, attempt: int, cgroup_parent: str, log_root: str, network: Network, resolver: Resolver
) -> pb.PodSandboxConfig:
    """What RunPodSandbox is told."""
    meta, spec = pod.metadata, pod.spec
    config = pb.PodSandboxConfig(
        metadata=pb.PodSandboxMetadata(name=meta.name, uid=meta.uid, namespace=meta.namespace, attempt=attempt),
        log_directory=log_directory(pod, log_root),
        labels=pod_labels(pod),
        annotations=meta.annotations,
        dns_config=pb.DNSConfig(servers=resolver.servers, searches=resolver.searches, options=resolver.options),
        linux=pb.LinuxPodSandboxConfig(cgroup_parent=cgroup_parent, security_context=sandbox_security(pod)),
    )
    if not spec.host_network:
        name, domain = hostname_of(pod), domain_of(pod, network)
        config.hostname = f"{name}.{domain}" if domain and spec.set_hostname_as_fqdn else name
        config.port_mappings.extend(_port_mappings(pod))
    if spec.security_context is not None:
        for sysctl in spec.security_context.sysctls:
            config.linux.sysctls[sysctl.name] = sysctl.value
    return config


def _port_mappings(pod: core_v1.Pod) -> list[pb.PortMapping]:
    return [
        pb.PortMapping(
            protocol=_PROTOCOLS[port.protocol],
            container_port=port.container_port,
            host_port=port.host_port,
            host_ip=port.host_ip,
        )
        for container in (*pod.spec.init_containers, *pod.spec.containers)
        for port in container.ports
        if port.host_port
    ]


@dataclass(frozen=True, slots=True)
class Parts:
    """What has been gathered for one container before its configuration is written."""

    environment: Mapping[str, str]
    mounts: Sequence[pb.Mount]
    devices: Sequence[pb.Device]
    image: pb.Image
    image_ref: str
    memory_capacity: int
    target: str = ""
    """The id of the container whose processes an ephemeral one shall see."""


def container_config(pod: core_v1.Pod, container: core_v1.Container, attempt: int, parts: Parts) -> pb.ContainerConfig:
    """What CreateContainer is told.

    Raises:
        ConfigError: it would run as root against its policy.
    """
    known = parts.environment
    config = pb.ContainerConfig(
        metadata=pb.ContainerMetadata(name=container.name, attempt=attempt),
        image=pb.ImageSpec(image=parts.image_ref, user_specified_image=container.image),
        command=[expand(word, known) for word in container.command],
        args=[expand(word, known) for word in container.args],
        working_dir=container.working_dir,
        envs=[pb.KeyValue(key=name, value=value.encode()) for name, value in known.items()],
        mounts=parts.mounts,
        devices=parts.devices,
        labels={
            POD_NAME: pod.metadata.name,
            POD_NAMESPACE: pod.metadata.namespace,
            POD_UID: pod.metadata.uid,
            CONTAINER_NAME: container.name,
        },
        annotations=_annotations(pod, container, attempt),
        log_path=f"{container.name}/{attempt}.log",
        stdin=container.stdin,
        stdin_once=container.stdin_once,
        tty=container.tty,
        linux=pb.LinuxContainerConfig(
            resources=container_resources(pod, container, parts.memory_capacity),
            security_context=container_security(pod, container, parts.image, parts.target),
        ),
    )
    if container.lifecycle is not None and container.lifecycle.stop_signal:
        config.stop_signal = getattr(pb.Signal, container.lifecycle.stop_signal)
    return config


def container_hash(container: core_v1.Container) -> str:
    """Changes with what a running container cannot be given: its name and its image."""
    identity = f"{container.name} {container.image}"
    return f"{zlib.crc32(identity.encode()):x}"


def _annotations(pod: core_v1.Pod, container: core_v1.Container, attempt: int) -> dict[str, str]:
    """What the kubelet writes on a container, so that tools that read it find the same."""
    found = {
        HASH: container_hash(container),
        RESTART_COUNT: str(attempt),
        TERMINATION_PATH: container.termination_message_path,
        TERMINATION_POLICY: container.termination_message_policy,
    }
    if pod.spec.termination_grace_period_seconds is not None:
        found[GRACE] = str(pod.spec.termination_grace_period_seconds)
    if pod.metadata.deletion_grace_period_seconds is not None:
        found[DELETION_GRACE] = str(pod.metadata.deletion_grace_period_seconds)
    if container.lifecycle is not None and container.lifecycle.pre_stop is not None:
        found[PRE_STOP] = codec.encode(container.lifecycle.pre_stop).decode()
    if container.ports:
        found[PORTS] = "[" + ",".join(codec.encode(port).decode() for port in container.ports) + "]"
    return found
