"""Environment variables of containers and where their values come from."""

from __future__ import annotations

from collections.abc import Sequence

from .. import names
from ..core_v1 import (
    ConfigMapKeySelector,
    Container,
    EnvFromSource,
    EnvVar,
    EnvVarSource,
    EphemeralContainer,
    FileKeySelector,
    PodSpec,
    SecretKeySelector,
)
from ..field_errors import Errors, Path, invalid_value, not_found, required
from . import checks, projections

_FIELDS = (
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
)
_SOURCES = "`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"


def variables(found: list[EnvVar], path: Path) -> Errors:
    for index, variable in enumerate(found):
        if not variable.name:
            yield required(path.index(index).child("name"))
        else:
            yield from checks.follows(path.index(index).child("name"), variable.name, names.env_name)
        if variable.value_from is not None:
            yield from _source(variable.value_from, variable.value, path.index(index).child("valueFrom"))


def _source(found: EnvVarSource, value: str, path: Path) -> Errors:
    count = 0
    if found.field_ref is not None:
        count += 1
        yield from projections.field_ref(found.field_ref, _FIELDS, path.child("fieldRef"))
    if found.resource_field_ref is not None:
        count += 1
        place = path.child("resourceFieldRef")
        yield from projections.resource_field_ref(found.resource_field_ref, place, in_volume=False)
    if found.config_map_key_ref is not None:
        count += 1
        yield from _key(found.config_map_key_ref, path.child("configMapKeyRef"))
    if found.secret_key_ref is not None:
        count += 1
        yield from _key(found.secret_key_ref, path.child("secretKeyRef"))
    if found.file_key_ref is not None:
        count += 1
        yield from _file(found.file_key_ref, path.child("fileKeyRef"))
    if count == 0:
        yield invalid_value(path, "", f"must specify one of: {_SOURCES}")
    elif value:
        yield invalid_value(path, "", "may not be specified when `value` is not empty")
    elif count > 1:
        yield invalid_value(path, "", "may not have more than one field specified at a time")


def _key(found: ConfigMapKeySelector | SecretKeySelector, path: Path) -> Errors:
    yield from checks.follows(path.child("name"), found.name, names.dns_subdomain)
    yield from checks.named(path.child("key"), found.key, names.config_key)


def _file(found: FileKeySelector, path: Path) -> Errors:
    yield from checks.named(path.child("key"), found.key, names.env_name)
    yield from checks.named(path.child("volumeName"), found.volume_name, names.dns_label)
    if not found.path:
        yield required(path.child("path"))
    else:
        yield from checks.no_backsteps(path.child("path"), found.path)


def sources(found: list[EnvFromSource], path: Path) -> Errors:
    """Whole ConfigMaps and Secrets as variables."""
    for index, source in enumerate(found):
        place = path.index(index)
        if source.prefix:
            yield from checks.follows(place.child("prefix"), source.prefix, names.env_name)
        if source.config_map_ref is not None:
            name = place.child("configMapRef").child("name")
            yield from checks.named(name, source.config_map_ref.name, names.dns_subdomain)
        if source.secret_ref is not None:
            name = place.child("secretRef").child("name")
            yield from checks.named(name, source.secret_ref.name, names.dns_subdomain)
        if source.config_map_ref is None and source.secret_ref is None:
            yield invalid_value(path, "", "must specify one of: `configMapRef` or `secretRef`")
        elif source.config_map_ref is not None and source.secret_ref is not None:
            yield invalid_value(path, "", "may not have more than one field specified at a time")


def file_volumes(spec: PodSpec, path: Path) -> Errors:
    """Variables read from files name an emptyDir volume of the pod."""
    lists: tuple[tuple[str, Sequence[Container | EphemeralContainer]], ...] = (
        ("initContainers", spec.init_containers),
        ("containers", spec.containers),
        ("ephemeralContainers", spec.ephemeral_containers),
    )
    for name, containers in lists:
        for index, container in enumerate(containers):
            for position, variable in enumerate(container.env):
                if variable.value_from is not None and variable.value_from.file_key_ref is not None:
                    place = path.child(name).index(index).child("env").index(position).child("valueFrom")
                    yield from _empty_dir(variable.value_from.file_key_ref.volume_name, spec, place)


def _empty_dir(volume: str, spec: PodSpec, path: Path) -> Errors:
    place = path.child("fileKeyRef").child("volumeName")
    found = next((one for one in spec.volumes if one.name == volume), None)
    if found is None:
        yield not_found(place, volume)
    elif found.empty_dir is None:
        yield invalid_value(place, volume, "referenced volume must be of type emptyDir")
