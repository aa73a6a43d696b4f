"""Services: cluster IPs and node ports.

What is in use is read from the Services themselves through the watch cache, so an allocation can neither leak nor need
repair. Rules: k8s.io/kubernetes, pkg/registry/core/service/storage/alloc.go; single-stack IPv4.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from pykube import errors
from pykube.api import codec, core_v1, field_errors
from pykube.api.field_errors import FieldError, Path
from pykube.api.scheme import Resource

from ..watch_cache import CacheEvent, WatchCache
from ..write import Operation, Write
from .pool import FullError, OutOfRangeError, Pool, TakenError, static_band
from .strategy import Strategy

HEADLESS = "None"
_WITH_PORTS = ("NodePort", "LoadBalancer")


class ServiceStrategy(Strategy):
    """Gives Services their addresses and ports.

    `cache` answers the watch cache of Services; it is asked for at the first allocation, when it is filled.
    """

    create_on_update = True
    returns_deleted = True

    def __init__(
        self,
        resource: Resource,
        *,
        service_cidr: str,
        node_ports: str,
        reserved_ips: Sequence[str],
        cache: Callable[[], WatchCache],
    ) -> None:
        super().__init__(resource)
        self._cache = cache
        self._network = network = ipaddress.ip_network(service_cidr)
        first, last = int(network.network_address) + 1, int(network.broadcast_address) - 1
        band = static_band(last - first + 1, divisor=16, least=16, most=256)
        self._ips = Pool(first, last, static=band)
        low, _, high = node_ports.partition("-")
        size = int(high) - int(low) + 1
        self._ports = Pool(int(low), int(high), static=static_band(size, divisor=32, least=16, most=128))
        self._used_ips: set[int] = set()
        self._used_ports: set[int] = set()
        self._following = False
        self._kept = {int(ipaddress.ip_address(address)) for address in reserved_ips}

    def prepare_create(self, write: Write) -> None:
        super().prepare_create(write)
        _agree(write.object.spec)

    def prepare_update(self, write: Write) -> None:
        super().prepare_update(write)
        new, old = write.object.spec, write.old.spec
        _keep_allocated(new, old)
        _drop_inapplicable(write.object, old)
        if new.cluster_ip != old.cluster_ip and new.cluster_ips == old.cluster_ips:
            new.cluster_ips = []
        _agree(new)

    async def allocate(self, write: Write) -> None:
        self._follow()
        service: core_v1.Service = write.object
        before: core_v1.Service | None = write.old if write.operation is Operation.UPDATE else None
        if write.subresource == "status":
            return
        if service.spec.type == "ExternalName":
            return
        _fill_families(service.spec)
        found = [*self._allocate_ip(write, service, before), *self._allocate_ports(write, service, before)]
        if found:
            raise field_errors.invalid(self.resource, service.metadata.name, found)

    # Addresses

    def _allocate_ip(self, write: Write, service: core_v1.Service, before: core_v1.Service | None) -> list[FieldError]:
        spec = service.spec
        if spec.cluster_ip == HEADLESS:
            spec.cluster_ips = [HEADLESS]
            return []
        if before is not None and before.spec.cluster_ip == spec.cluster_ip and spec.cluster_ip:
            spec.cluster_ips = [spec.cluster_ip]
            return []
        try:
            number = self._take_ip(spec.cluster_ip)
        except (TakenError, OutOfRangeError, ValueError, FullError) as error:
            why = self._why_not_ip(error)
            shown = [spec.cluster_ip] if spec.cluster_ip else []
            detail = f"failed to allocate IP {spec.cluster_ip}: {why}" if spec.cluster_ip else why
            return [field_errors.invalid_value(Path("spec").child("clusterIPs"), shown, detail)]
        write.release.append(partial(self._ips.settle, number))
        spec.cluster_ip = str(ipaddress.ip_address(number))
        spec.cluster_ips = [spec.cluster_ip]
        return []

    def _take_ip(self, wanted: str) -> int:
        """Reserve the address wanted, or any but those kept for the cluster's own services."""
        if wanted:
            number = int(ipaddress.IPv4Address(wanted))
            self._ips.take(number, self._used_ips)
            return number
        return self._ips.next(_Either(self._used_ips, self._kept))

    def _why_not_ip(self, error: Exception) -> str:
        if isinstance(error, TakenError):
            return "provided IP is already allocated"
        if isinstance(error, FullError):
            return "range is full"
        return f"the provided network does not match the current range ({self._network})"

    # Ports

    def _allocate_ports(
        self, write: Write, service: core_v1.Service, before: core_v1.Service | None
    ) -> list[FieldError]:
        spec = service.spec
        if not _wants_ports(spec):
            for port in spec.ports:
                port.node_port = 0
            return []
        held = {port.node_port for port in before.spec.ports if port.node_port} if before is not None else set()
        taken: set[int] = set()
        found: list[FieldError] = []
        for position, port in enumerate(spec.ports):
            path = Path("spec").child("ports").index(position).child("nodePort")
            try:
                self._allocate_port(port, held, taken)
            except (TakenError, OutOfRangeError) as error:
                found.append(field_errors.invalid_value(path, port.node_port, self._why_not_port(error)))
            except FullError as error:
                raise errors.InternalError(
                    "Internal error occurred: failed to allocate a nodePort: range is full"
                ) from error
        if _wants_health_check(spec):
            found.extend(self._allocate_health_check(spec, before, taken))
        for number in taken:
            write.release.append(partial(self._ports.settle, number))
        return found

    def _allocate_health_check(
        self, spec: core_v1.ServiceSpec, before: core_v1.Service | None, taken: set[int]
    ) -> list[FieldError]:
        """The port at which load balancers ask nodes whether they hold ready endpoints."""
        wanted = spec.health_check_node_port
        if before is not None and wanted and wanted == before.spec.health_check_node_port:
            return []
        try:
            if wanted:
                self._ports.take(wanted, self._used_ports)
            else:
                wanted = spec.health_check_node_port = self._ports.next(self._used_ports)
        except (TakenError, OutOfRangeError, FullError) as error:
            detail = "range is full" if isinstance(error, FullError) else self._why_not_port(error)
            return [field_errors.invalid_value(Path("spec").child("healthCheckNodePort"), wanted, detail)]
        taken.add(wanted)
        return []

    def _allocate_port(self, port: core_v1.ServicePort, held: set[int], taken: set[int]) -> None:
        """Give one port its number; ports of one service that differ in protocol only share it when they ask for it."""
        wanted = port.node_port
        if wanted in held or wanted in taken:
            return
        if wanted:
            self._ports.take(wanted, self._used_ports)
        else:
            wanted = port.node_port = self._ports.next(self._used_ports)
        taken.add(wanted)

    def _why_not_port(self, error: Exception) -> str:
        if isinstance(error, TakenError):
            return "provided port is already allocated"
        return (
            "provided port is not in the valid range. "
            f"The range of valid ports is {self._ports.first}-{self._ports.last}"
        )

    # What is in use

    def _follow(self) -> None:
        if not self._following:
            self._following = True
            self._cache().subscribe(self._changed)

    def _changed(self, event: CacheEvent) -> None:
        if event.previous is not None:
            ips, ports = _in_use(event.previous.data)
            self._used_ips -= ips
            self._used_ports -= ports
        if event.type != "DELETED":
            ips, ports = _in_use(event.object.data)
            self._used_ips |= ips
            self._used_ports |= ports
            for number in ips:
                self._ips.settle(number)
            for number in ports:
                self._ports.settle(number)


