"""A write as others are told about it: ``AdmissionRequest`` for webhooks, ``request`` for CEL expressions. Pure.

Source: k8s.io/api/admission/v1, types.go; options as k8s.io/apiserver, endpoints/handlers sets them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pykube.api import codec
from pykube.api.scheme import Resource

from ..write import Kind, Operation, Write
from . import matching

_OPTIONS: Mapping[Operation, str] = {
    Operation.CREATE: "CreateOptions",
    Operation.UPDATE: "UpdateOptions",
    Operation.DELETE: "DeleteOptions",
}


def request(write: Write, resource: Resource) -> dict[str, Any]:
    """What is asked, without the objects and the uid.

    `resource` is the version in which the asker wants to see the object; what the client asked for stands beside it.
    """
    given = write.resource
    found: dict[str, Any] = {
        "kind": _kind(matching.kind_in(write, resource)),
        "resource": _resource(resource),
        "requestKind": _kind(write.kind),
        "requestResource": _resource(given),
        "operation": write.operation.value,
        "userInfo": _user(write),
        "dryRun": write.dry_run,
        "options": options(write),
    }
    if write.subresource:
        found["subResource"] = found["requestSubResource"] = write.subresource
    if write.name:
        found["name"] = write.name
    if namespace := write.namespace_name:
        found["namespace"] = namespace
    return found


def options(write: Write) -> dict[str, Any] | None:
    """The options of the operation, which for a patch are those of the create or update that it amounts to.

    None for CONNECT, whose options are its object.
    """
    kind = _OPTIONS.get(write.operation)
    if kind is None:
        return None
    head: dict[str, Any] = {"kind": kind, "apiVersion": "meta.k8s.io/v1"}
    if write.operation is Operation.DELETE:
        return {**codec.to_dict(write.options), **head} if write.options is not None else head
    if write.dry_run:
        head["dryRun"] = ["All"]
    for name in ("fieldManager", "fieldValidation"):
        if write.query and (value := write.query.get(name)):
            head[name] = value
    return head


def _kind(kind: Kind) -> dict[str, str]:
    return {"group": kind.group, "version": kind.version, "kind": kind.kind}


def _resource(resource: Resource) -> dict[str, str]:
    return {"group": resource.group, "version": resource.version, "resource": resource.plural}


def _user(write: Write) -> dict[str, Any]:
    user = write.user
    found: dict[str, Any] = {"username": user.name}
    if user.uid:
        found["uid"] = user.uid
    if user.groups:
        found["groups"] = list(user.groups)
    if user.extra:
        found["extra"] = {key: list(values) for key, values in user.extra.items()}
    return found
