"""The containers of a pod: variables, ports, amounts, annotations of old."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from pykube.api import core_v1
from pykube.api.field_errors import Path

from .amounts import of_fractions

_SECCOMP: Final = "container.seccomp.security.alpha.kubernetes.io/"
_APP_ARMOR: Final = "container.apparmor.security.beta.kubernetes.io/"
_BYTES: Final = ("memory", "ephemeral-storage")

_Container = core_v1.Container | core_v1.EphemeralContainer
_Placed = tuple[Path, _Container]


def of_containers(
    path: Path, place: Path, annotations: Mapping[str, str], spec: core_v1.PodSpec, *, template: bool
) -> Iterator[str]:
    """All containers of the pod spec at `path`; `place` is where its metadata is."""
    placed = list(_placed(path, spec))
    for where, container in placed:
        if annotations:
            notes = place.child("metadata").child("annotations")
            yield from _of_annotations(notes, annotations, spec, container, template=template)
        resources = container.resources
        if resources.limits:
            yield from of_fractions(where.child("resources").child("limits"), resources.limits, *_BYTES)
        if resources.requests:
            yield from of_fractions(where.child("resources").child("requests"), resources.requests, *_BYTES)
        if len(container.env) > 1:
            yield from _of_variables(where.child("env"), container.env)
    if any(container.ports for _, container in placed):
        yield from _of_ports(placed)
        yield from _of_port_names(placed)


def _placed(path: Path, spec: core_v1.PodSpec) -> Iterator[_Placed]:
    lists: tuple[tuple[str, list[_Container]], ...] = (
        ("initContainers", [*spec.init_containers]),
        ("containers", [*spec.containers]),
        ("ephemeralContainers", [*spec.ephemeral_containers]),
    )
    for name, found in lists:
        for index, container in enumerate(found):
            yield path.child(name).index(index), container


def _of_annotations(
    path: Path, annotations: Mapping[str, str], spec: core_v1.PodSpec, container: _Container, *, template: bool
) -> Iterator[str]:
    context = container.security_context
    key = f"{_SECCOMP}{container.name}"
    if key in annotations and (context is None or context.seccomp_profile is None):
        yield f'{path.key(key)}: non-functional in v1.27+; use the "seccompProfile" field instead'
    key = f"{_APP_ARMOR}{container.name}"
    if template and key in annotations and (context is None or context.app_armor_profile is None):
        of_pod = spec.security_context.app_armor_profile if spec.security_context is not None else None
        if of_pod is None or of_pod != _profile_of(annotations[key]):
            yield f'{path.key(key)}: deprecated since v1.30; use the "appArmorProfile" field instead'


def _profile_of(annotation: str) -> core_v1.AppArmorProfile | None:
    """The field that means the same."""
    kind, _, name = annotation.partition("/")
    if annotation == "unconfined":
        return core_v1.AppArmorProfile(type="Unconfined")
    if annotation == "runtime/default":
        return core_v1.AppArmorProfile(type="RuntimeDefault")
    return core_v1.AppArmorProfile(type="Localhost", localhost_profile=name) if kind == "localhost" and name else None


def _of_variables(path: Path, variables: list[core_v1.EnvVar]) -> Iterator[str]:
    """A later one of the same name may build on the earlier, anything else hides it."""
    seen: set[str] = set()
    for index, variable in enumerate(variables):
        reference = f"$({variable.name})"
        builds = variable.value_from is None and reference in variable.value and variable.value != reference
        if variable.name in seen and not builds:
            what = f'hides previous definition of "{variable.name}", which may be dropped when using apply'
            yield f"{path.index(index)}: {what}"
        seen.add(variable.name)


def _of_ports(placed: list[_Placed]) -> Iterator[str]:
    known: dict[tuple[int, str], list[tuple[Path, core_v1.ContainerPort]]] = {}
    for where, container in placed:
        for index, port in enumerate(container.ports):
            place = where.child("ports").index(index)
            if port.host_ip and not port.host_port:
                yield f"{place}: hostIP set without hostPort: {_printed(port)}"
            others = known.setdefault((port.container_port, port.protocol), [])
            for at, other in others:
                if (how := _overlap(port, other)) is not None:
                    yield f"{place}: {how} port definition with {at}"
            others.append((place, port))


def _overlap(port: core_v1.ContainerPort, other: core_v1.ContainerPort) -> str | None:
    if (port.host_ip, port.host_port) == (other.host_ip, other.host_port):
        return "duplicate"
    if not port.host_port or not other.host_port:
        return "overlapping"
    if port.host_port == other.host_port and bool(port.host_ip) is not bool(other.host_ip):
        return "dangerously ambiguous"
    return None


def _printed(port: core_v1.ContainerPort) -> str:
    """As upstream prints it."""
    return (
        f"{{Name:{port.name} HostPort:{port.host_port} ContainerPort:{port.container_port} "
        f"Protocol:{port.protocol} HostIP:{port.host_ip}}}"
    )


def _of_port_names(placed: list[_Placed]) -> Iterator[str]:
    known: dict[str, Path] = {}
    for where, container in placed:
        for index, port in enumerate(container.ports):
            if not port.name:
                continue
            place = where.child("ports").index(index)
            first = known.setdefault(port.name, place)
            if first is not place:
                who = f"services and probes that select ports by name will use {first}"
                yield f'{place}: duplicate port name "{port.name}" with {first}, {who}'
