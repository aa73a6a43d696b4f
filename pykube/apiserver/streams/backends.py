"""Where the proxy subresources lead: a node's agent or port, a pod's port, one of a service's endpoints.

Source: pkg/registry/core node, pod and service (``ResourceLocation``).
"""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pykube.api import core_v1
from pykube.errors import BadRequest, ServiceUnavailable

if TYPE_CHECKING:
    from ..registry import Registry

SCHEMES = ("", "http", "https")


@dataclass(frozen=True, slots=True)
class Wanted:
    """``https:name:port`` taken apart; `scheme` and `port` may be empty."""

    scheme: str
    name: str
    port: str


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a port to speak HTTP or HTTPS to."""

    host: str
    port: int
    https: bool


def parse(kind: str, text: str) -> Wanted:
    """``name``, ``name:port`` or ``scheme:name:port``.

    Raises:
        BadRequest: it is none of these.
    """
    parts = text.split(":")
    if len(parts) <= 3:
        scheme = parts[0] if len(parts) == 3 else ""
        name = parts[1] if len(parts) == 3 else parts[0]
        port = parts[-1] if len(parts) > 1 else ""
        if name and scheme in SCHEMES:
            return Wanted(scheme, name, port)
    raise BadRequest(f'invalid {kind} request "{text}"')


def pod_address(registry: Registry, namespace: str, text: str) -> Address:
    """The pod's address, and the port named or else its first.

    Raises:
        NotFound: there is no such pod.
        BadRequest: the request is malformed, or the pod has no address.
    """
    wanted = parse("pod", text)
    pod = registry.get(core_v1.Pod, wanted.name, namespace)
    host = pod.status.pod_ips[0].ip if pod.status.pod_ips else pod.status.pod_ip
    _check_allowed(host)
    ports = (port.container_port for container in pod.spec.containers for port in container.ports)
    port = wanted.port or str(next(ports, "")) or ("443" if wanted.scheme == "https" else "80")
    if not port.isdigit():
        raise BadRequest(f'invalid pod request "{text}"')
    return Address(host, int(port), wanted.scheme == "https")


def service_address(registry: Registry, namespace: str, text: str) -> Address:
    """One of the service's endpoints, drawn by lot.

    Raises:
        NotFound: there is no such service.
        BadRequest: the request is malformed.
        ServiceUnavailable: the service has no such port, or nothing stands behind it.
    """
    wanted = parse("service", text)
    port = wanted.port
    service = registry.get(core_v1.Service, wanted.name, namespace)
    if port.isdigit():
        named = next((one.name for one in service.spec.ports if one.port == int(port)), None)
        if named is None:
            raise ServiceUnavailable(f'no service port {port} found for service "{wanted.name}"')
        port = named
    endpoints = registry.find(core_v1.Endpoints, wanted.name, namespace)
    if endpoints is None or not endpoints.subsets:
        raise ServiceUnavailable(f'no endpoints available for service "{wanted.name}"')
    found = list(_candidates(endpoints, port))
    if not found:
        raise ServiceUnavailable(f'no endpoints available for service "{text}"')
    host, number = random.choice(found)
    return Address(host, number, wanted.scheme == "https")


def _candidates(endpoints: core_v1.Endpoints, port: str) -> Iterator[tuple[str, int]]:
    """Addresses that belong to pods: others could lead to anything within the API server's reach."""
    for subset in endpoints.subsets:
        for one in subset.ports:
            if one.name != port:
                continue
            for address in subset.addresses:
                if address.target_ref is not None and address.target_ref.kind == "Pod":
                    yield address.ip, one.port


def _check_allowed(host: str) -> None:
    """A pod's reported address must not lead back into the API server's own host."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise BadRequest("address not allowed") from None
    if address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified:
        raise BadRequest("address not allowed")
