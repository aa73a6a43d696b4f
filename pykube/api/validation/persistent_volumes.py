"""PersistentVolumes."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import Any

from .. import codec, names
from ..core_v1 import (
    CSIPersistentVolumeSource,
    LocalVolumeSource,
    PersistentVolume,
    PersistentVolumeSpec,
    SecretReference,
)
from ..field_errors import SPEC, Errors, Path, forbidden, invalid_value, not_supported, required
from . import checks, claims, drivers, scheduling, volumes
from .difference import difference
from .rules import Rules

_RECLAIM_POLICIES = ("Delete", "Recycle", "Retain")
_INLINE = "in the context of inline volumes"


def spec(found: PersistentVolumeSpec, name: str, path: Path, *, inline: bool = False) -> Errors:
    """`inline`: the spec stands in a VolumeAttachment and not in a PersistentVolume called `name`."""
    if inline:
        yield from _inline(found, path)
    if not found.access_modes:
        yield required(path.child("accessModes"))
    yield from claims.access_modes(found.access_modes, path.child("accessModes"))
    if not inline:
        yield from _capacity(found, path.child("capacity"))
        if found.persistent_volume_reclaim_policy:
            place = path.child("persistentVolumeReclaimPolicy")
            yield from checks.supported(place, found.persistent_volume_reclaim_policy, _RECLAIM_POLICIES)
    if found.node_affinity is not None and not inline:
        place = path.child("nodeAffinity").child("required")
        if found.node_affinity.required is None:
            yield required(place, "must specify required node constraints")
        else:
            yield from scheduling.node_selector(found.node_affinity.required, place)
    yield from _source(found, name, path)
    if found.storage_class_name and not inline:
        yield from checks.follows(path.child("storageClassName"), found.storage_class_name, names.dns_subdomain)
    if found.volume_mode is not None and not inline:
        yield from checks.supported(path.child("volumeMode"), found.volume_mode, claims.VOLUME_MODES)
    attributes = found.volume_attributes_class_name
    if attributes is not None:
        place = path.child("volumeAttributesClassName")
        if not attributes:
            yield required(place, "an empty string is disallowed")
        else:
            yield from checks.follows(place, attributes, names.dns_subdomain)
        if found.csi is None:
            yield required(path.child("csi"), "has to be specified when using volumeAttributesClassName")


def _inline(found: PersistentVolumeSpec, path: Path) -> Errors:
    for field, value in (
        ("claimRef", found.claim_ref),
        ("capacity", found.capacity),
        ("nodeAffinity", found.node_affinity),
        ("storageClassName", found.storage_class_name),
    ):
        if value:
            yield forbidden(path.child(field), f"may not be specified {_INLINE}")
    if found.persistent_volume_reclaim_policy not in ("", "Retain"):
        yield forbidden(path.child("persistentVolumeReclaimPolicy"), f"may only be Retain {_INLINE}")
    if found.csi is None:
        yield required(path.child("csi"), f"has to be specified {_INLINE}")
    if found.volume_mode not in (None, "Filesystem"):
        yield forbidden(path.child("volumeMode"), f"may not specify volumeMode other than Filesystem {_INLINE}")


def _capacity(found: PersistentVolumeSpec, path: Path) -> Errors:
    if not found.capacity:
        yield required(path)
    elif "storage" not in found.capacity or len(found.capacity) > 1:
        yield not_supported(path, {name: str(value) for name, value in found.capacity.items()}, ("storage",))
    for name, value in found.capacity.items():
        if value.sign < 0:
            yield invalid_value(path.key(name), value.value, "must be a valid resource quantity")
        elif value.sign == 0:
            yield invalid_value(path.key(name), str(value), "must be greater than zero")


def _source(found: PersistentVolumeSpec, name: str, path: Path) -> Errors:
    chosen = False
    for attribute, field, check in _SOURCES:
        source = getattr(found, attribute)
        if source is None:
            continue
        if chosen:
            yield forbidden(path.child(field), "may not specify more than 1 volume type")
            continue
        chosen = True
        if attribute == "iscsi":
            yield from drivers.iscsi_of_volume(source, name, path.child(field))
        else:
            yield from check(source, path.child(field))
    if not chosen:
        yield required(path, "must specify a volume type")
    if found.local is not None and found.node_affinity is None:
        yield required(path.child("nodeAffinity"), "Local volume requires node affinity")
    if (
        found.host_path is not None
        and posixpath.normpath(found.host_path.path) == "/"
        and found.persistent_volume_reclaim_policy == "Recycle"
    ):
        place = path.child("persistentVolumeReclaimPolicy")
        yield forbidden(place, "may not be 'recycle' for a hostPath mount of '/'")


def _local(source: LocalVolumeSource, path: Path) -> Errors:
    if not source.path:
        yield required(path.child("path"))
    else:
        yield from checks.no_backsteps(path.child("path"), source.path)


def _csi(source: CSIPersistentVolumeSource, path: Path) -> Errors:
    yield from volumes.driver_name(source.driver, path.child("driver"))
    if not source.volume_handle:
        yield required(path.child("volumeHandle"))
    for field, secret in (
        ("controllerPublishSecretRef", source.controller_publish_secret_ref),
        ("controllerExpandSecretRef", source.controller_expand_secret_ref),
        ("nodePublishSecretRef", source.node_publish_secret_ref),
        ("nodeExpandSecretRef", source.node_expand_secret_ref),
    ):
        if secret is not None:
            yield from _secret(secret, path.child(field))


def _secret(secret: SecretReference, path: Path) -> Errors:
    yield from checks.named(path.child("name"), secret.name, names.dns_subdomain)
    yield from checks.named(path.child("namespace"), secret.namespace, names.dns_label)


_SOURCES: tuple[tuple[str, str, Callable[[Any, Path], Errors]], ...] = (
    ("host_path", "hostPath", volumes.host_path),
    ("gce_persistent_disk", "gcePersistentDisk", drivers.gce_disk),
    ("aws_elastic_block_store", "awsElasticBlockStore", drivers.aws_disk),
    ("glusterfs", "glusterfs", drivers.glusterfs_of_volume),
    ("flocker", "flocker", drivers.flocker),
    ("nfs", "nfs", volumes.nfs),
    ("rbd", "rbd", drivers.rbd),
    ("quobyte", "quobyte", drivers.quobyte),
    ("cephfs", "cephfs", drivers.cephfs),
    ("iscsi", "iscsi", drivers.iscsi),
    ("cinder", "cinder", drivers.cinder),
    ("fc", "fc", drivers.fibre_channel),
    ("flex_volume", "flexVolume", drivers.flex),
    ("azure_file", "azureFile", drivers.azure_file_of_volume),
    ("vsphere_volume", "vsphereVolume", drivers.vsphere),
    ("photon_persistent_disk", "photonPersistentDisk", drivers.photon),
    ("portworx_volume", "portworxVolume", drivers.portworx),
    ("azure_disk", "azureDisk", drivers.azure_disk),
    ("scale_io", "scaleIO", drivers.scale_io),
    ("local", "local", _local),
    ("storageos", "storageos", drivers.storageos),
    ("csi", "csi", _csi),
)


def _create(volume: PersistentVolume) -> Errors:
    yield from spec(volume.spec, volume.metadata.name, SPEC)


def _sources_of(found: PersistentVolumeSpec) -> dict[str, Any]:
    return {field: getattr(found, attribute) for attribute, field, _ in _SOURCES if getattr(found, attribute)}


def _update(new: PersistentVolume, old: PersistentVolume) -> Errors:
    yield from _create(new)
    wanted, had = codec.copy(new.spec), old.spec
    # A secret for growing the volume may be named later.
    if wanted.csi is not None and had.csi is not None and had.csi.controller_expand_secret_ref is None:
        wanted.csi.controller_expand_secret_ref = None
    if _sources_of(wanted) != _sources_of(had):
        shown = difference(_sources_of(had), _sources_of(wanted))
        message = f"spec.persistentvolumesource is immutable after creation\n{shown}"
        yield forbidden(SPEC.child("persistentvolumesource"), message)
    yield from checks.immutable(Path("volumeMode"), wanted.volume_mode, had.volume_mode)
    if had.node_affinity is not None:
        yield from checks.immutable(Path("nodeAffinity"), wanted.node_affinity, had.node_affinity)
    if had.volume_attributes_class_name is not None and wanted.volume_attributes_class_name is None:
        place = SPEC.child("volumeAttributesClassName")
        yield forbidden(place, "update from non-nil value to nil is forbidden")


RULES = Rules(create=_create, update=_update)
