"""How agents are reached: at which address, with which certificate.

Source: pkg/kubelet/client (what upstream's API server does toward kubelets).
"""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from pykube.api import core_v1
from pykube.errors import InternalError

from .target import Target

if TYPE_CHECKING:
    from ..registry import Registry

DEFAULT_PORT = 10250
PREFERRED = ("InternalIP", "ExternalIP", "Hostname", "InternalDNS", "ExternalDNS")
"""Kinds of addresses, the best first: an address needs no name to be resolved."""


def agent_tls(ca_file: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS toward agents: shows our client certificate, accepts only agents that the cluster's CA vouches for."""
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=str(ca_file))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context


def unverified_tls() -> ssl.SSLContext:
    """TLS toward pods and services named with ``https:``, whose certificates nobody here knows."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def address_of(node: core_v1.Node) -> str:
    """The address a node's agent is reached at.

    Raises:
        InternalError: the node has reported none.
    """
    for kind in PREFERRED:
        for address in node.status.addresses:
            if address.type == kind:
                return address.address
    known = " ".join(f"{{{address.type} {address.address}}}" for address in node.status.addresses)
    raise InternalError(f"no preferred addresses found; known addresses: [{known}]")


def agent_target(registry: Registry, name: str, path: str, tls: ssl.SSLContext) -> Target:
    """The agent of node `name`.

    Raises:
        NotFound: there is no such node.
        InternalError: the node has reported no address.
    """
    node = registry.get(core_v1.Node, name)
    port = node.status.daemon_endpoints.kubelet_endpoint.port or DEFAULT_PORT
    return Target(address_of(node), port, path, tls)
