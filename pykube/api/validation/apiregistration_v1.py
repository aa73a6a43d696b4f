"""Rules of aggregated APIs."""

from __future__ import annotations

from .. import names
from ..apiregistration_v1 import APIService
from ..field_errors import METADATA, SPEC, STATUS, Errors, invalid_value, not_supported, required
from . import checks
from .rules import Rules

_STATUS = ("True", "False", "Unknown")


def _create(found: APIService) -> Errors:
    spec = found.spec
    name = f"{spec.version}.{spec.group}"
    if found.metadata.name != name:
        message = f'must be `spec.version+"."+spec.group`: "{name}"'
        yield invalid_value(METADATA.child("name"), found.metadata.name, message)
    if spec.group:
        yield from checks.follows(SPEC.child("group"), spec.group, names.dns_subdomain)
    elif spec.version != "v1":
        yield required(SPEC.child("group"), "only v1 may have an empty group and it better be legacy kube")
    yield from checks.follows(SPEC.child("version"), spec.version, names.dns_1035_label)
    for field, value, limit in (
        ("groupPriorityMinimum", spec.group_priority_minimum, 20_000),
        ("versionPriority", spec.version_priority, 1000),
    ):
        if not 0 < value <= limit:
            yield invalid_value(SPEC.child(field), value, f"must be positive and less than {limit}")
    yield from _service(found)


def _service(found: APIService) -> Errors:
    spec, service = found.spec, found.spec.service
    insecure = SPEC.child("insecureSkipTLSVerify")
    if service is None:
        if spec.ca_bundle:
            message = "local APIServices may not have a caBundle"
            yield invalid_value(SPEC.child("caBundle"), f"{len(spec.ca_bundle)} bytes", message)
        if spec.insecure_skip_tls_verify:
            yield invalid_value(insecure, True, "local APIServices may not have insecureSkipTLSVerify")
        return
    path = SPEC.child("service")
    if not service.namespace:
        yield required(path.child("namespace"))
    if not service.name:
        yield required(path.child("name"))
    port = service.port or 0
    if messages := names.port_number(port):
        yield invalid_value(path.child("port"), port, f"port is not valid: {', '.join(messages)}")
    if spec.insecure_skip_tls_verify and spec.ca_bundle:
        yield invalid_value(insecure, True, "may not be true if caBundle is present")


def _status(new: APIService, old: APIService) -> Errors:
    for index, condition in enumerate(new.status.conditions):
        if condition.status not in _STATUS:
            yield not_supported(STATUS.child("conditions").index(index).child("status"), condition.status, _STATUS)


CATALOG = {APIService: Rules(name=names.path_segment, create=_create, status=_status)}
