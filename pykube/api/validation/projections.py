"""Files that volumes make of Secrets, ConfigMaps, fields of the pod and tokens."""

from __future__ import annotations

from .. import names
from ..core_v1 import (
    ClusterTrustBundleProjection,
    DownwardAPIVolumeFile,
    DownwardAPIVolumeSource,
    KeyToPath,
    ObjectFieldSelector,
    PodCertificateProjection,
    ProjectedVolumeSource,
    ResourceFieldSelector,
    ServiceAccountTokenProjection,
    VolumeProjection,
)
from ..field_errors import Errors, Path, forbidden, invalid_value, not_supported, required
from . import checks, meta

_VOLUME_FIELDS = ("metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid")
_POD_FIELDS = frozenset(
    {
        *_VOLUME_FIELDS,
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.schedulerName",
        "spec.serviceAccountName",
        "spec.hostNetwork",
        "status.hostIP",
        "status.hostIPs",
        "status.nominatedNodeName",
        "status.phase",
        "status.podIP",
        "status.podIPs",
    }
)
_RESOURCE_FIELDS = (
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
)
_HUGE_PAGES = ("limits.hugepages-", "requests.hugepages-")
_BYTE_UNITS = ("1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei")
_KEY_TYPES = ("RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519")
_TOKEN_MIN_SECONDS = 600
_TOKEN_MAX_SECONDS = 2**32
_CERTIFICATE_MIN_SECONDS = 3600
_CERTIFICATE_MAX_SECONDS = 91 * 24 * 3600
_KUBERNETES_CERTIFICATE_MAX_SECONDS = 24 * 3600


def items(found: list[KeyToPath], path: Path) -> Errors:
    for index, item in enumerate(found):
        yield from _item(item, path.index(index))


def _item(item: KeyToPath, path: Path) -> Errors:
    if not item.key:
        yield required(path.child("key"))
    if not item.path:
        yield required(path.child("path"))
    yield from checks.local_path(path.child("path"), item.path)
    yield from checks.file_mode(path.child("mode"), item.mode)


def downward_api(source: DownwardAPIVolumeSource, path: Path) -> Errors:
    yield from checks.file_mode(path.child("defaultMode"), source.default_mode)
    for file in source.items:
        yield from _downward_file(file, path)


