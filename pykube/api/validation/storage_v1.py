"""Rules of storage. Source: pkg/apis/storage/validation."""

from __future__ import annotations

from .. import codec, names
from ..field_errors import (
    SPEC,
    STATUS,
    Errors,
    Path,
    duplicate,
    forbidden,
    invalid_value,
    not_supported,
    required,
    too_long,
)
from ..storage_v1 import (
    CSIDriver,
    CSINode,
    CSINodeDriver,
    CSIStorageCapacity,
    StorageClass,
    TokenRequest,
    VolumeAttachment,
    VolumeAttributesClass,
    VolumeError,
)
from . import checks, meta, persistent_volumes, scheduling, volumes
from .rules import Rules

_PARAMETERS_MAX = 512
_PARAMETERS_MAX_BYTES = 256 * 1024
_MESSAGE_MAX = 1024
_NODE_ID_MAX = 256
_RECLAIM_POLICIES = ("Delete", "Retain")
_BINDING_MODES = ("Immediate", "WaitForFirstConsumer")
_GROUP_POLICIES = ("File", "None", "ReadWriteOnceWithFSType")
_LIFECYCLES = ("Persistent", "Ephemeral")
_TOKEN_MIN_SECONDS = 600
_TOKEN_MAX_SECONDS = 2**32
_PERIOD_MIN_SECONDS = 10


def _provisioner(name: str, path: Path) -> Errors:
    if not name:
        yield required(path)
    else:
        yield from checks.follows(path, name.lower(), names.qualified_name)


def _parameters(found: dict[str, str], path: Path) -> Errors:
    if len(found) > _PARAMETERS_MAX:
        yield too_long(path, _PARAMETERS_MAX)
        return
    if "" in found:
        yield invalid_value(path, "", "field can not be empty.")
    if sum(len(key) + len(value) for key, value in found.items()) > _PARAMETERS_MAX_BYTES:
        yield too_long(path, _PARAMETERS_MAX_BYTES)


def _class(found: StorageClass) -> Errors:
    yield from _provisioner(found.provisioner, Path("provisioner"))
    yield from _parameters(found.parameters, Path("parameters"))
    if found.reclaim_policy:
        yield from checks.supported(Path("reclaimPolicy"), found.reclaim_policy, _RECLAIM_POLICIES)
    if found.volume_binding_mode is None:
        yield required(Path("volumeBindingMode"))
    else:
        yield from checks.supported(Path("volumeBindingMode"), found.volume_binding_mode, _BINDING_MODES)
    yield from scheduling.topology_terms(found.allowed_topologies, Path("allowedTopologies"))


def _class_update(new: StorageClass, old: StorageClass) -> Errors:
    for name, value, before in (
        ("parameters", new.parameters, old.parameters),
        ("provisioner", new.provisioner, old.provisioner),
        ("reclaimPolicy", new.reclaim_policy, old.reclaim_policy),
        ("volumeBindingMode", new.volume_binding_mode, old.volume_binding_mode),
    ):
        yield from checks.immutable(Path(name), value, before)


def _attachment(found: VolumeAttachment) -> Errors:
    spec = found.spec
    yield from volumes.driver_name(spec.attacher, SPEC.child("attacher"))
    path = SPEC.child("source")
    inline, name = spec.source.inline_volume_spec, spec.source.persistent_volume_name
    message = "must specify exactly one of inlineVolumeSpec and persistentVolumeName"
    if inline is None and name is None:
        yield required(path, message)
    elif inline is not None and name is not None:
        yield forbidden(path, message)
    elif inline is not None:
        yield from persistent_volumes.spec(inline, "", path.child("inlineVolumeSpec"), inline=True)
    elif not name:
        yield required(path.child("persistentVolumeName"), "must specify non empty persistentVolumeName")
    else:
        yield from checks.follows(path.child("persistentVolumeName"), name, names.dns_subdomain)
    yield from checks.follows(SPEC.child("nodeName"), spec.node_name, names.dns_subdomain)
    yield from _attachment_status(found, found)


def _attachment_status(new: VolumeAttachment, old: VolumeAttachment) -> Errors:
    status = new.status
    if sum(len(key) + len(value) for key, value in status.attachment_metadata.items()) > _PARAMETERS_MAX_BYTES:
        yield too_long(STATUS.child("attachmentMetadata"), _PARAMETERS_MAX_BYTES)
    yield from _error(status.attach_error, STATUS.child("attachError"))
    yield from _error(status.detach_error, STATUS.child("detachError"))


def _error(found: VolumeError | None, path: Path) -> Errors:
    if found is None:
        return
    if len(found.message) > _MESSAGE_MAX:
        yield too_long(path.child("message"), _MESSAGE_MAX)
    if found.error_code is not None and found.error_code < 0:
        yield invalid_value(path.child("errorCode"), found.error_code, names.between(0, 2**31 - 1))


def _attachment_update(new: VolumeAttachment, old: VolumeAttachment) -> Errors:
    yield from _attachment(new)
    yield from checks.immutable(SPEC, new.spec, old.spec)


def _node(found: CSINode) -> Errors:
    seen: set[str] = set()
    for index, driver in enumerate(found.spec.drivers):
        path = SPEC.child("drivers").index(index)
        yield from _node_driver(driver, path)
        if driver.name in seen:
            yield duplicate(path.child("name"), driver.name)
        seen.add(driver.name)


