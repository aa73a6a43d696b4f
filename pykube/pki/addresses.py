"""Under which names and addresses a server is reached, for its certificate."""

from __future__ import annotations

import ipaddress
import socket

from pykube.config import ServerConfig


def outward_address() -> str:
    """This host's address on the route outwards; the loopback address on a host without a route."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1: connecting a UDP socket sends nothing
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def advertise_address(config: ServerConfig) -> str:
    """Where others reach this server."""
    if config.advertise_address:
        return config.advertise_address
    if config.bind_address not in ("", "0.0.0.0", "::"):
        return config.bind_address
    return outward_address()


def host_name(config: ServerConfig) -> str:
    """This host's name in certificates."""
    return config.node_name or socket.gethostname().lower()


def server_names(config: ServerConfig) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(DNS names, addresses) of the API server: inside the cluster, on this host, and as configured."""
    service = next(ipaddress.ip_network(config.network.service_cidr).hosts())
    candidates = [
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        f"kubernetes.default.svc.{config.network.cluster_domain}",
        "localhost",
        host_name(config),
        str(service),
        "127.0.0.1",
        "::1",
        advertise_address(config),
        *config.tls_san,
    ]
    unique = list(dict.fromkeys(candidates))
    addresses = tuple(name for name in unique if is_address(name))
    return tuple(name for name in unique if not is_address(name)), addresses


def is_address(text: str) -> bool:
    """Whether `text` is an IP address and no name."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def url_host(address: str) -> str:
    """The address as it stands in a URL."""
    return f"[{address}]" if ":" in address else address
