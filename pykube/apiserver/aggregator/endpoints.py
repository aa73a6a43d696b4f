"""Where a service is reached: its ready endpoints, or the name it stands for.

Source: k8s.io/apiserver pkg/util/proxy (``ResolveEndpoint``, ``ResolveCluster``).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from pykube.api import codec, core_v1
from pykube.api.discovery_v1 import EndpointSlice
from pykube.errors import ServiceUnavailable

from ..registry import Registry
from .delegates import Backend

SERVICE_LABEL = "kubernetes.io/service-name"

Address = tuple[str, int]
"""A host, and a port to speak TLS to."""


def addresses(registry: Registry, backend: Backend) -> list[Address]:
    """Where the backend is reached now, in an order drawn by lot, its service's first address family first.

    Raises:
        ServiceUnavailable: there is no such service or port, or nothing ready stands behind it.
    """
    service = registry.find(core_v1.Service, backend.name, backend.namespace)
    if service is None:
        raise ServiceUnavailable(f'service "{backend.name}" not found')
    if service.spec.type == "ExternalName":
        return [(service.spec.external_name, backend.port)]
    port = named_port(service, backend.port)
    if port is None:
        raise ServiceUnavailable(f'no service port {backend.port} found for service "{backend.name}"')
    family = service.spec.ip_families[0] if service.spec.ip_families else ""
    found = [
        (one.address_type != family, random.random(), address)
        for one in slices(registry, backend)
        for address in _ready(one, port)
    ]
    if not found:
        raise ServiceUnavailable(f'no endpoints available for service "{backend.name}"')
    return [address for _, _, address in sorted(found)]


def named_port(service: core_v1.Service, number: int) -> str | None:
    """The name of the service's port of that number ("" is a name); None when there is none."""
    return next((port.name for port in service.spec.ports if port.port == number), None)


def slices(registry: Registry, backend: Backend) -> Sequence[EndpointSlice]:
    """The slices that list a service's endpoints."""
    cached = registry.cache(EndpointSlice).by_label(SERVICE_LABEL, backend.name)
    return [codec.decode(EndpointSlice, one.data) for one in cached if one.namespace == backend.namespace]


def has_ready(found: EndpointSlice, port: str) -> bool:
    """Whether a slice has a ready endpoint, and the port of that name."""
    return any(True for _ in _ready(found, port))


def _ready(found: EndpointSlice, port: str) -> Iterator[Address]:
    numbers = [one.port for one in found.ports if (one.name or "") == port and one.port is not None]
    for endpoint in found.endpoints:
        if endpoint.conditions.ready is not False and endpoint.addresses:
            for number in numbers[:1]:
                yield endpoint.addresses[0], number