def _node_driver(driver: CSINodeDriver, path: Path) -> Errors:
    yield from volumes.driver_name(driver.name, path.child("name"))
    if not driver.node_id:
        yield required(path.child("nodeID"))
    if len(driver.node_id) > _NODE_ID_MAX:
        yield invalid_value(path.child("nodeID"), driver.node_id, f"must be {_NODE_ID_MAX} characters or less")
    if driver.allocatable is not None:
        yield from checks.not_negative(path.child("allocatable").child("count"), driver.allocatable.count)
    seen: set[str] = set()
    for key in driver.topology_keys:
        if not key:
            yield required(path)
        if key in seen:
            yield duplicate(path, key)
        seen.add(key)
        yield from checks.follows(path, key, names.qualified_name)


def _node_update(new: CSINode, old: CSINode) -> Errors:
    yield from _node(new)
    before = {driver.name: driver for driver in old.spec.drivers}
    for driver in new.spec.drivers:
        was = before.get(driver.name)
        if was is not None:
            now, then = codec.copy(driver), codec.copy(was)
            now.allocatable = then.allocatable = None
            yield from checks.immutable(SPEC.child("drivers"), now, then)


def _driver(found: CSIDriver) -> Errors:
    spec = found.spec
    for name, value in (
        ("attachedRequired", spec.attach_required),
        ("podInfoOnMount", spec.pod_info_on_mount),
        ("storageCapacity", spec.storage_capacity),
    ):
        if value is None:
            yield required(SPEC.child(name))
    if spec.fs_group_policy is not None:
        yield from checks.supported(SPEC.child("fsGroupPolicy"), spec.fs_group_policy, _GROUP_POLICIES)
    yield from _tokens(spec.token_requests, SPEC.child("tokenRequests"))
    for mode in spec.volume_lifecycle_modes:
        if mode not in _LIFECYCLES:
            yield not_supported(SPEC.child("volumeLifecycleModes"), mode, _LIFECYCLES)
    if spec.se_linux_mount is None:
        yield required(SPEC.child("seLinuxMount"))
    seconds = spec.node_allocatable_update_period_seconds
    if seconds is not None and seconds < _PERIOD_MIN_SECONDS:
        place = SPEC.child("nodeAllocatableUpdatePeriodSeconds")
        yield invalid_value(place, seconds, "must be greater than or equal to 10 seconds")
    in_secrets = spec.service_account_token_in_secrets
    if in_secrets is not None and not spec.token_requests:
        message = "serviceAccountTokenInSecrets is set but no tokenRequests are specified"
        yield invalid_value(SPEC.child("serviceAccountTokenInSecrets"), in_secrets, message)


def _tokens(found: list[TokenRequest], path: Path) -> Errors:
    seen: set[str] = set()
    for index, request in enumerate(found):
        if request.audience in seen:
            yield duplicate(path.index(index).child("audience"), request.audience)
            continue
        seen.add(request.audience)
        seconds, place = request.expiration_seconds, path.index(index).child("expirationSeconds")
        if seconds is not None and seconds < _TOKEN_MIN_SECONDS:
            yield invalid_value(place, seconds, "may not specify a duration less than 10 minutes")
        if seconds is not None and seconds > _TOKEN_MAX_SECONDS:
            yield invalid_value(place, seconds, "may not specify a duration larger than 2^32 seconds")


def _driver_update(new: CSIDriver, old: CSIDriver) -> Errors:
    yield from _driver(new)
    yield from checks.immutable(SPEC.child("attachedRequired"), new.spec.attach_required, old.spec.attach_required)
    place = SPEC.child("volumeLifecycleModes")
    yield from checks.immutable(place, new.spec.volume_lifecycle_modes, old.spec.volume_lifecycle_modes)


def _capacity(found: CSIStorageCapacity) -> Errors:
    yield from meta.label_selector(found.node_topology, Path("nodeTopology"))
    yield from checks.follows(Path("storageClassName"), found.storage_class_name, names.dns_subdomain)
    if found.capacity is not None:
        yield from checks.amount_not_negative(Path("capacity"), found.capacity)


def _capacity_update(new: CSIStorageCapacity, old: CSIStorageCapacity) -> Errors:
    yield from checks.immutable(Path("nodeTopology"), new.node_topology, old.node_topology)
    yield from checks.immutable(Path("storageClassName"), new.storage_class_name, old.storage_class_name)


def _attributes(found: VolumeAttributesClass) -> Errors:
    yield from _provisioner(found.driver_name, Path("driverName"))
    yield from _parameters(found.parameters, Path("parameters"))
    if not found.parameters:
        yield required(Path("parameters"), "must contain at least one key/value pair")


def _attributes_update(new: VolumeAttributesClass, old: VolumeAttributesClass) -> Errors:
    if new.driver_name != old.driver_name:
        yield forbidden(Path("driverName"), "updates to driverName are forbidden.")
    if new.parameters != old.parameters:
        yield forbidden(Path("parameters"), "updates to parameters are forbidden.")
    yield from _attributes(new)


CATALOG = {
    StorageClass: Rules(create=_class, update=_class_update),
    VolumeAttachment: Rules(create=_attachment, update=_attachment_update, status=_attachment_status),
    CSINode: Rules(create=_node, update=_node_update),
    CSIDriver: Rules(create=_driver, update=_driver_update),
    CSIStorageCapacity: Rules(create=_capacity, update=_capacity_update),
    VolumeAttributesClass: Rules(create=_attributes, update=_attributes_update),
}
