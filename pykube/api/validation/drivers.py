"""Volumes of the storage systems that Kubernetes once drove itself. Most demand only that some fields are there."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Protocol

from .. import names
from ..core_v1 import (
    AWSElasticBlockStoreVolumeSource,
    AzureDiskVolumeSource,
    AzureFilePersistentVolumeSource,
    FCVolumeSource,
    FlockerVolumeSource,
    GCEPersistentDiskVolumeSource,
    GitRepoVolumeSource,
    GlusterfsPersistentVolumeSource,
    ISCSIPersistentVolumeSource,
    ISCSIVolumeSource,
    QuobyteVolumeSource,
    SecretReference,
    StorageOSPersistentVolumeSource,
    StorageOSVolumeSource,
)
from ..field_errors import Errors, Path, invalid_value, not_supported, required
from ..schema import camel
from . import checks

_IQN = re.compile(r"iqn\.\d{4}-\d{2}\.[A-Za-z0-9.-]+:[^,;*&$|\s]+")
_EUI = re.compile(r"eui.[A-Za-z0-9]{16}")
_NAA = re.compile(r"naa.[A-Za-z0-9]{32}")
_PARTITION = names.between(1, 255)
_LUN_MAX = 255
_PORTAL_AND_NAME_MAX = 64
_QUOBYTE_TENANT_MAX = 64
_CACHING = ("None", "ReadOnly", "ReadWrite")
_AZURE_KINDS = ("Dedicated", "Managed", "Shared")
_MANAGED_URI = "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"
_BLOB_URI = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"


def _needs(*attributes: str) -> Callable[[Any, Path], Errors]:
    """A check that all of `attributes` are there."""

    def check(source: Any, path: Path) -> Errors:
        for attribute in attributes:
            if not getattr(source, attribute):
                yield required(path.child(camel(attribute)))

    return check


rbd = _needs("monitors", "image")
cephfs = _needs("monitors")
azure_file = _needs("secret_name", "share_name")
vsphere = _needs("volume_path")
photon = _needs("pd_id")
portworx = _needs("volume_id")
scale_io = _needs("gateway", "system", "volume_name")
glusterfs = _needs("endpoints", "path")
_volume_id = _needs("volume_id")


def git_repo(source: GitRepoVolumeSource, path: Path) -> Errors:
    if not source.repository:
        yield required(path.child("repository"))
    yield from checks.relative_path(path.child("directory"), source.directory)


def gce_disk(source: GCEPersistentDiskVolumeSource, path: Path) -> Errors:
    if not source.pd_name:
        yield required(path.child("pdName"))
    yield from _partition(source.partition, path)


def aws_disk(source: AWSElasticBlockStoreVolumeSource, path: Path) -> Errors:
    yield from _volume_id(source, path)
    yield from _partition(source.partition, path)


def _partition(value: int, path: Path) -> Errors:
    if not 0 <= value <= 255:
        yield invalid_value(path.child("partition"), value, _PARTITION)


class _HasSecret(Protocol):
    @property
    def secret_ref(self) -> Any: ...


def cinder(source: Any, path: Path) -> Errors:
    yield from _volume_id(source, path)
    yield from _secret(source, path)


def _secret(source: _HasSecret, path: Path) -> Errors:
    """A reference to a Secret names it, and its namespace where it can be in any."""
    secret = source.secret_ref
    if secret is None:
        return
    place = path.child("secretRef")
    if not secret.name:
        yield required(place.child("name"))
    if isinstance(secret, SecretReference) and not secret.namespace:
        yield required(place.child("namespace"))


def iscsi(source: ISCSIVolumeSource | ISCSIPersistentVolumeSource, path: Path) -> Errors:
    if not source.target_portal:
        yield required(path.child("targetPortal"))
    if not source.iqn:
        yield required(path.child("iqn"))
    else:
        yield from _initiator(source.iqn, path.child("iqn"))
    yield from checks.in_range(path.child("lun"), source.lun, 0, _LUN_MAX)
    if (source.chap_auth_discovery or source.chap_auth_session) and source.secret_ref is None:
        yield required(path.child("secretRef"))
    if source.initiator_name is not None:
        yield from _initiator(source.initiator_name, path.child("initiatorname"))


def iscsi_of_volume(source: ISCSIPersistentVolumeSource, volume: str, path: Path) -> Errors:
    """As `iscsi`, in a PersistentVolume called `volume`."""
    if source.initiator_name is not None and len(f"{volume}:{source.target_portal}") > _PORTAL_AND_NAME_MAX:
        yield invalid_value(
            path.child("targetportal"),
            source.target_portal,
            "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters"
            " if iscsi.initiatorName is specified.",
        )
    yield from iscsi(source, path)
    if source.secret_ref is not None and not source.secret_ref.name:
        yield required(path.child("secretRef").child("name"))


def _initiator(name: str, path: Path) -> Errors:
    pattern = {"iqn": _IQN, "eui": _EUI, "naa": _NAA}.get(name[:3])
    if pattern is None:
        yield invalid_value(path, name, "must be valid format starting with iqn, eui, or naa")
    elif not pattern.fullmatch(name):
        yield invalid_value(path, name, "must be valid format")


def glusterfs_of_volume(source: GlusterfsPersistentVolumeSource, path: Path) -> Errors:
    yield from glusterfs(source, path)
    namespace = source.endpoints_namespace
    place = path.child("endpointsNamespace")
    if namespace == "":
        yield invalid_value(place, namespace, "if the endpointnamespace is set, it must be a valid namespace name")
    elif namespace is not None:
        yield from checks.follows(place, namespace, names.dns_label)


def flocker(source: FlockerVolumeSource, path: Path) -> Errors:
    if not source.dataset_name and not source.dataset_uuid:
        yield required(path, "one of datasetName and datasetUUID is required")
    if source.dataset_name and source.dataset_uuid:
        yield invalid_value(path, "resource", "datasetName and datasetUUID can not be specified simultaneously")
    if "/" in source.dataset_name:
        yield invalid_value(path.child("datasetName"), source.dataset_name, "must not contain '/'")


def quobyte(source: QuobyteVolumeSource, path: Path) -> Errors:
    message = "must be a host:port pair or multiple pairs separated by commas"
    if not source.registry:
        yield required(path.child("registry"), message)
    elif len(source.tenant) > _QUOBYTE_TENANT_MAX:
        yield required(path.child("tenant"), "must be a UUID and may not exceed a length of 64 characters")
    else:
        for pair in source.registry.split(","):
            if pair.count(":") != 1 and not pair.startswith("["):
                yield invalid_value(path.child("registry"), source.registry, message)
    if not source.volume:
        yield required(path.child("volume"))


def fibre_channel(source: FCVolumeSource, path: Path) -> Errors:
    place = path.child("targetWWNs")
    if not source.target_wwns and not source.wwids:
        yield required(place, "must specify either targetWWNs or wwids, but not both")
    if source.target_wwns and source.wwids:
        yield invalid_value(place, source.target_wwns, "targetWWNs and wwids can not be specified simultaneously")
    if source.target_wwns:
        if source.lun is None:
            yield required(path.child("lun"), "lun is required if targetWWNs is specified")
        else:
            yield from checks.in_range(path.child("lun"), source.lun, 0, _LUN_MAX)


def flex(source: Any, path: Path) -> Errors:
    if not source.driver:
        yield required(path.child("driver"))
    for key in source.options:
        owner = "." + key.partition("/")[0].lower()
        if owner.endswith((".kubernetes.io", ".k8s.io")):
            message = "kubernetes.io and k8s.io namespaces are reserved"
            yield invalid_value(path.child("options").key(key), key, message)


def azure_file_of_volume(source: AzureFilePersistentVolumeSource, path: Path) -> Errors:
    yield from azure_file(source, path)
    if source.secret_namespace == "":
        yield required(path.child("secretNamespace"))


def azure_disk(source: AzureDiskVolumeSource, path: Path) -> Errors:
    if not source.disk_name:
        yield required(path.child("diskName"))
    if not source.disk_uri:
        yield required(path.child("diskURI"))
    if source.caching_mode is not None:
        yield from checks.supported(path.child("cachingMode"), source.caching_mode, _CACHING)
    if source.kind is None:
        return
    yield from checks.supported(path.child("kind"), source.kind, _AZURE_KINDS)
    managed = source.kind == "Managed"
    if not source.disk_uri.startswith("/subscriptions/" if managed else "https://"):
        yield not_supported(path.child("diskURI"), source.disk_uri, [_MANAGED_URI if managed else _BLOB_URI])


def storageos(source: StorageOSVolumeSource | StorageOSPersistentVolumeSource, path: Path) -> Errors:
    yield from checks.named(path.child("volumeName"), source.volume_name, names.dns_label)
    if source.volume_namespace:
        yield from checks.follows(path.child("volumeNamespace"), source.volume_namespace, names.dns_label)
    yield from _secret(source, path)
