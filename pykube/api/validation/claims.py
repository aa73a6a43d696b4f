"""PersistentVolumeClaims, alone and as templates."""

from __future__ import annotations

from .. import codec, names
from ..core_v1 import PersistentVolumeClaim, PersistentVolumeClaimSpec, TypedLocalObjectReference, TypedObjectReference
from ..field_errors import SPEC, STATUS, Errors, Path, forbidden, invalid_value, not_supported, required
from ..quantity import ZERO
from . import checks, meta
from .difference import difference
from .rules import Rules

ACCESS_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
VOLUME_MODES = ("Block", "Filesystem")
_RESIZE_STATUS = (
    "ControllerResizeInProgress",
    "ControllerResizeInfeasible",
    "NodeResizeInProgress",
    "NodeResizeInfeasible",
    "NodeResizePending",
)
_CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class"
_STORAGE = "storage"


def access_modes(found: list[str], path: Path) -> Errors:
    for mode in found:
        yield from checks.supported(path, mode, ACCESS_MODES)
    if "ReadWriteOncePod" in found and any(mode in ACCESS_MODES and mode != "ReadWriteOncePod" for mode in found):
        yield forbidden(path, "may not use ReadWriteOncePod with other access modes")


def spec(found: PersistentVolumeClaimSpec, path: Path) -> Errors:
    if not found.access_modes:
        yield required(path.child("accessModes"), "at least 1 access mode is required")
    yield from meta.label_selector(found.selector, path.child("selector"))
    yield from access_modes(found.access_modes, path.child("accessModes"))
    size = found.resources.requests.get(_STORAGE)
    place = path.child("resources").key(_STORAGE)
    if size is None:
        yield required(place)
    elif size.sign <= 0:
        yield invalid_value(place, str(size), "must be greater than zero")
    elif not size.is_integer:
        yield invalid_value(place, str(size), "must be an integer")
    if found.storage_class_name:
        yield from checks.follows(path.child("storageClassName"), found.storage_class_name, names.dns_subdomain)
    if found.volume_mode is not None:
        yield from checks.supported(path.child("volumeMode"), found.volume_mode, VOLUME_MODES)
    yield from _sources(found, path)
    attributes = found.volume_attributes_class_name
    if attributes:
        yield from checks.follows(path.child("volumeAttributesClassName"), attributes, names.dns_subdomain)


def _sources(found: PersistentVolumeClaimSpec, path: Path) -> Errors:
    source, reference = found.data_source, found.data_source_ref
    if source is not None:
        yield from _source(source, path.child("dataSource"))
    if reference is not None:
        yield from _source(reference, path.child("dataSourceRef"))
        if reference.namespace:
            namespace = path.child("dataSourceRef").child("namespace")
            yield from checks.follows(namespace, reference.namespace, names.dns_label)
    if source is None or reference is None:
        return
    if reference.namespace:
        yield invalid_value(path, "dataSource", "may not be specified when dataSourceRef.namespace is specified")
    elif (source.api_group, source.kind, source.name) != (reference.api_group, reference.kind, reference.name):
        yield invalid_value(path, "dataSource", "must match dataSourceRef")


def _source(found: TypedLocalObjectReference | TypedObjectReference, path: Path) -> Errors:
    if not found.name:
        yield required(path.child("name"))
    if not found.kind:
        yield required(path.child("kind"))
    if not found.api_group:
        if found.kind != "PersistentVolumeClaim":
            message = "must be 'PersistentVolumeClaim' when referencing the default apiGroup"
            yield invalid_value(path, found.kind, message)
    else:
        yield from checks.follows(path.child("apiGroup"), found.api_group, names.dns_subdomain)


def _create(found: PersistentVolumeClaim) -> Errors:
    yield from spec(found.spec, SPEC)


def _update(new: PersistentVolumeClaim, old: PersistentVolumeClaim) -> Errors:
    yield from spec(new.spec, SPEC)
    wanted, had = codec.copy(new.spec), codec.copy(old.spec)
    if not had.volume_name:
        had.volume_name = wanted.volume_name
    annotation = old.metadata.annotations.get(_CLASS_ANNOTATION)
    if new.metadata.annotations.get(_CLASS_ANNOTATION) != annotation and had.storage_class_name is not None:
        place = Path("metadata").child("annotations").key(_CLASS_ANNOTATION)
        yield invalid_value(place, new.metadata.annotations.get(_CLASS_ANNOTATION, ""), checks.IMMUTABLE)
    if had.storage_class_name is None and annotation in (None, wanted.storage_class_name):
        had.storage_class_name = wanted.storage_class_name
    if new.status.phase == "Bound":
        if _STORAGE in wanted.resources.requests:
            wanted.resources.requests[_STORAGE] = had.resources.requests.get(_STORAGE, ZERO)
        wanted.volume_attributes_class_name = had.volume_attributes_class_name
    if wanted != had:
        yield forbidden(
            SPEC,
            "spec is immutable after creation except resources.requests and volumeAttributesClassName"
            f" for bound claims\n{difference(had, wanted)}",
        )
    yield from _size(new, old)
    yield from checks.immutable(Path("volumeMode"), new.spec.volume_mode, old.spec.volume_mode)
    yield from _attributes_class(new, old)


def _size(new: PersistentVolumeClaim, old: PersistentVolumeClaim) -> Errors:
    wanted = new.spec.resources.requests.get(_STORAGE, ZERO)
    if wanted < old.spec.resources.requests.get(_STORAGE, ZERO) and wanted <= old.status.capacity.get(_STORAGE, ZERO):
        place = SPEC.child("resources").child("requests").child(_STORAGE)
        yield forbidden(place, "field can not be less than status.capacity")


def _attributes_class(new: PersistentVolumeClaim, old: PersistentVolumeClaim) -> Errors:
    wanted = new.spec.volume_attributes_class_name
    if wanted == old.spec.volume_attributes_class_name or old.status.current_volume_attributes_class_name is None:
        return
    if not wanted:
        shown = "nil" if wanted is None else "empty string"
        message = f"update to {shown} is forbidden when status.currentVolumeAttributesClassName is not nil"
        yield forbidden(SPEC.child("volumeAttributesClassName"), message)


def _status(new: PersistentVolumeClaim, old: PersistentVolumeClaim) -> Errors:
    if not new.spec.access_modes:
        yield required(Path("Spec").child("accessModes"))
    for name, amount in new.status.capacity.items():
        if amount.sign < 0:
            place = STATUS.child("capacity").key(name)
            yield invalid_value(place, amount.value, "must be a valid resource quantity")
    path = STATUS.child("allocatedResourceStatuses")
    for name, status in new.status.allocated_resource_statuses.items():
        yield from _resource_key(name, path)
        if status not in _RESIZE_STATUS:
            yield not_supported(path, name, _RESIZE_STATUS)
    path = STATUS.child("allocatedResources")
    for name, amount in new.status.allocated_resources.items():
        yield from _resource_key(name, path)
        if amount.sign < 0:
            yield invalid_value(path.key(name), amount.value, "must be a valid resource quantity")


def _resource_key(name: str, path: Path) -> Errors:
    yield from checks.follows(path, name, names.qualified_name)
    if "/" not in name and name != _STORAGE:
        yield not_supported(path, name, (_STORAGE,))


RULES = Rules(create=_create, update=_update, status=_status)
