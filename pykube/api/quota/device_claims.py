"""ResourceClaims: how many, and how many devices of each class they may take."""

from __future__ import annotations

from collections.abc import Collection

from .. import resource_v1
from ..quantity import Quantity
from . import amounts
from .amounts import ONE
from .charge import Charge

COUNT = "count/resourceclaims.resource.k8s.io"
_OF_CLASS = ".deviceclass.resource.k8s.io/devices"
_MOST = 32
"""Devices that a claim can be given at all: what one counts for that asks for all there are."""


def names(hard: Collection[str]) -> set[str]:
    """Those of `hard` that claims use."""
    return {name for name in hard if name == COUNT or name.endswith(_OF_CLASS)}


def charge(claim: resource_v1.ResourceClaim) -> Charge:
    """Of alternatives the dearest counts, for each class."""
    found: dict[str, Quantity] = {}
    for request in claim.spec.devices.requests:
        options: list[resource_v1.DeviceSubRequest | resource_v1.ExactDeviceRequest] = [*request.first_available]
        if request.exactly is not None and not options:
            options = [request.exactly]
        dearest: dict[str, Quantity] = {}
        for option in options:
            amounts.raise_to(dearest, {f"{option.device_class_name}{_OF_CLASS}": Quantity.of(_devices(option))})
        amounts.add(found, dearest)
    return Charge({COUNT: ONE, **found})


def _devices(request: resource_v1.DeviceSubRequest | resource_v1.ExactDeviceRequest) -> int:
    if request.allocation_mode == "All":
        return _MOST
    return request.count if request.allocation_mode == "ExactCount" else 0