class _Either:
    """Members of either of two containers."""

    def __init__(self, one: Any, other: Any) -> None:
        self._one, self._other = one, other

    def __contains__(self, item: object) -> bool:
        return item in self._one or item in self._other


def _in_use(data: bytes) -> tuple[set[int], set[int]]:
    """The addresses and ports that an encoded Service holds."""
    spec = codec.decode(core_v1.Service, data).spec
    ips = {int(ipaddress.ip_address(ip)) for ip in (spec.cluster_ips or [spec.cluster_ip]) if ip not in ("", HEADLESS)}
    ports = {port.node_port for port in spec.ports if port.node_port}
    if spec.health_check_node_port:
        ports.add(spec.health_check_node_port)
    return ips, ports


def _wants_ports(spec: core_v1.ServiceSpec) -> bool:
    if spec.type == "LoadBalancer" and spec.allocate_load_balancer_node_ports is False:
        return any(port.node_port for port in spec.ports)
    return spec.type in _WITH_PORTS


def _wants_health_check(spec: core_v1.ServiceSpec) -> bool:
    return spec.type == "LoadBalancer" and spec.external_traffic_policy == "Local"


def _is_external(spec: core_v1.ServiceSpec) -> bool:
    return spec.type in _WITH_PORTS or (spec.type == "ClusterIP" and bool(spec.external_ips))


