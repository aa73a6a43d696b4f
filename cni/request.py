"""What the runtime asks: environment variables and a JSON document on standard input, checked and typed.

Source: CNI specification 1.1.0, sections 2 (parameters) and 1 (configuration). Every defect raises `CniError` with the
code the specification gives for it.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import CniError, Code

VERSIONS = ("0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0")
"""The versions of the specification in which a result can be given."""

DATA_DIR = "/var/lib/pykube/cni"
"""Where addresses are kept unless the configuration names another place."""

_SINCE = {"CHECK": "0.4.0", "GC": "1.1.0", "STATUS": "1.1.0"}
_NEEDS = {
    "ADD": ("CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME"),
    "CHECK": ("CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME"),
    "DEL": ("CNI_CONTAINERID", "CNI_IFNAME"),
    "GC": (),
    "STATUS": (),
    "VERSION": (),
}
_CONTAINER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]*")
_IFNAME_MAX = 15

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Interface = ipaddress.IPv4Interface | ipaddress.IPv6Interface


@dataclass(frozen=True, slots=True)
class Range:
    """Addresses to hand out: `first` to `last` of `subnet`, never the `gateway`."""

    subnet: Network
    gateway: Address
    first: Address
    last: Address

    @property
    def size(self) -> int:
        """How many addresses lie between the two ends, both included."""
        return int(self.last) - int(self.first) + 1

    def offset(self, address: Address) -> int | None:
        """The place of an address in the range, from 0; None when it is not in it."""
        found = int(address) - int(self.first)
        return found if address.version == self.subnet.version and 0 <= found < self.size else None


@dataclass(frozen=True, slots=True)
class PortMapping:
    """A port of the host that leads to a port of the container; an empty `host_ip` means all of the host's."""

    host_port: int
    container_port: int
    protocol: str = "tcp"
    host_ip: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkConfig:
    """The network configuration, as far as this plugin knows it."""

    version: str
    name: str
    type: str
    bridge: str = "pykube0"
    mtu: int = 0
    """Bytes; 0: the kernel's default."""
    hairpin: bool = True
    """Whether the bridge may send a frame back out of the port it came in: see `bridge.py`."""
    data_dir: str = DATA_DIR
    ranges: tuple[Range, ...] = ()
    routes: tuple[Network, ...] = ()
    port_mappings: tuple[PortMapping, ...] = ()
    valid_attachments: frozenset[tuple[str, str]] = frozenset()
    """(container id, interface name) of everything that lives; only with GC."""
    previous: Mapping[str, Any] | None = None
    """`prevResult`: what an earlier ADD answered."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call of the plugin."""

    command: str
    container_id: str
    netns: str
    ifname: str
    config: NetworkConfig
    args: Mapping[str, str] = field(default_factory=dict)


def parse(environment: Mapping[str, str], stdin: bytes) -> Request:
    """Check and type one call.

    Raises:
        CniError: INVALID_ENVIRONMENT, DECODE_FAILURE, INVALID_CONFIG or INCOMPATIBLE_VERSION.
    """
    command = environment.get("CNI_COMMAND", "")
    if command not in _NEEDS:
        raise CniError(Code.INVALID_ENVIRONMENT, f"unknown CNI_COMMAND: {command!r}")
    missing = [name for name in _NEEDS[command] if not environment.get(name)]
    if missing:
        raise CniError(Code.INVALID_ENVIRONMENT, f"required env variables [{','.join(missing)}] missing")
    container_id, ifname = environment.get("CNI_CONTAINERID", ""), environment.get("CNI_IFNAME", "")
    if container_id and not _CONTAINER_ID.fullmatch(container_id):
        raise CniError(Code.INVALID_ENVIRONMENT, "invalid characters in containerID", container_id)
    _check_ifname(ifname)
    document = _decode(stdin)
    config = parse_config(document) if command != "VERSION" else _version_config(document)
    if command in _SINCE and VERSIONS.index(config.version) < VERSIONS.index(_SINCE[command]):
        raise CniError(Code.INCOMPATIBLE_VERSION, f"config version {config.version} does not allow {command}")
    return Request(command, container_id, environment.get("CNI_NETNS", ""), ifname, config, _arguments(environment))


