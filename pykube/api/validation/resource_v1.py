"""Rules of dynamic resource allocation: the shape of claims, classes and slices. Source: pkg/apis/resource/validation.

CEL selectors are checked for being there; they are compiled where they are run.
"""

from __future__ import annotations

from collections.abc import Sequence

from .. import names
from ..field_errors import SPEC, Errors, Path, duplicate, invalid_value, not_supported, required, too_many
from ..resource_v1 import (
    DeviceClass,
    DeviceRequest,
    DeviceSelector,
    DeviceSubRequest,
    ExactDeviceRequest,
    ResourceClaim,
    ResourceClaimSpec,
    ResourceClaimTemplate,
    ResourceSlice,
)
from . import checks, resource_slices, volumes
from .rules import Rules

_REQUESTS_MAX = 32
_SELECTORS_MAX = 32
_MODES = ("All", "ExactCount")


def _spec(spec: ResourceClaimSpec, path: Path) -> Errors:
    path = path.child("devices")
    requests = spec.devices.requests
    if len(requests) > _REQUESTS_MAX:
        yield too_many(path.child("requests"), len(requests), _REQUESTS_MAX)
    known: set[str] = set()
    for index, request in enumerate(requests):
        place = path.child("requests").index(index)
        yield from checks.named(place.child("name"), request.name, names.dns_label)
        if request.name in known:
            yield duplicate(place.child("name"), request.name)
        known.add(request.name)
        known.update(f"{request.name}/{alternative.name}" for alternative in request.first_available)
        yield from _request(request, place)
    for index, constraint in enumerate(spec.devices.constraints):
        place = path.child("constraints").index(index)
        yield from _known(constraint.requests, known, place.child("requests"))
        if constraint.match_attribute is None and constraint.distinct_attribute is None:
            yield required(place.child("matchAttribute"))
    for index, config in enumerate(spec.devices.config):
        place = path.child("config").index(index)
        yield from _known(config.requests, known, place.child("requests"))
        if config.opaque is None:
            yield required(place.child("opaque"))
        else:
            yield from volumes.driver_name(config.opaque.driver, place.child("opaque").child("driver"))


def _known(found: Sequence[str], known: set[str], path: Path) -> Errors:
    for index, name in enumerate(found):
        if name not in known:
            message = "must be the name of a request in the claim or the name of a request and a subrequest separated"
            yield invalid_value(path.index(index), name, f"{message} by '/'")


def _request(request: DeviceRequest, path: Path) -> Errors:
    if request.exactly is not None and request.first_available:
        yield invalid_value(path, None, "exactly one of `exactly` or `firstAvailable` must be specified")
    elif request.exactly is not None:
        yield from _device(request.exactly, path.child("exactly"))
    elif not request.first_available:
        yield required(path, "exactly one of `exactly` or `firstAvailable` is required")
    for index, alternative in enumerate(request.first_available):
        place = path.child("firstAvailable").index(index)
        yield from checks.named(place.child("name"), alternative.name, names.dns_label)
        yield from _device(alternative, place)


def _device(found: ExactDeviceRequest | DeviceSubRequest, path: Path) -> Errors:
    yield from checks.named(path.child("deviceClassName"), found.device_class_name, names.dns_subdomain)
    yield from _selectors(found.selectors, path.child("selectors"))
    if found.allocation_mode not in _MODES:
        yield not_supported(path.child("allocationMode"), found.allocation_mode, _MODES)
    elif found.allocation_mode == "ExactCount":
        if found.count <= 0:
            yield invalid_value(path.child("count"), found.count, "must be greater than zero")
    elif found.count:
        message = "must not be specified when allocationMode is 'All'"
        yield invalid_value(path.child("count"), found.count, message)


def _selectors(found: Sequence[DeviceSelector], path: Path) -> Errors:
    if len(found) > _SELECTORS_MAX:
        yield too_many(path, len(found), _SELECTORS_MAX)
    for index, selector in enumerate(found):
        place = path.index(index).child("cel")
        if selector.cel is None:
            yield required(place)
        elif not selector.cel.expression:
            yield required(place.child("expression"))


def _claim(found: ResourceClaim) -> Errors:
    yield from _spec(found.spec, SPEC)


def _claim_update(new: ResourceClaim, old: ResourceClaim) -> Errors:
    yield from checks.immutable(SPEC, new.spec, old.spec)


def _template(found: ResourceClaimTemplate) -> Errors:
    yield from _spec(found.spec.spec, SPEC.child("spec"))


def _template_update(new: ResourceClaimTemplate, old: ResourceClaimTemplate) -> Errors:
    yield from checks.immutable(SPEC, new.spec, old.spec)


def _class(found: DeviceClass) -> Errors:
    yield from _selectors(found.spec.selectors, SPEC.child("selectors"))
    for index, config in enumerate(found.spec.config):
        if config.opaque is None:
            yield required(SPEC.child("config").index(index).child("opaque"))
    name = found.spec.extended_resource_name
    if name is not None:
        yield from checks.follows(SPEC.child("extendedResourceName"), name, names.qualified_name)


CATALOG = {
    ResourceClaim: Rules(create=_claim, update=_claim_update),
    ResourceClaimTemplate: Rules(create=_template, update=_template_update),
    DeviceClass: Rules(create=_class),
    ResourceSlice: Rules(create=resource_slices.create, update=resource_slices.update),
}
