"""Defaults of aggregated APIs."""

from __future__ import annotations

from .. import apiregistration_v1 as v1

_HTTPS = 443


def _service(found: v1.APIService) -> None:
    service = found.spec.service
    if service is not None and service.port is None:
        service.port = _HTTPS


TABLE = {v1.APIService: _service}
