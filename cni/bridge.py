"""The network interface of a container: a veth pair whose host end is a port of a bridge.

The container's address is a /32 (/128) and everything it sends goes to the gateway, the bridge's own address. So each
packet between containers is routed by the host: its answer comes back the same way, address translation and policies
see both directions, and nothing depends on ``br_netfilter``. Redirects ("your neighbour is nearer") are switched off
on both sides, as they would undo that.

Where ``net.bridge.bridge-nf-call-iptables`` is 1 nevertheless (Docker sets it), the kernel bridges a packet whose
destination was translated straight to the port of its new destination. That is why ports are not isolated from each
other, and why they may send a frame back where it came from (hairpin): a container may be its own service.

MAC addresses follow from IP addresses: whoever gets a freed address answers to what others still hold in their caches.
"""

from __future__ import annotations

import errno
import hashlib
import ipaddress
import os
import re
import time
from collections.abc import Callable

from . import hostports
from .errors import CniError, Code
from .ipam import Allocation, Ipam
from .links import LinkError, Links, VethEnd, index_of, is_up, set_sysctl
from .netns import open_netns, run_inside
from .request import Interface, Network, NetworkConfig, PortMapping, Range, Request
from .results import Ip, Link, Result

_RECLAIM_AFTER = 120.0
"""Seconds after which an address without an interface counts as leaked; an ADD under way is far younger."""


def host_link_name(container_id: str, ifname: str) -> str:
    """The name of the host's end: the same for the same attachment, at most 15 characters."""
    return "pk" + hashlib.sha256(f"{container_id}/{ifname}".encode()).hexdigest()[:12]