def _agree(spec: core_v1.ServiceSpec) -> None:
    """Older clients know one address only: it is the first of the list."""
    if spec.cluster_ip and not spec.cluster_ips:
        spec.cluster_ips = [spec.cluster_ip]


def _fill_families(spec: core_v1.ServiceSpec) -> None:
    if not spec.ip_families:
        spec.ip_families = ["IPv4"]
    if spec.ip_family_policy is None:
        spec.ip_family_policy = "SingleStack"


def _keep_allocated(new: core_v1.ServiceSpec, old: core_v1.ServiceSpec) -> None:
    """An update that leaves allocated values out keeps them, as upstream's ``patchAllocatedValues`` does."""
    if new.type == "ExternalName":
        if old.type != "ExternalName":
            if new.cluster_ip == old.cluster_ip:
                new.cluster_ip, new.cluster_ips = "", []
            new.ip_families, new.ip_family_policy = [], None
        return
    if old.type != "ExternalName":
        if not new.cluster_ip:
            new.cluster_ip, new.cluster_ips = old.cluster_ip, new.cluster_ips or list(old.cluster_ips)
        new.ip_families = new.ip_families or list(old.ip_families)
        new.ip_family_policy = new.ip_family_policy or old.ip_family_policy
    if _wants_health_check(new) and _wants_health_check(old):
        new.health_check_node_port = new.health_check_node_port or old.health_check_node_port
    if new.type in _WITH_PORTS and old.type in _WITH_PORTS:
        known = {(port.protocol, port.port): port.node_port for port in old.ports}
        used = {port.node_port for port in new.ports if port.node_port}
        for port in new.ports:
            number = known.get((port.protocol, port.port), 0)
            if not port.node_port and number not in used:
                port.node_port = number


def _drop_inapplicable(service: core_v1.Service, before: core_v1.ServiceSpec) -> None:
    """Clear what the new type has no use for and the update did not touch, so that changing the type alone is valid.

    Upstream's ``dropTypeDependentFields``.
    """
    new = service.spec
    ports = [port.node_port for port in before.ports]
    if _wants_ports(before) and not _wants_ports(new) and [port.node_port for port in new.ports] == ports:
        for port in new.ports:
            port.node_port = 0
    kept_check = new.health_check_node_port == before.health_check_node_port
    if _wants_health_check(before) and not _wants_health_check(new) and kept_check:
        new.health_check_node_port = 0
    if before.type == "LoadBalancer" and new.type != "LoadBalancer":
        if new.allocate_load_balancer_node_ports == before.allocate_load_balancer_node_ports:
            new.allocate_load_balancer_node_ports = None
        if new.load_balancer_class == before.load_balancer_class:
            new.load_balancer_class = None
    kept_policy = new.external_traffic_policy == before.external_traffic_policy
    if _is_external(before) and not _is_external(new) and kept_policy:
        new.external_traffic_policy = ""
    if new.type != "LoadBalancer":
        service.status.load_balancer = core_v1.LoadBalancerStatus()
