"""Defaults of dynamic resource allocation. When a taint was added is not known here and left to the API server."""

from __future__ import annotations

from .. import resource_v1
from ..quantity import Quantity


def _claim_spec(spec: resource_v1.ResourceClaimSpec) -> None:
    for request in spec.devices.requests:
        if request.exactly is not None:
            _request(request.exactly)
        for alternative in request.first_available:
            _request(alternative)


def _request(found: resource_v1.ExactDeviceRequest | resource_v1.DeviceSubRequest) -> None:
    found.allocation_mode = found.allocation_mode or "ExactCount"
    if found.allocation_mode == "ExactCount":
        found.count = found.count or 1
    for toleration in found.tolerations:
        toleration.operator = toleration.operator or "Equal"


def _claim(found: resource_v1.ResourceClaim) -> None:
    _claim_spec(found.spec)


def _claim_template(found: resource_v1.ResourceClaimTemplate) -> None:
    _claim_spec(found.spec.spec)


def _slice(found: resource_v1.ResourceSlice) -> None:
    for device in found.spec.devices:
        for mapping in device.node_allocatable_resource_mappings.values():
            if mapping.allocation_multiplier is None:
                mapping.allocation_multiplier = Quantity.of(1)


TABLE = {
    resource_v1.ResourceClaim: _claim,
    resource_v1.ResourceClaimTemplate: _claim_template,
    resource_v1.ResourceSlice: _slice,
}
