"""What the plugin answers, in the words of the version that the configuration asks for.

Source: CNI specification, section 5 "Result types", and its changes from 0.3.0 to 1.1.0: ``ips[].version`` went away
with 1.0.0, ``interfaces[].mtu`` came with 1.1.0.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .errors import CniError
from .request import VERSIONS, Address, Interface, Network


@dataclass(frozen=True, slots=True)
class Link:
    """One network interface; an empty `sandbox` means it is the host's."""

    name: str
    mac: str
    sandbox: str = ""
    mtu: int = 0


@dataclass(frozen=True, slots=True)
class Ip:
    """An address on the interface with index `interface` of the result."""

    address: Interface
    gateway: Address | None
    interface: int


@dataclass(frozen=True, slots=True)
class Result:
    """The success of an ADD."""

    links: tuple[Link, ...]
    ips: tuple[Ip, ...] = ()
    routes: tuple[tuple[Network, Address | None], ...] = ()

    def to_json(self, version: str) -> bytes:
        """The document for `version`, one of `VERSIONS`."""
        age = VERSIONS.index(version)
        links = [_link(link, with_mtu=age >= VERSIONS.index("1.1.0")) for link in self.links]
        ips = [_ip(ip, with_version=age < VERSIONS.index("1.0.0")) for ip in self.ips]
        document: dict[str, Any] = {"cniVersion": version, "interfaces": links}
        if ips:
            document["ips"] = ips
        if self.routes:
            document["routes"] = [
                {"dst": str(destination), **({"gw": str(gateway)} if gateway else {})}
                for destination, gateway in self.routes
            ]
        document["dns"] = {}
        return json.dumps(document).encode()


def _link(link: Link, *, with_mtu: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"name": link.name, "mac": link.mac}
    if link.sandbox:
        found["sandbox"] = link.sandbox
    if with_mtu and link.mtu:
        found["mtu"] = link.mtu
    return found


def _ip(ip: Ip, *, with_version: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"interface": ip.interface, "address": str(ip.address)}
    if with_version:
        found["version"] = str(ip.address.version)
    if ip.gateway:
        found["gateway"] = str(ip.gateway)
    return found


def version_result(version: str) -> bytes:
    """The answer to VERSION."""
    return json.dumps({"cniVersion": version, "supportedVersions": list(VERSIONS)}).encode()


def error_result(version: str, error: CniError) -> bytes:
    """The answer of a command that failed; the process exits with 1 beside it."""
    document: dict[str, Any] = {"cniVersion": version, "code": int(error.code), "msg": error.message}
    if error.details:
        document["details"] = error.details
    return json.dumps(document).encode()
