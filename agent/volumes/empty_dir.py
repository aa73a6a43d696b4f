"""``emptyDir``: a directory that lives as long as the pod, on disk or in memory."""

from __future__ import annotations

from pathlib import Path

from agent.pods.resources import pod_limits
from pykube.api import core_v1

from .context import VolumeContext, VolumeError
from .mount import MS_NODEV, MS_NOSUID, MountError, is_file_system, mount
from .ownership import hand_to_group


def set_up(context: VolumeContext, source: core_v1.EmptyDirVolumeSource, directory: Path) -> Path:
    """Make the directory; one that is there from before is left as it is.

    Raises:
        VolumeError: the medium is unknown, or memory could not be mounted.
    """
    if source.medium not in ("", "Memory"):
        raise VolumeError(f'storage medium "{source.medium}" is not supported')
    fresh = not directory.exists()
    directory.mkdir(parents=True, exist_ok=True)
    if source.medium == "Memory" and not is_file_system(directory):
        fresh = True
        try:
            mount("tmpfs", directory, "tmpfs", MS_NOSUID | MS_NODEV, _options(context, source))
        except MountError as error:
            raise VolumeError(str(error)) from error
    if fresh:
        directory.chmod(0o777)
        if context.fs_group is not None:
            hand_to_group(directory, context.fs_group)
    return directory


def _options(context: VolumeContext, source: core_v1.EmptyDirVolumeSource) -> str:
    """The tmpfs's size: the volume's own limit, within the pod's memory limit."""
    sizes = [pod_limits(context.pod).memory]
    if source.size_limit is not None:
        sizes.append(source.size_limit.value)
    size = min((size for size in sizes if size > 0), default=0)
    return f"size={size},mode=0777" if size else "mode=0777"
