"""Nodes: taints, ranges, resources."""

from __future__ import annotations

from .. import names
from ..core_v1 import Node, Taint
from ..field_errors import (
    METADATA,
    SPEC,
    STATUS,
    Errors,
    ErrorType,
    FieldError,
    Path,
    duplicate,
    forbidden,
    invalid_value,
)
from . import checks, resources
from .rules import Rules
from .scheduling import TAINT_EFFECTS

_POD_CIDRS = SPEC.child("podCIDRs")
# The API names this path without "spec", and people have come to know it so.
_TAINTS = METADATA.child("taints")


def _taints(found: list[Taint]) -> Errors:
    seen: set[tuple[str, str]] = set()
    for index, taint in enumerate(found):
        path = _TAINTS.index(index)
        yield from checks.follows(path.child("key"), taint.key, names.qualified_name)
        messages = names.label_value(taint.value)
        if messages:
            yield invalid_value(path.child("value"), taint.value, ";".join(messages))
        yield from checks.required_supported(path.child("effect"), taint.effect, TAINT_EFFECTS)
        if (taint.key, taint.effect) in seen:
            detail = "taints must be unique by key and effect pair"
            yield FieldError(str(path), ErrorType.DUPLICATE, taint, detail)
        seen.add((taint.key, taint.effect))


def _create(node: Node) -> Errors:
    yield from _taints(node.spec.taints)
    yield from _resources(node)
    ranges = [checks.parse_cidr(found) for found in node.spec.pod_cidrs]
    for index, found in enumerate(node.spec.pod_cidrs):
        yield from checks.cidr(_POD_CIDRS.index(index), found)
    versions = [found.version for found in ranges if found is not None]
    if len(set(versions)) != len(versions):
        message = "may specify no more than one CIDR for each IP family"
        yield invalid_value(_POD_CIDRS, node.spec.pod_cidrs, message)


def _resources(node: Node) -> Errors:
    for field, amounts in (("capacity", node.status.capacity), ("allocatable", node.status.allocatable)):
        for name, value in amounts.items():
            yield from resources.amount(name, value, STATUS.child(field).child(name))


def _addresses(node: Node) -> Errors:
    seen: set[tuple[str, str]] = set()
    for index, address in enumerate(node.status.addresses):
        if (address.type, address.address) in seen:
            yield duplicate(STATUS.child("addresses").index(index), address)
        seen.add((address.type, address.address))


def _update(new: Node, old: Node) -> Errors:
    yield from _resources(new)
    yield from _addresses(new)
    if old.spec.pod_cidrs and old.spec.pod_cidrs != new.spec.pod_cidrs:
        yield forbidden(_POD_CIDRS, 'node updates may not change podCIDR except from "" to valid')
    if old.spec.provider_id and old.spec.provider_id != new.spec.provider_id:
        message = 'node updates may not change providerID except from "" to valid'
        yield forbidden(SPEC.child("providerID"), message)
    yield from _taints(new.spec.taints)
    if old.spec.external_id != new.spec.external_id:
        yield forbidden(Path("spec.externalID"), "may not be updated")


RULES = Rules(create=_create, update=_update, status=_update)
