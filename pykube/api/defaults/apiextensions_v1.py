"""Defaults of custom resource definitions."""

from __future__ import annotations

from .. import apiextensions_v1 as v1

_HTTPS = 443


def _definition(found: v1.CustomResourceDefinition) -> None:
    names = found.spec.names
    names.singular = names.singular or names.kind.lower()
    if not names.list_kind and names.kind:
        names.list_kind = f"{names.kind}List"
    if found.spec.conversion is None:
        found.spec.conversion = v1.CustomResourceConversion(strategy="None")
    webhook = found.spec.conversion.webhook
    service = webhook.client_config.service if webhook is not None and webhook.client_config is not None else None
    if service is not None and service.port is None:
        service.port = _HTTPS
    if not found.status.stored_versions:
        found.status.stored_versions = [version.name for version in found.spec.versions if version.storage][:1]


TABLE = {v1.CustomResourceDefinition: _definition}
