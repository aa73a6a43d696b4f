"""All volumes of one pod: set up together, brought up to date, taken down."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from pykube import errors
from pykube.api import core_v1

from . import (
    atomic_writer,
    config_map,
    downward_api,
    empty_dir,
    host_path,
    nfs,
    persistent_volume_claim,
    projected,
    secret,
)
from .context import VolumeContext, VolumeError
from .mount import MountError, is_file_system, mount, remove_tree, unmount_below

Reference = tuple[str, str]
"""Kind (``ConfigMap`` or ``Secret``) and name, in the pod's namespace."""


@dataclass(slots=True)
class PodVolumes:
    """The volumes of one pod by name, each with its path on the host."""

    paths: dict[str, Path] = field(default_factory=dict)
    renew_in: float | None = None
    """Seconds after the last `set_up` or `refresh` at which a token wants renewing; None without tokens."""

    async def set_up(self, context: VolumeContext) -> None:
        """Set up every volume; those that are there already are only brought up to date.

        Raises:
            VolumeError: with upstream's text for the first volume that could not be set up.
        """
        self.renew_in = None
        for volume in context.pod.spec.volumes:
            try:
                self.paths[volume.name] = await self._one(context, volume)
            except (VolumeError, errors.ApiError, OSError) as error:
                raise VolumeError(f'MountVolume.SetUp failed for volume "{volume.name}" : {error}') from error

    async def refresh(self, context: VolumeContext) -> None:
        """Write anew what comes from the API: ConfigMaps, Secrets, the pod's own fields, tokens.

        Raises:
            VolumeError: as for `set_up`; what was there before stays.
        """
        self.renew_in = None
        for volume in context.pod.spec.volumes:
            if volume.name in self.paths:
                try:
                    await self._files(context, volume, self.paths[volume.name])
                except (VolumeError, errors.ApiError, OSError) as error:
                    raise VolumeError(f'MountVolume.SetUp failed for volume "{volume.name}" : {error}') from error

    async def _one(self, context: VolumeContext, volume: core_v1.Volume) -> Path:
        directory = context.directory / "volumes" / kind_directory(volume) / volume.name
        if volume.host_path is not None:
            return host_path.set_up(volume.host_path)
        if volume.persistent_volume_claim is not None:
            return await persistent_volume_claim.set_up(context, volume.persistent_volume_claim, directory)
        if volume.nfs is not None:
            return await nfs.set_up(volume.nfs, directory)
        if volume.empty_dir is not None:
            return empty_dir.set_up(context, volume.empty_dir, directory)
        directory.mkdir(parents=True, exist_ok=True)
        if _in_memory(volume) and not is_file_system(directory):
            mount("tmpfs", directory, "tmpfs", 0, "mode=0777")
        if not await self._files(context, volume, directory):
            raise VolumeError("no volume plugin matched")
        return directory

    async def _files(self, context: VolumeContext, volume: core_v1.Volume, directory: Path) -> bool:
        """Write the volume's files if it is of a type that has such; returns whether it is."""
        if volume.config_map is not None:
            found = await config_map.files(context, volume.config_map)
        elif volume.secret is not None:
            found = await secret.files(context, volume.secret)
        elif volume.downward_api is not None:
            found = await downward_api.files(context, volume.downward_api)
        elif volume.projected is not None:
            found, renew_in = await projected.files(context, volume.projected)
            if renew_in is not None:
                self.renew_in = renew_in if self.renew_in is None else min(self.renew_in, renew_in)
        else:
            return False
        atomic_writer.write(directory, found, context.clock.now(), context.fs_group)
        return True


async def tear_down(directory: Path) -> None:
    """Unmount all that is mounted in the pod's directory, then remove it.

    Raises:
        VolumeError: something could not be unmounted; nothing has been removed then.
    """
    try:
        await asyncio.to_thread(_tear_down, directory)
    except (MountError, OSError) as error:
        raise VolumeError(str(error)) from error


def _tear_down(directory: Path) -> None:
    if directory.exists():
        unmount_below(directory)
        remove_tree(directory)


def _in_memory(volume: core_v1.Volume) -> bool:
    """Whether the files are secret, and therefore kept off the disk."""
    if volume.projected is not None:
        return any(part.secret or part.service_account_token for part in volume.projected.sources)
    return volume.secret is not None


def kind_directory(volume: core_v1.Volume) -> str:
    """The directory that the kubelet puts volumes of this type in."""
    kinds = {
        "empty-dir": volume.empty_dir,
        "configmap": volume.config_map,
        "secret": volume.secret,
        "projected": volume.projected,
        "downward-api": volume.downward_api,
        "nfs": volume.nfs,
        "persistent-volume": volume.persistent_volume_claim,
    }
    name = next((name for name, source in kinds.items() if source is not None), "other")
    return f"kubernetes.io~{name}"


def references(pod: core_v1.Pod) -> set[Reference]:
    """The ConfigMaps and Secrets whose changes the pod's volumes follow."""
    found: set[Reference] = set()
    for volume in pod.spec.volumes:
        if volume.config_map is not None:
            found.add(("ConfigMap", volume.config_map.name))
        if volume.secret is not None:
            found.add(("Secret", volume.secret.secret_name))
        for part in volume.projected.sources if volume.projected is not None else ():
            if part.config_map is not None:
                found.add(("ConfigMap", part.config_map.name))
            if part.secret is not None:
                found.add(("Secret", part.secret.name))
    return found


def follows_pod(pod: core_v1.Pod) -> bool:
    """Whether a volume shows fields of the pod that may change (labels, annotations)."""
    for volume in pod.spec.volumes:
        if volume.downward_api is not None:
            return True
        if volume.projected is not None and any(part.downward_api for part in volume.projected.sources):
            return True
    return False