def _downward_file(file: DownwardAPIVolumeFile, path: Path) -> Errors:
    if not file.path:
        yield required(path.child("path"))
    yield from checks.local_path(path.child("path"), file.path)
    if file.field_ref is not None:
        yield from field_ref(file.field_ref, _VOLUME_FIELDS, path.child("fieldRef"))
        if file.resource_field_ref is not None:
            yield invalid_value(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously")
    elif file.resource_field_ref is not None:
        yield from resource_field_ref(file.resource_field_ref, path.child("resourceFieldRef"), in_volume=True)
    else:
        yield required(path, "one of fieldRef and resourceFieldRef is required")
    yield from checks.file_mode(path.child("mode"), file.mode)


def field_ref(found: ObjectFieldSelector, allowed: tuple[str, ...], path: Path) -> Errors:
    """A field of the pod, such as ``metadata.labels['app']``; `allowed` are those without a key."""
    if not found.api_version:
        yield required(path.child("apiVersion"))
        return
    place = path.child("fieldPath")
    if not found.field_path:
        yield required(place)
        return
    base, key = _subscript(found.field_path)
    if base not in _POD_FIELDS:
        yield invalid_value(
            place, found.field_path, f"error converting fieldPath: field label not supported: {found.field_path}"
        )
    elif key is None:
        if base not in allowed:
            yield not_supported(place, base, allowed)
    elif base == "metadata.annotations":
        for message in names.qualified_name(key.lower()):
            yield invalid_value(path, key.lower(), message)
    elif base == "metadata.labels":
        yield from checks.follows(path, key, names.qualified_name)
    else:
        yield invalid_value(path, base, "does not support subscript")


def _subscript(field_path: str) -> tuple[str, str | None]:
    base, bracket, rest = field_path.partition("['")
    return (base, rest[:-2]) if bracket and rest.endswith("']") else (field_path, None)


def resource_field_ref(found: ResourceFieldSelector, path: Path, *, in_volume: bool) -> Errors:
    if in_volume and not found.container_name:
        yield required(path.child("containerName"))
    elif not found.resource:
        yield required(path.child("resource"))
    elif found.resource not in _RESOURCE_FIELDS and not found.resource.startswith(_HUGE_PAGES):
        yield not_supported(path.child("resource"), found.resource, _RESOURCE_FIELDS)
    if not found.divisor:
        return
    resource = found.resource.partition(".")[2]
    if resource == "cpu":
        if str(found.divisor) not in ("1m", "1"):
            message = "only divisor's values 1m and 1 are supported with the cpu resource"
            yield invalid_value(path.child("divisor"), found.resource, message)
    elif str(found.divisor) not in _BYTE_UNITS:
        shown = {"memory": "memory", "ephemeral-storage": "local ephemeral storage"}.get(resource, "hugepages")
        message = f"only divisor's values {', '.join(_BYTE_UNITS)} are supported with the {shown} resource"
        yield invalid_value(path.child("divisor"), found.resource, message)


def projected(source: ProjectedVolumeSource, path: Path) -> Errors:
    yield from checks.file_mode(path.child("defaultMode"), source.default_mode)
    taken: set[str] = set()
    for index, one in enumerate(source.sources):
        yield from _projection(one, path, path.child("sources").index(index), taken)


def _projection(found: VolumeProjection, volume: Path, path: Path, taken: set[str]) -> Errors:
    """`taken` are the file paths that sources before this one make."""
    count = 0
    for name, source in (("secret", found.secret), ("configMap", found.config_map)):
        if source is None:
            continue
        count += 1
        place = path.child(name)
        if not source.name:
            yield required(place.child("name"))
        yield from items(source.items, place.child("items"))
        for item in source.items:
            yield from _once(item.path, source.name, volume, taken)
    if found.downward_api is not None:
        count += 1
        for file in found.downward_api.items:
            yield from _downward_file(file, path.child("downwardAPI"))
            yield from _once(file.path, file.path, volume, taken)
    if found.service_account_token is not None:
        count += 1
        yield from _token(found.service_account_token, volume, path.child("serviceAccountToken"))
    if found.cluster_trust_bundle is not None:
        count += 1
        yield from _trust_bundle(found.cluster_trust_bundle, path.child("clusterTrustBundle"))
        yield from _once(found.cluster_trust_bundle.path, found.cluster_trust_bundle.path, volume, taken)
    if found.pod_certificate is not None:
        count += 1
        yield from _certificate(found.pod_certificate, volume, path.child("podCertificate"), taken)
    if count > 1:
        yield forbidden(path, "may not specify more than 1 volume type per source")


def _once(file: str, shown: str, volume: Path, taken: set[str]) -> Errors:
    if file and file in taken:
        yield invalid_value(volume, shown, "conflicting duplicate paths")
    taken.add(file)


def _token(found: ServiceAccountTokenProjection, volume: Path, path: Path) -> Errors:
    seconds = found.expiration_seconds or 0
    place = path.child("expirationSeconds")
    if seconds < _TOKEN_MIN_SECONDS:
        yield invalid_value(place, seconds, "may not specify a duration less than 10 minutes")
    if seconds > _TOKEN_MAX_SECONDS:
        yield invalid_value(place, seconds, "may not specify a duration larger than 2^32 seconds")
    if not found.path:
        yield required(volume.child("path"))
    else:
        yield from checks.local_path(volume.child("path"), found.path)


def _trust_bundle(found: ClusterTrustBundleProjection, path: Path) -> Errors:
    if found.name is not None and found.signer_name is not None:
        yield invalid_value(path, found, "only one of name and signerName may be used")
    elif found.name is not None:
        if not found.name:
            yield required(path.child("name"), "must be a valid object name")
        if found.label_selector is not None:
            message = "labelSelector must be unset if name is specified"
            yield invalid_value(path.child("labelSelector"), found.label_selector, message)
    elif found.signer_name is not None:
        if not found.signer_name:
            yield required(path.child("signerName"), "must be a valid signer name")
        yield from meta.label_selector(found.label_selector, path.child("labelSelector"))
    else:
        yield required(path, "either name or signerName must be specified")
    if not found.path:
        yield required(path.child("path"))
    yield from checks.local_path(path.child("path"), found.path)


def _certificate(found: PodCertificateProjection, volume: Path, path: Path, taken: set[str]) -> Errors:
    if not found.signer_name:
        yield required(path.child("signerName"))
    if found.key_type not in _KEY_TYPES:
        yield not_supported(path.child("keyType"), found.key_type, _KEY_TYPES)
    seconds = found.max_expiration_seconds
    if seconds is not None:
        place = path.child("maxExpirationSeconds")
        own = found.signer_name.startswith("kubernetes.io/")
        limit = _KUBERNETES_CERTIFICATE_MAX_SECONDS if own else _CERTIFICATE_MAX_SECONDS
        if seconds < _CERTIFICATE_MIN_SECONDS:
            yield invalid_value(place, seconds, "if provided, maxExpirationSeconds must be >= 3600")
        if seconds > limit:
            yield invalid_value(place, seconds, f"if provided, maxExpirationSeconds must be <= {limit}")
    files = {
        "credentialBundlePath": found.credential_bundle_path,
        "keyPath": found.key_path,
        "certificateChainPath": found.certificate_chain_path,
    }
    for name, file in files.items():
        if file:
            yield from checks.local_path(path.child(name), file)
            yield from _once(file, file, volume, taken)
    if not any(files.values()):
        yield required(path, "specify at least one of credentialBundlePath, keyPath, and certificateChainPath")