def _check_ifname(ifname: str) -> None:
    if not ifname:
        return
    if len(ifname) > _IFNAME_MAX:
        raise CniError(Code.INVALID_ENVIRONMENT, "interface name is too long", ifname)
    if ifname in (".", "..") or any(character in "/:" or character.isspace() for character in ifname):
        raise CniError(Code.INVALID_ENVIRONMENT, "interface name contains / or : or whitespace", ifname)


def _arguments(environment: Mapping[str, str]) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in environment.get("CNI_ARGS", "").split(";") if pair)
    return {key: value for key, _, value in pairs}


def _decode(stdin: bytes) -> dict[str, Any]:
    try:
        document = json.loads(stdin)
    except ValueError as error:
        raise CniError(Code.DECODE_FAILURE, "the network configuration is not JSON", str(error)) from error
    if not isinstance(document, dict):
        raise CniError(Code.DECODE_FAILURE, "the network configuration is not a JSON object")
    return document


def _version_config(document: dict[str, Any]) -> NetworkConfig:
    return NetworkConfig(version=str(document.get("cniVersion") or VERSIONS[-1]), name="", type="")


def parse_config(document: dict[str, Any]) -> NetworkConfig:
    """The typed configuration; a missing ``cniVersion`` means 0.1.0, which is refused as too old."""
    version = document.get("cniVersion") or "0.1.0"
    if version not in VERSIONS:
        raise CniError(
            Code.INCOMPATIBLE_VERSION,
            "incompatible CNI versions",
            f'config is "{version}", plugin supports {list(VERSIONS)}',
        )
    if not document.get("name"):
        raise CniError(Code.INVALID_CONFIG, "missing network name")
    runtime = document.get("runtimeConfig") or {}
    ipam = document.get("ipam") or {}
    try:
        return NetworkConfig(
            version=version,
            name=str(document["name"]),
            type=str(document.get("type") or ""),
            bridge=str(document.get("bridge") or "pykube0"),
            mtu=int(document.get("mtu") or 0),
            hairpin=bool(document.get("hairpinMode", True)),
            data_dir=str(ipam.get("dataDir") or DATA_DIR),
            ranges=tuple(_range(found) for group in ipam.get("ranges") or () for found in group[:1]),
            routes=tuple(ipaddress.ip_network(route["dst"]) for route in ipam.get("routes") or ()),
            port_mappings=tuple(_port_mapping(found) for found in runtime.get("portMappings") or ()),
            valid_attachments=frozenset(
                (str(found["containerID"]), str(found["ifname"]))
                for found in document.get("cni.dev/valid-attachments") or ()
            ),
            previous=document.get("prevResult"),
        )
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise CniError(Code.INVALID_CONFIG, "invalid network configuration", str(error)) from error


def _range(found: dict[str, Any]) -> Range:
    subnet = ipaddress.ip_network(found["subnet"])
    first = ipaddress.ip_address(found["rangeStart"]) if found.get("rangeStart") else subnet[1]
    last = ipaddress.ip_address(found["rangeEnd"]) if found.get("rangeEnd") else subnet[-2]
    gateway = ipaddress.ip_address(found["gateway"]) if found.get("gateway") else subnet[1]
    for address in (first, last, gateway):
        if address not in subnet:
            raise ValueError(f"{address} is not in {subnet}")
    if int(last) < int(first):
        raise ValueError(f"the range of {subnet} ends at {last} before it starts at {first}")
    return Range(subnet, gateway, first, last)


def _port_mapping(given: dict[str, Any]) -> PortMapping:
    # containerd writes HostPort where the convention says hostPort; Go's decoder does not mind.
    found = {key.lower(): value for key, value in given.items()}
    protocol = str(found.get("protocol") or "tcp").lower()
    if protocol not in ("tcp", "udp", "sctp"):
        raise ValueError(f"unknown protocol {protocol!r} in portMappings")
    host_port, container_port = int(found["hostport"]), int(found["containerport"])
    for port in (host_port, container_port):
        if not 0 < port < 65536:
            raise ValueError(f"port {port} is not between 1 and 65535")
    host_ip = str(found.get("hostip") or "")
    if host_ip:
        host_ip = str(ipaddress.ip_address(host_ip))
        host_ip = "" if ipaddress.ip_address(host_ip).is_unspecified else host_ip
    return PortMapping(host_port, container_port, protocol, host_ip)