def mac_of(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """A locally administered MAC that follows from an address."""
    tail = address.packed[-4:] if address.version == 4 else hashlib.sha256(address.packed).digest()[:4]
    return ":".join(f"{octet:02x}" for octet in b"\x0a\x58" + tail)


def add(request: Request) -> Result:
    """ADD: make the interface; on failure nothing is left behind."""
    config = request.config
    if not config.ranges:
        raise CniError(Code.INVALID_CONFIG, "ipam.ranges is empty: there are no addresses to give")
    try:
        netns = open_netns(request.netns)
    except OSError as error:
        raise CniError(Code.UNKNOWN_CONTAINER, "failed to open netns", str(error)) from error
    try:
        return _add(request, netns)
    except BaseException as error:
        delete(request)
        if isinstance(error, OSError):
            raise CniError(Code.NETLINK_FAILURE, "failed to set up the interface", str(error)) from error
        raise
    finally:
        os.close(netns)


def _add(request: Request, netns: int) -> Result:
    config, name = request.config, host_link_name(request.container_id, request.ifname)
    ipam = Ipam(config.data_dir, config.name)
    with Links() as links:
        bridge = ensure_bridge(links, config)
        record = {"hostports": [_mapping_record(mapping) for mapping in config.port_mappings]}
        allocations = ipam.allocate(
            request.container_id, request.ifname, config.ranges, record, _reclaimer(ipam, links)
        )
        near = VethEnd(name, "0a:59:" + ":".join(re.findall("..", name[2:10])))
        far = VethEnd(request.ifname, mac_of(allocations[0].address))
        try:
            index = links.add_veth(near, bridge, far, netns, config.mtu)
        except LinkError as error:
            if error.errno != errno.EEXIST or not links.delete(name):
                raise
            index = links.add_veth(near, bridge, far, netns, config.mtu)
        links.set_hairpin(index, on=config.hairpin)
    routes = _routes(config)
    run_inside(netns, lambda: _configure_inside(request.ifname, allocations, config.ranges, routes))
    if config.port_mappings:
        wanted = hostports.elements(config.port_mappings, [found.address for found in allocations])
        hostports.add(wanted, _holders(ipam).__contains__)
    return Result(
        links=(
            Link(config.bridge, mac_of(config.ranges[0].gateway)),
            Link(near.name, near.mac, mtu=config.mtu),
            Link(far.name, far.mac, request.netns, config.mtu),
        ),
        ips=tuple(
            Ip(_host_interface(found), wanted.gateway, 2)
            for found, wanted in zip(allocations, config.ranges, strict=True)
        ),
        routes=tuple((route, _gateway(route, config.ranges)) for route in routes),
    )


def ensure_bridge(links: Links, config: NetworkConfig) -> int:
    """Make the bridge and let the host forward, as far as that is not so already; returns the bridge's index."""
    if not is_up(config.bridge):
        try:
            links.add_bridge(config.bridge, mac_of(config.ranges[0].gateway), config.mtu)
        except LinkError as error:
            if error.errno != errno.EEXIST:  # it is down, or another ADD was faster
                raise
        index = index_of(config.bridge)
        for wanted in config.ranges:
            address = ipaddress.ip_interface(f"{wanted.gateway}/{wanted.subnet.prefixlen}")
            links.add_address(index, address)
        links.set_up(index)
        _forward(config)
    return index_of(config.bridge)


def _forward(config: NetworkConfig) -> None:
    for wanted in config.ranges:
        set_sysctl("ipv4/ip_forward" if wanted.subnet.version == 4 else "ipv6/conf/all/forwarding", "1")
    # The kernel sends redirects when either of the two allows it.
    set_sysctl("ipv4/conf/all/send_redirects", "0")
    set_sysctl(f"ipv4/conf/{config.bridge}/send_redirects", "0")


def _configure_inside(
    ifname: str, allocations: list[Allocation], ranges: tuple[Range, ...], routes: tuple[Network, ...]
) -> None:
    """Run in the container's namespace: loopback up, interface up with its addresses and routes."""
    for family in {wanted.subnet.version for wanted in ranges}:
        set_sysctl(f"ipv{family}/conf/all/accept_redirects", "0")
        set_sysctl(f"ipv{family}/conf/{ifname}/accept_redirects", "0")
    index = index_of(ifname)
    with Links() as links:
        links.set_up(1)
        for allocation in allocations:
            links.add_address(index, _host_interface(allocation))
        links.set_up(index)
        for route in routes:
            links.add_route(route, index, _gateway(route, ranges))


def _routes(config: NetworkConfig) -> tuple[Network, ...]:
    """The configured routes, else a default route of each family that has a range."""
    if config.routes:
        return config.routes
    defaults = {4: ipaddress.ip_network("0.0.0.0/0"), 6: ipaddress.ip_network("::/0")}
    return tuple(defaults[family] for family in sorted({wanted.subnet.version for wanted in config.ranges}))


def _gateway(route: Network, ranges: tuple[Range, ...]) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    for wanted in ranges:
        if wanted.subnet.version == route.version:
            return wanted.gateway
    raise CniError(Code.INVALID_CONFIG, "a route has no range of its family", str(route))


def _host_interface(allocation: Allocation) -> Interface:
    return ipaddress.ip_interface(allocation.address)


def _reclaimer(ipam: Ipam, links: Links) -> Callable[[Allocation], bool]:
    """A judge of old allocations: dead when the host has no interface for them. Asks the kernel once."""
    names: set[str] = set()

    def dead(allocation: Allocation) -> bool:
        if not names:
            names.update(links.names())
        missing = host_link_name(allocation.container_id, allocation.ifname) not in names
        return missing and ipam.age(allocation, time.time()) > _RECLAIM_AFTER

    return dead


def _holders(ipam: Ipam) -> set[str]:
    """Addresses that are handed out together with host ports."""
    return {str(found.address) for found in ipam.allocations() if ipam.record(found).get("hostports")}


def _mapping_record(mapping: PortMapping) -> list[object]:
    return [mapping.host_port, mapping.container_port, mapping.protocol, mapping.host_ip]


def delete(request: Request) -> None:
    """DEL: take away whatever there is; may be repeated, and the namespace may be gone."""
    with Links() as links:
        _delete(links, request.config, request.container_id, request.ifname)


def _delete(links: Links, config: NetworkConfig, container_id: str, ifname: str) -> None:
    # The address is freed last: it must not be given away while an interface still has it.
    ipam = Ipam(config.data_dir, config.name)
    links.delete(host_link_name(container_id, ifname))
    for allocation in ipam.of(container_id, ifname):
        mappings = [PortMapping(*found) for found in ipam.record(allocation).get("hostports", ())]
        if mappings:
            hostports.remove(hostports.elements(mappings, [allocation.address]))
    ipam.release(container_id, ifname)


def restore_host_ports(data_dir: str, network: str) -> int:
    """Enter all host ports of a network anew, e.g. after someone has flushed all tables; returns how many containers
    have any. What stands there already stays."""
    ipam = Ipam(data_dir, network)
    wanted: list[hostports.Element] = []
    holders = 0
    for allocation in ipam.allocations():
        mappings = [PortMapping(*found) for found in ipam.record(allocation).get("hostports", ())]
        wanted += hostports.elements(mappings, [allocation.address])
        holders += bool(mappings)
    if wanted:
        hostports.add(wanted, _holders(ipam).__contains__)
    return holders


def collect_garbage(request: Request) -> None:
    """GC: delete every attachment of this network that the runtime does not name as alive."""
    config = request.config
    attachments = {found.attachment for found in Ipam(config.data_dir, config.name).allocations()}
    with Links() as links:
        for container_id, ifname in sorted(attachments - config.valid_attachments):
            _delete(links, config, container_id, ifname)


def status(request: Request) -> None:
    """STATUS: whether an ADD would have an address to give.

    Raises:
        CniError: NOT_AVAILABLE.
    """
    config = request.config
    if not config.ranges:
        raise CniError(Code.NOT_AVAILABLE, "ipam.ranges is empty: there are no addresses to give")
    taken = [found.address for found in Ipam(config.data_dir, config.name).allocations()]
    for wanted in config.ranges:
        size = wanted.size - (wanted.offset(wanted.gateway) is not None)
        if sum(address in wanted.subnet for address in taken) >= size:
            raise CniError(Code.NOT_AVAILABLE, "no IP addresses available in range set", str(wanted.subnet))


def check(request: Request) -> None:
    """CHECK: whether the interface is still as ADD made it.

    Raises:
        CniError: CHECK_FAILED with what differs, UNKNOWN_CONTAINER when the namespace is gone.
    """
    config = request.config
    if config.previous is None:
        raise CniError(Code.INVALID_CONFIG, "required prevResult missing")
    held = Ipam(config.data_dir, config.name).of(request.container_id, request.ifname)
    _expect(bool(held), "no address is allocated to this container")
    told = {str(ip.get("address", "")).partition("/")[0] for ip in config.previous.get("ips") or ()}
    _expect(told <= {str(found.address) for found in held}, "prevResult names other addresses than are allocated")
    name = host_link_name(request.container_id, request.ifname)
    with Links() as links:
        host, bridge = links.find(name), links.find(config.bridge)
    if host is None or bridge is None:
        raise CniError(Code.CHECK_FAILED, f"interface {name if bridge else config.bridge} is missing on the host")
    _expect(host.up and bridge.up, f"{name} or {config.bridge} is down")
    _expect(host.master == bridge.index, f"{name} is not a port of {config.bridge}")
    try:
        netns = open_netns(request.netns)
    except OSError as error:
        raise CniError(Code.UNKNOWN_CONTAINER, "failed to open netns", str(error)) from error
    try:
        run_inside(netns, lambda: _check_inside(request, held))
    except LinkError as error:
        raise CniError(Code.CHECK_FAILED, "the container's interface differs", str(error)) from error
    finally:
        os.close(netns)


def _check_inside(request: Request, held: list[Allocation]) -> None:
    with Links() as links:
        link = links.get(request.ifname)
        _expect(link.up, f"{request.ifname} is down")
        present = links.addresses(link.index)
        for allocation in held:
            _expect(str(allocation.address) in present, f"{request.ifname} has lost {allocation.address}")
        for route in _routes(request.config):
            gateway = _gateway(route, request.config.ranges)
            _expect(links.has_route(route, link.index, gateway), f"the route to {route} by {gateway} is missing")


def _expect(condition: bool, otherwise: str) -> None:
    if not condition:
        raise CniError(Code.CHECK_FAILED, otherwise)
