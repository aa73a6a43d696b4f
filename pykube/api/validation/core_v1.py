"""Rules of the core group; the bigger kinds have files of their own."""

from __future__ import annotations

import json
from collections.abc import Mapping

from .. import core_v1, names
from ..core_v1 import Binding, ConfigMap, Namespace, Secret
from ..field_errors import (
    METADATA,
    SPEC,
    STATUS,
    Errors,
    Path,
    forbidden,
    invalid_value,
    not_supported,
    required,
    too_long,
)
from . import checks, claims, endpoints, events, nodes, persistent_volumes, pods, quotas, services, workloads
from .rules import Rules

_DATA_MAX_BYTES = 1024 * 1024
_DATA = Path("data")
_BINARY = Path("binaryData")
_FROZEN = "field is immutable when `immutable` is set"
_ACCOUNT = "kubernetes.io/service-account.name"


def _keys(found: Mapping[str, object], path: Path) -> Errors:
    for key in found:
        for message in names.config_key(key):
            yield invalid_value(path.key(key), key, message)


def _config_map(found: ConfigMap) -> Errors:
    yield from _keys(found.data, _DATA)
    for key in found.data.keys() & found.binary_data.keys():
        yield invalid_value(_DATA.key(key), key, "duplicate of key present in binaryData")
    yield from _keys(found.binary_data, _BINARY)
    size = sum(len(text.encode()) for text in found.data.values())
    if size + sum(map(len, found.binary_data.values())) > _DATA_MAX_BYTES:
        yield too_long(Path(""), _DATA_MAX_BYTES)


def _config_map_update(new: ConfigMap, old: ConfigMap) -> Errors:
    if old.immutable:
        if not new.immutable:
            yield forbidden(Path("immutable"), _FROZEN)
        if new.data != old.data:
            yield forbidden(_DATA, _FROZEN)
        if new.binary_data != old.binary_data:
            yield forbidden(_BINARY, _FROZEN)
    yield from _config_map(new)


def _secret(found: Secret) -> Errors:
    yield from _keys(found.data, _DATA)
    if sum(map(len, found.data.values())) > _DATA_MAX_BYTES:
        yield too_long(_DATA, _DATA_MAX_BYTES)
    kind = found.type
    if kind == "kubernetes.io/service-account-token":
        if not found.metadata.annotations.get(_ACCOUNT):
            yield required(METADATA.child("annotations").key(_ACCOUNT))
    elif kind == "kubernetes.io/dockercfg":
        yield from _docker_config(found, ".dockercfg")
    elif kind == "kubernetes.io/dockerconfigjson":
        yield from _docker_config(found, ".dockerconfigjson")
    elif kind == "kubernetes.io/basic-auth":
        if "username" not in found.data and "password" not in found.data:
            yield required(_DATA.key("username"))
            yield required(_DATA.key("password"))
    elif kind == "kubernetes.io/ssh-auth":
        if not found.data.get("ssh-privatekey"):
            yield required(_DATA.key("ssh-privatekey"))
    elif kind == "kubernetes.io/tls":
        for key in ("tls.crt", "tls.key"):
            if key not in found.data:
                yield required(_DATA.key(key))


def _docker_config(found: Secret, key: str) -> Errors:
    if key not in found.data:
        yield required(_DATA.key(key))
        return
    try:
        fine = isinstance(json.loads(found.data[key]), dict)
        reason = "json: cannot unmarshal into a map"
    except ValueError as error:
        fine, reason = False, str(error)
    if not fine:
        yield invalid_value(_DATA.key(key), "<secret contents redacted>", reason)


def _secret_update(new: Secret, old: Secret) -> Errors:
    yield from checks.immutable(Path("type"), new.type, old.type)
    if old.immutable:
        if not new.immutable:
            yield forbidden(Path("immutable"), _FROZEN)
        if new.data != old.data:
            yield forbidden(_DATA, _FROZEN)
    yield from _secret(new)


def _namespace(found: Namespace) -> Errors:
    for finalizer in found.spec.finalizers:
        place = SPEC.child("finalizers")
        messages = names.qualified_name(finalizer)
        for message in messages:
            yield invalid_value(place, finalizer, message)
        if not messages and "/" not in finalizer and finalizer not in ("kubernetes", "orphan", "foregroundDeletion"):
            message = "name is neither a standard finalizer name nor is it fully qualified"
            yield invalid_value(place, finalizer, message)


def _namespace_update(new: Namespace, old: Namespace) -> Errors:
    yield from _namespace(new)


def _namespace_status(new: Namespace, old: Namespace) -> Errors:
    deleted = new.metadata.deletion_timestamp is not None
    wanted = "Terminating" if deleted else "Active"
    if new.status.phase != wanted:
        state = "not empty" if deleted else "empty"
        message = f"may only be '{wanted}' if `deletionTimestamp` is {state}"
        yield invalid_value(STATUS.child("Phase"), new.status.phase, message)


def _binding(found: Binding) -> Errors:
    if found.target.kind not in ("", "Node"):
        yield not_supported(Path("target.kind"), found.target.kind, ("Node", "<empty>"))
    if not found.target.name:
        yield required(Path("target.name"))


CATALOG = {
    core_v1.Pod: pods.POD,
    core_v1.PodTemplate: pods.TEMPLATE,
    core_v1.Namespace: Rules(
        name=names.dns_label, create=_namespace, update=_namespace_update, status=_namespace_status
    ),
    core_v1.ConfigMap: Rules(create=_config_map, update=_config_map_update),
    core_v1.Secret: Rules(create=_secret, update=_secret_update),
    core_v1.Service: services.RULES,
    core_v1.Endpoints: endpoints.RULES,
    core_v1.Node: nodes.RULES,
    core_v1.Event: events.CORE,
    core_v1.Binding: Rules(create=_binding),
    core_v1.PersistentVolume: persistent_volumes.RULES,
    core_v1.PersistentVolumeClaim: claims.RULES,
    core_v1.ReplicationController: workloads.REPLICATION_CONTROLLER,
    core_v1.ResourceQuota: quotas.QUOTA,
    core_v1.LimitRange: quotas.LIMIT_RANGE,
}
