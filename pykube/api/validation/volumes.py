"""The volumes of a pod: each of exactly one type. Source: ValidateVolumes in pkg/apis/core/validation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import names
from ..core_v1 import (
    ConfigMapVolumeSource,
    CSIVolumeSource,
    EmptyDirVolumeSource,
    EphemeralVolumeSource,
    HostPathVolumeSource,
    ImageVolumeSource,
    NFSVolumeSource,
    PersistentVolumeClaimVolumeSource,
    SecretVolumeSource,
    Volume,
)
from ..field_errors import Errors, Path, duplicate, forbidden, invalid_value, required, too_long
from ..meta_v1 import ObjectMeta
from . import checks, claims, drivers, meta, projections

_HOST_PATH_TYPES = (
    "",
    "BlockDevice",
    "CharDevice",
    "Directory",
    "DirectoryOrCreate",
    "File",
    "FileOrCreate",
    "Socket",
)
_DRIVER_NAME_MAX = 63
_PULL_POLICIES = ("Always", "IfNotPresent", "Never")


def volumes(found: list[Volume], pod: ObjectMeta | None, path: Path) -> Errors:
    """`pod` is the metadata of the pod, None in a template."""
    owner = pod.name if pod is not None else ""
    made = {f"{owner}-{volume.name}" for volume in found if volume.ephemeral is not None} if owner else set()
    seen: set[str] = set()
    for index, volume in enumerate(found):
        place = path.index(index)
        name = place.child("name")
        yield from _source(volume, owner, place)
        yield from checks.named(name, volume.name, names.dns_label)
        if volume.name in seen:
            yield duplicate(name, volume.name)
        seen.add(volume.name)
        claim = volume.persistent_volume_claim
        if claim is not None and claim.claim_name in made:
            yield invalid_value(
                place.child("persistentVolumeClaim").child("claimName"),
                claim.claim_name,
                "must not reference a PVC that gets created for an ephemeral volume",
            )


def valid_names(found: list[Volume]) -> dict[str, Volume]:
    """The volumes that containers may mount, by name."""
    return {volume.name: volume for volume in found}


def _source(volume: Volume, owner: str, path: Path) -> Errors:
    chosen = False
    for attribute, name, check in _SOURCES:
        source = getattr(volume, attribute)
        if source is None:
            continue
        if chosen:
            yield forbidden(path.child(name), "may not specify more than 1 volume type")
            continue
        chosen = True
        yield from check(source, path.child(name))
    if not chosen:
        yield required(path, "must specify a volume type")
    if volume.ephemeral is not None and owner and volume.name:
        claim = f"{owner}-{volume.name}"
        for message in names.dns_subdomain(claim):
            yield invalid_value(path.child("name"), volume.name, f'PVC name "{claim}": {message}')


def _empty_dir(source: EmptyDirVolumeSource, path: Path) -> Errors:
    if source.size_limit is not None and source.size_limit.sign < 0:
        yield forbidden(path.child("sizeLimit"), "SizeLimit field must be a valid resource quantity")


def host_path(source: HostPathVolumeSource, path: Path) -> Errors:
    if not source.path:
        yield required(path.child("path"))
        return
    yield from checks.no_backsteps(path.child("path"), source.path)
    if source.type is not None:
        yield from checks.supported(path.child("type"), source.type, _HOST_PATH_TYPES)


def _secret(source: SecretVolumeSource, path: Path) -> Errors:
    if not source.secret_name:
        yield required(path.child("secretName"))
    yield from checks.file_mode(path.child("defaultMode"), source.default_mode)
    yield from projections.items(source.items, path.child("items"))


def _config_map(source: ConfigMapVolumeSource, path: Path) -> Errors:
    if not source.name:
        yield required(path.child("name"))
    yield from checks.file_mode(path.child("defaultMode"), source.default_mode)
    yield from projections.items(source.items, path.child("items"))


def _claim(source: PersistentVolumeClaimVolumeSource, path: Path) -> Errors:
    if not source.claim_name:
        yield required(path.child("claimName"))


def nfs(source: NFSVolumeSource, path: Path) -> Errors:
    if not source.server:
        yield required(path.child("server"))
    if not source.path:
        yield required(path.child("path"))
    if not source.path.startswith("/"):
        yield invalid_value(path.child("path"), source.path, "must be an absolute path")


def _csi(source: CSIVolumeSource, path: Path) -> Errors:
    yield from driver_name(source.driver, path.child("driver"))
    secret = source.node_publish_secret_ref
    if secret is not None:
        yield from checks.named(path.child("nodePublishSecretRef").child("name"), secret.name, names.dns_subdomain)


def driver_name(name: str, path: Path) -> Errors:
    """The name of a CSI driver: a domain name of at most 63 characters."""
    if not name:
        yield required(path)
        return
    if len(name) > _DRIVER_NAME_MAX:
        yield too_long(path, _DRIVER_NAME_MAX)
    for message in names.dns_subdomain(name.lower()):
        yield invalid_value(path, name, message)


def _ephemeral(source: EphemeralVolumeSource, path: Path) -> Errors:
    template = source.volume_claim_template
    place = path.child("volumeClaimTemplate")
    if template is None:
        yield required(place)
        return
    yield from meta.template(template, place.child("metadata"))
    yield from claims.spec(template.spec, place.child("spec"))


def _image(source: ImageVolumeSource, path: Path) -> Errors:
    if not source.reference:
        yield required(path.child("reference"))
    yield from checks.required_supported(path.child("pullPolicy"), source.pull_policy, _PULL_POLICIES)


_SOURCES: tuple[tuple[str, str, Callable[[Any, Path], Errors]], ...] = (
    ("empty_dir", "emptyDir", _empty_dir),
    ("host_path", "hostPath", host_path),
    ("git_repo", "gitRepo", drivers.git_repo),
    ("gce_persistent_disk", "gcePersistentDisk", drivers.gce_disk),
    ("aws_elastic_block_store", "awsElasticBlockStore", drivers.aws_disk),
    ("secret", "secret", _secret),
    ("nfs", "nfs", nfs),
    ("iscsi", "iscsi", drivers.iscsi),
    ("glusterfs", "glusterfs", drivers.glusterfs),
    ("flocker", "flocker", drivers.flocker),
    ("persistent_volume_claim", "persistentVolumeClaim", _claim),
    ("rbd", "rbd", drivers.rbd),
    ("cinder", "cinder", drivers.cinder),
    ("cephfs", "cephfs", drivers.cephfs),
    ("quobyte", "quobyte", drivers.quobyte),
    ("downward_api", "downwardAPI", projections.downward_api),
    ("fc", "fc", drivers.fibre_channel),
    ("flex_volume", "flexVolume", drivers.flex),
    ("config_map", "configMap", _config_map),
    ("azure_file", "azureFile", drivers.azure_file),
    ("vsphere_volume", "vsphereVolume", drivers.vsphere),
    ("photon_persistent_disk", "photonPersistentDisk", drivers.photon),
    ("portworx_volume", "portworxVolume", drivers.portworx),
    ("azure_disk", "azureDisk", drivers.azure_disk),
    ("storageos", "storageos", drivers.storageos),
    ("projected", "projected", projections.projected),
    ("scale_io", "scaleIO", drivers.scale_io),
    ("csi", "csi", _csi),
    ("ephemeral", "ephemeral", _ephemeral),
    ("image", "image", _image),
)
