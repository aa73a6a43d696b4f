"""Defaults of storage classes and CSI drivers."""

from __future__ import annotations

from .. import storage_v1
from .volumes import host_path


def _class(found: storage_v1.StorageClass) -> None:
    if found.reclaim_policy is None:
        found.reclaim_policy = "Delete"
    if found.volume_binding_mode is None:
        found.volume_binding_mode = "Immediate"


def _driver(found: storage_v1.CSIDriver) -> None:
    spec = found.spec
    if spec.attach_required is None:
        spec.attach_required = True
    if spec.pod_info_on_mount is None:
        spec.pod_info_on_mount = False
    if spec.storage_capacity is None:
        spec.storage_capacity = False
    if spec.fs_group_policy is None:
        spec.fs_group_policy = "ReadWriteOnceWithFSType"
    if spec.requires_republish is None:
        spec.requires_republish = False
    if spec.se_linux_mount is None:
        spec.se_linux_mount = False
    spec.volume_lifecycle_modes = spec.volume_lifecycle_modes or ["Persistent"]


def _attachment(found: storage_v1.VolumeAttachment) -> None:
    inline = found.spec.source.inline_volume_spec
    if inline is None:
        return
    host_path(inline.host_path)
    if inline.volume_mode is None:
        inline.volume_mode = "Filesystem"


TABLE = {
    storage_v1.StorageClass: _class,
    storage_v1.CSIDriver: _driver,
    storage_v1.VolumeAttachment: _attachment,
}
