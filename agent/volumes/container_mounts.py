"""From the mounts a container asks for to those the runtime is told of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from agent.cri import api_pb2 as pb
from agent.pods.expansion import expand, missing
from pykube.api import core_v1

from .context import VolumeError
from .sub_path import hold

_PROPAGATION = {
    "HostToContainer": pb.MountPropagation.PROPAGATION_HOST_TO_CONTAINER,
    "Bidirectional": pb.MountPropagation.PROPAGATION_BIDIRECTIONAL,
}
HOSTS = "/etc/hosts"


def container_mounts(
    container: core_v1.Container, paths: Mapping[str, Path], directory: Path, environment: Mapping[str, str]
) -> list[pb.Mount]:
    """The volumes' mounts of one container; `directory` is the pod's own on the host.

    Raises:
        VolumeError: a volume is missing, or a subPath leads astray.
    """
    mounts = []
    for index, wanted in enumerate(container.volume_mounts):
        if wanted.name not in paths:
            raise VolumeError(f'cannot find volume "{wanted.name}" to mount into container "{container.name}"')
        source = paths[wanted.name]
        part = _sub_path(wanted, environment)
        if part:
            place = directory / "volume-subpaths" / wanted.name / container.name / str(index)
            source = hold(source, part, place)
        mount = pb.Mount(container_path=_absolute(wanted.mount_path), host_path=str(source), readonly=wanted.read_only)
        if wanted.mount_propagation in _PROPAGATION:
            mount.propagation = _PROPAGATION[wanted.mount_propagation]
        mounts.append(mount)
    return mounts


def _absolute(path: str) -> str:
    return path if path.startswith("/") else "/" + path


def _sub_path(wanted: core_v1.VolumeMount, environment: Mapping[str, str]) -> str:
    if not wanted.sub_path_expr:
        return wanted.sub_path
    if names := missing(wanted.sub_path_expr, environment):
        raise VolumeError(f'missing value for "{names[0]}" in subPathExpr of volume "{wanted.name}"')
    return expand(wanted.sub_path_expr, environment)


def wants_hosts_file(container: core_v1.Container) -> bool:
    """Whether the container has no /etc/hosts of its own making."""
    return all(_absolute(wanted.mount_path) != HOSTS for wanted in container.volume_mounts)
