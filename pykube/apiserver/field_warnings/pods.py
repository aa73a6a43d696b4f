"""Pods and templates of pods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pykube.api import core_v1
from pykube.api.field_errors import ROOT, STATUS, Path

from . import addresses, affinities, containers, virtual_paths, volumes
from .amounts import of_fractions
from .node_labels import DEPRECATED, of_labels

_SECCOMP: Final = 'non-functional in v1.27+; use the "seccompProfile" field instead'
_SYSCTLS: Final = 'non-functional in v1.11+; use the "sysctls" field instead'
_ANNOTATIONS: Final = {
    "scheduler.alpha.kubernetes.io/critical-pod": (
        'non-functional in v1.16+; use the "priorityClassName" field instead'
    ),
    "security.alpha.kubernetes.io/sysctls": _SYSCTLS,
    "security.alpha.kubernetes.io/unsafe-sysctls": _SYSCTLS,
}
_SECCOMP_POD: Final = "seccomp.security.alpha.kubernetes.io/pod"


def of_new_pod(new: core_v1.Pod, old: core_v1.Pod | None) -> Iterator[str]:
    """Pods that are there are changed by programs mostly, which do not read warnings."""
    if old is None:
        yield from of_pod_spec(ROOT, new.metadata.annotations, new.spec, template=False)


def of_pod_status(new: core_v1.Pod, old: Any) -> Iterator[str]:
    """Addresses that the node tells."""
    for index, address in enumerate(new.status.pod_ips):
        yield from addresses.of_ip(STATUS.child("podIPs").index(index).child("ip"), address.ip)
    for index, host in enumerate(new.status.host_ips):
        yield from addresses.of_ip(STATUS.child("hostIPs").index(index).child("ip"), host.ip)


def of_template(path: Path, template: core_v1.PodTemplateSpec) -> Iterator[str]:
    """A template within another object."""
    yield from of_pod_spec(path, template.metadata.annotations, template.spec, template=True)


def of_pod_spec(place: Path, annotations: Mapping[str, str], spec: core_v1.PodSpec, *, template: bool) -> Iterator[str]:
    """What is below `place`; everything that most pods do not have is passed over at once."""
    path = place.child("spec")
    if spec.node_selector:
        yield from of_labels(path.child("nodeSelector"), spec.node_selector)
    if spec.affinity is not None:
        yield from affinities.of_node_affinity(path.child("affinity"), spec.affinity)
    if spec.topology_spread_constraints:
        yield from _of_spread(path.child("topologySpreadConstraints"), spec.topology_spread_constraints)
    if annotations:
        yield from _of_annotations(place.child("metadata").child("annotations"), annotations, spec)
    if spec.volumes:
        yield from volumes.of_volumes(path.child("volumes"), spec.volumes)
        yield from virtual_paths.of_overlaps(spec.volumes)
    yield from _of_duplicates(path.child("hostAliases"), "ip", (alias.ip for alias in spec.host_aliases))
    yield from _of_secrets(path.child("imagePullSecrets"), spec.image_pull_secrets)
    if spec.overhead:
        yield from of_fractions(path.child("overhead"), spec.overhead, "memory", "ephemeral-storage")
    yield from containers.of_containers(path, place, annotations, spec, template=template)
    if spec.termination_grace_period_seconds is not None and spec.termination_grace_period_seconds < 0:
        field = path.child("terminationGracePeriodSeconds")
        yield f"{field}: must be >= 0; negative values are invalid and will be treated as 1"
    if spec.affinity is not None:
        yield from affinities.of_pod_affinity(path.child("affinity"), spec.affinity)
    if spec.dns_config is not None:
        yield from addresses.of_ips(path.child("dnsConfig").child("nameservers"), spec.dns_config.nameservers)
    for index, alias in enumerate(spec.host_aliases):
        yield from addresses.of_ip(path.child("hostAliases").index(index).child("ip"), alias.ip)


def _of_spread(path: Path, constraints: Iterable[core_v1.TopologySpreadConstraint]) -> Iterator[str]:
    for index, constraint in enumerate(constraints):
        place = path.index(index)
        if (message := DEPRECATED.get(constraint.topology_key)) is not None:
            yield f"{place.child('topologyKey')}: {constraint.topology_key} is {message}"
        if constraint.label_selector is None:
            yield f"{place.child('labelSelector')}: a null labelSelector results in matching no pod"


def _of_annotations(path: Path, annotations: Mapping[str, str], spec: core_v1.PodSpec) -> Iterator[str]:
    for key, message in _ANNOTATIONS.items():
        if key in annotations:
            yield f"{path.key(key)}: {message}"
    context = spec.security_context
    if _SECCOMP_POD in annotations and (context is None or context.seccomp_profile is None):
        yield f"{path.key(_SECCOMP_POD)}: {_SECCOMP}"


def _of_duplicates(path: Path, field: str, values: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            yield f'{path.index(index).child(field)}: duplicate {field} "{value}"'
        seen.add(value)


def _of_secrets(path: Path, secrets: list[core_v1.LocalObjectReference]) -> Iterator[str]:
    yield from _of_duplicates(path, "name", (secret.name for secret in secrets))
    for index, secret in enumerate(secrets):
        if not secret.name:
            yield f'{path.index(index).child("name")}: invalid empty name ""'
