"""Defaults of volumes in pods and of persistent volumes."""

from __future__ import annotations

from .. import core_v1
from .containers import pull_policy
from .resources import round_up

_MODE = 0o644
_HOUR_SECONDS = 3600

_SOURCES = tuple(name for name in core_v1.Volume.__struct_fields__ if name != "name")


def volume(found: core_v1.Volume) -> None:
    if all(getattr(found, source) is None for source in _SOURCES):
        found.empty_dir = core_v1.EmptyDirVolumeSource()
        return
    host_path(found.host_path)
    for source in (found.secret, found.config_map, found.downward_api, found.projected):
        if source is not None and source.default_mode is None:
            source.default_mode = _MODE
    if found.downward_api is not None:
        _downward(found.downward_api.items)
    if found.projected is not None:
        for projection in found.projected.sources:
            _projection(projection)
    if found.ephemeral is not None and found.ephemeral.volume_claim_template is not None:
        claim_spec(found.ephemeral.volume_claim_template.spec)
    if found.image is not None:
        found.image.pull_policy = found.image.pull_policy or pull_policy(found.image.reference)
    _by_driver(found)


def persistent_volume(found: core_v1.PersistentVolume) -> None:
    found.status.phase = found.status.phase or "Pending"
    spec = found.spec
    spec.persistent_volume_reclaim_policy = spec.persistent_volume_reclaim_policy or "Retain"
    if spec.volume_mode is None:
        spec.volume_mode = "Filesystem"
    round_up(spec.capacity)
    host_path(spec.host_path)
    _by_driver(spec)


def claim(found: core_v1.PersistentVolumeClaim) -> None:
    found.status.phase = found.status.phase or "Pending"
    claim_spec(found.spec)
    round_up(found.status.capacity)
    round_up(found.status.allocated_resources)


def claim_spec(spec: core_v1.PersistentVolumeClaimSpec) -> None:
    if spec.volume_mode is None:
        spec.volume_mode = "Filesystem"
    round_up(spec.resources.limits)
    round_up(spec.resources.requests)


def host_path(found: core_v1.HostPathVolumeSource | None) -> None:
    if found is not None and found.type is None:
        found.type = ""


def _downward(items: list[core_v1.DownwardAPIVolumeFile]) -> None:
    for item in items:
        if item.field_ref is not None:
            item.field_ref.api_version = item.field_ref.api_version or "v1"


def _projection(found: core_v1.VolumeProjection) -> None:
    if found.downward_api is not None:
        _downward(found.downward_api.items)
    token = found.service_account_token
    if token is not None and token.expiration_seconds is None:
        token.expiration_seconds = _HOUR_SECONDS


def _by_driver(found: core_v1.Volume | core_v1.PersistentVolumeSpec) -> None:
    """What the drivers of storage outside the cluster assume."""
    if found.iscsi is not None:
        found.iscsi.iscsi_interface = found.iscsi.iscsi_interface or "default"
    if found.rbd is not None:
        found.rbd.pool = found.rbd.pool or "rbd"
        found.rbd.user = found.rbd.user or "admin"
        found.rbd.keyring = found.rbd.keyring or "/etc/ceph/keyring"
    if found.scale_io is not None:
        found.scale_io.storage_mode = found.scale_io.storage_mode or "ThinProvisioned"
        found.scale_io.fs_type = found.scale_io.fs_type or "xfs"
    if found.azure_disk is not None:
        _azure_disk(found.azure_disk)


def _azure_disk(disk: core_v1.AzureDiskVolumeSource) -> None:
    if disk.caching_mode is None:
        disk.caching_mode = "ReadWrite"
    if disk.fs_type is None:
        disk.fs_type = "ext4"
    if disk.read_only is None:
        disk.read_only = False
    if disk.kind is None:
        disk.kind = "Shared"
