"""Where containers see the volumes of their pod."""

from __future__ import annotations

from collections.abc import Mapping

from ..core_v1 import Container, EphemeralContainer, Volume, VolumeDevice, VolumeMount
from ..field_errors import Errors, Path, forbidden, invalid_value, not_found, not_supported, required
from . import checks

_PROPAGATION = ("Bidirectional", "HostToContainer", "None")
_RECURSIVE = ("Disabled", "Enabled", "IfPossible")


def mounts(container: Container | EphemeralContainer, volumes: Mapping[str, Volume], path: Path) -> Errors:
    devices = {device.name: device.device_path for device in container.volume_devices}
    taken: set[str] = set()
    for index, mount in enumerate(container.volume_mounts):
        place = path.index(index)
        if not mount.name:
            yield required(place.child("name"))
        if mount.name not in volumes:
            yield not_found(place.child("name"), mount.name)
        if not mount.mount_path:
            yield required(place.child("mountPath"))
        if mount.mount_path in taken:
            yield invalid_value(place.child("mountPath"), mount.mount_path, "must be unique")
        taken.add(mount.mount_path)
        if mount.name in devices:
            yield invalid_value(place.child("name"), mount.name, "must not already exist in volumeDevices")
        if mount.mount_path in devices.values():
            message = "must not already exist as a path in volumeDevices"
            yield invalid_value(place.child("mountPath"), mount.mount_path, message)
        yield from _sub_path(mount, place, path)
        if mount.mount_propagation is not None:
            yield from _propagation(mount.mount_propagation, container, path.child("mountPropagation"))
        if mount.recursive_read_only is not None:
            yield from _recursive(mount, path.child("recursiveReadOnly"))


def _sub_path(mount: VolumeMount, place: Path, path: Path) -> Errors:
    if mount.sub_path:
        yield from checks.relative_path(path.child("subPath"), mount.sub_path)
    if mount.sub_path_expr:
        if mount.sub_path:
            message = "subPathExpr and subPath are mutually exclusive"
            yield invalid_value(place.child("subPathExpr"), mount.sub_path_expr, message)
        yield from checks.relative_path(path.child("subPathExpr"), mount.sub_path_expr)


def _propagation(value: str, container: Container | EphemeralContainer, path: Path) -> Errors:
    yield from checks.supported(path, value, _PROPAGATION)
    privileged = container.security_context is not None and bool(container.security_context.privileged)
    if value == "Bidirectional" and not privileged:
        yield forbidden(path, "Bidirectional mount propagation is available only to privileged containers")


def _recursive(mount: VolumeMount, path: Path) -> Errors:
    if mount.recursive_read_only in ("Enabled", "IfPossible"):
        if not mount.read_only:
            yield forbidden(path, "may only be specified when readOnly is true")
        if mount.mount_propagation not in (None, "None"):
            yield forbidden(path, "may only be specified when mountPropagation is None or not specified")
    elif mount.recursive_read_only != "Disabled":
        yield not_supported(path, mount.recursive_read_only, _RECURSIVE)


def devices(found: list[VolumeDevice], mounted: list[VolumeMount], volumes: Mapping[str, Volume], path: Path) -> Errors:
    """Volumes that a container sees as block devices."""
    mount_paths = {mount.name: mount.mount_path for mount in mounted}
    names: set[str] = set()
    paths: set[str] = set()
    for index, device in enumerate(found):
        place = path.index(index)
        name, where = place.child("name"), place.child("devicePath")
        volume = volumes.get(device.name)
        if not device.name:
            yield required(name)
        if device.name in names:
            yield invalid_value(name, device.name, "must be unique")
        if volume is None:
            yield not_found(name, device.name)
        elif volume.persistent_volume_claim is None and volume.ephemeral is None:
            message = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode"
            yield invalid_value(name, device.name, message)
        if not device.device_path:
            yield required(where)
        if device.device_path in paths:
            yield invalid_value(where, device.device_path, "must be unique")
        if ".." in device.device_path.split("/"):
            yield invalid_value(where, device.device_path, "can not contain backsteps ('..')")
        if device.name in mount_paths:
            yield invalid_value(name, device.name, "must not already exist in volumeMounts")
        if device.device_path in mount_paths.values():
            yield invalid_value(where, device.device_path, "must not already exist as a path in volumeMounts")
        names.add(device.name)
        paths.add(device.device_path)
