"""``persistentVolumeClaim``: the volume that the claim is bound to."""

from __future__ import annotations

from pathlib import Path

from pykube import errors
from pykube.api import core_v1

from . import host_path, nfs
from .context import VolumeContext, VolumeError
from .ownership import hand_to_group


async def set_up(context: VolumeContext, source: core_v1.PersistentVolumeClaimVolumeSource, directory: Path) -> Path:
    """Set up the bound volume's own source.

    Raises:
        VolumeError: the claim or its volume is not there, not bound, or of a type that is not known here.
    """
    namespace = context.pod.metadata.namespace
    where = f"{namespace}/{source.claim_name}"
    try:
        claim = await context.objects.claim(namespace, source.claim_name)
        if claim.status.phase != "Bound" or not claim.spec.volume_name:
            raise VolumeError(f"error processing PVC {where}: PVC is not bound")
        volume = await context.objects.persistent_volume(claim.spec.volume_name)
    except errors.NotFound as error:
        raise VolumeError(f"error processing PVC {where}: {error}") from error
    owner = volume.spec.claim_ref
    if owner is None or owner.uid != claim.metadata.uid:
        raise VolumeError(f"error processing PVC {where}: PV {volume.metadata.name} is bound to another claim")
    if volume.spec.host_path is not None:
        return host_path.set_up(volume.spec.host_path)
    if volume.spec.local is not None:
        return _local(context, volume.spec.local)
    if volume.spec.nfs is not None:
        return await nfs.set_up(volume.spec.nfs, directory, volume.spec.mount_options)
    raise VolumeError(f"no volume plugin matched for persistent volume {volume.metadata.name}")


def _local(context: VolumeContext, source: core_v1.LocalVolumeSource) -> Path:
    path = Path(source.path)
    if not path.exists():
        raise VolumeError(f'path "{path}" does not exist')
    if context.fs_group is not None:
        hand_to_group(path, context.fs_group, only_if_root_differs=context.keep_if_root_matches)
    return path
