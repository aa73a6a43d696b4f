"""Services: ports, types, addresses, and which of them may change."""

from __future__ import annotations

from .. import names
from ..core_v1 import LoadBalancerIngress, Service, ServicePort, ServiceSpec
from ..field_errors import (
    METADATA,
    SPEC,
    STATUS,
    Errors,
    Path,
    duplicate,
    forbidden,
    invalid_value,
    not_supported,
    required,
)
from . import checks, meta
from .rules import Rules

_PROTOCOLS = ("SCTP", "TCP", "UDP")
_TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_AFFINITIES = ("ClientIP", "None")
_TRAFFIC = ("Cluster", "Local")
_FAMILIES = ("IPv4", "IPv6")
_FAMILY_POLICIES = ("PreferDualStack", "RequireDualStack", "SingleStack")
_DISTRIBUTIONS = ("PreferClose", "PreferSameZone", "PreferSameNode")
_IP_MODES = ("Proxy", "VIP")
_AFFINITY_SECONDS_MAX = 86_400
_BALANCER_ONLY = "may only be used when `type` is 'LoadBalancer'"
_FIXED = "may not change once set"
_HINTS = "service.kubernetes.io/topology-aware-hints"
_MODE = "service.kubernetes.io/topology-mode"
_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"

_PORTS = SPEC.child("ports")
_CLUSTER_IPS = SPEC.child("clusterIPs")
_IP_FAMILIES = SPEC.child("ipFamilies")
_IP_FAMILY_POLICY = SPEC.child("ipFamilyPolicy")


def _is_headless(spec: ServiceSpec) -> bool:
    return spec.cluster_ips == ["None"]


def _is_external(spec: ServiceSpec) -> bool:
    return spec.type in ("LoadBalancer", "NodePort") or (spec.type == "ClusterIP" and bool(spec.external_ips))


def _needs_health_check(spec: ServiceSpec) -> bool:
    return spec.type == "LoadBalancer" and spec.external_traffic_policy == "Local"


def _create(service: Service) -> Errors:
    spec = service.spec
    hints, mode = service.metadata.annotations.get(_HINTS), service.metadata.annotations.get(_MODE)
    if hints is not None and mode is not None and hints != mode:
        place = METADATA.child("annotations").key(_MODE)
        yield invalid_value(place, mode, f"must match annotations[{_HINTS}] when both are specified")
    if not spec.ports and not _is_headless(spec) and spec.type != "ExternalName":
        yield required(_PORTS)
    yield from _by_type(spec)
    yield from _ports(spec)
    if spec.selector:
        yield from meta.labels(spec.selector, SPEC.child("selector"))
    yield from _affinity(spec)
    if spec.type != "ExternalName":
        yield from _cluster_ips(spec)
    for index, address in enumerate(spec.external_ips):
        yield from checks.non_special_ip(SPEC.child("externalIPs").index(index), address)
    yield from checks.required_supported(SPEC.child("type"), spec.type, _TYPES)
    yield from _port_conflicts(spec)
    yield from _load_balancer(service)
    yield from _traffic(spec)


def _by_type(spec: ServiceSpec) -> Errors:
    if spec.type in ("LoadBalancer", "NodePort"):
        if _is_headless(spec):
            yield invalid_value(_CLUSTER_IPS.index(0), "None", f"may not be set to 'None' for {spec.type} services")
        return
    if spec.type != "ExternalName":
        return
    message = "may not be set for ExternalName services"
    if spec.cluster_ips:
        yield forbidden(_CLUSTER_IPS, message)
    if spec.ip_families:
        yield forbidden(_IP_FAMILIES, message)
    if spec.ip_family_policy is not None:
        yield forbidden(_IP_FAMILY_POLICY, message)
    yield from checks.named(SPEC.child("externalName"), spec.external_name.removesuffix("."), names.dns_subdomain)


def _ports(spec: ServiceSpec) -> Errors:
    seen: set[str] = set()
    for index, port in enumerate(spec.ports):
        path = _PORTS.index(index)
        if port.name:
            yield from checks.follows(path.child("name"), port.name, names.dns_label)
            if port.name in seen:
                yield duplicate(path.child("name"), port.name)
            seen.add(port.name)
        elif len(spec.ports) > 1:
            yield required(path.child("name"))
        yield from _port(port, path)


def _port(port: ServicePort, path: Path) -> Errors:
    yield from checks.port(path.child("port"), port.port)
    if not port.protocol:
        yield required(path.child("protocol"))
    elif port.protocol not in _PROTOCOLS:
        yield not_supported(path.child("protocol"), port.protocol, _PROTOCOLS)
    if port.target_port is not None:
        yield from checks.port_or_name(path.child("targetPort"), port.target_port)
    if port.app_protocol is not None:
        yield from checks.follows(path.child("appProtocol"), port.app_protocol, names.qualified_name)


def _port_conflicts(spec: ServiceSpec) -> Errors:
    if spec.type == "ClusterIP":
        for index, port in enumerate(spec.ports):
            if port.node_port:
                message = "may not be used when `type` is 'ClusterIP'"
                yield forbidden(_PORTS.index(index).child("nodePort"), message)
    on_nodes: set[tuple[str, int]] = set()
    for index, port in enumerate(spec.ports):
        if port.node_port and (port.protocol, port.node_port) in on_nodes:
            yield duplicate(_PORTS.index(index).child("nodePort"), port.node_port)
        on_nodes.add((port.protocol, port.node_port))
    seen: set[tuple[str, int]] = set()
    for index, port in enumerate(spec.ports):
        if (port.protocol, port.port) in seen:
            yield duplicate(_PORTS.index(index), {"protocol": port.protocol, "port": port.port, "targetPort": 0})
        seen.add((port.protocol, port.port))


def _affinity(spec: ServiceSpec) -> Errors:
    yield from checks.required_supported(SPEC.child("sessionAffinity"), spec.session_affinity, _AFFINITIES)
    path, config = SPEC.child("sessionAffinityConfig"), spec.session_affinity_config
    if spec.session_affinity == "None":
        if config is not None:
            yield forbidden(path, "must not be set when session affinity is None")
    elif spec.session_affinity == "ClientIP":
        message = "when session affinity type is ClientIP"
        if config is None:
            yield required(path, message)
        elif config.client_ip is None:
            yield required(path.child("clientIP"), message)
        else:
            seconds, place = config.client_ip.timeout_seconds, path.child("clientIP").child("timeoutSeconds")
            if seconds is None:
                yield required(place, message)
            elif not 0 < seconds <= _AFFINITY_SECONDS_MAX:
                yield invalid_value(place, seconds, f"must be greater than 0 and less than {_AFFINITY_SECONDS_MAX}")


def _cluster_ips(spec: ServiceSpec) -> Errors:
    if spec.cluster_ip:
        if not spec.cluster_ips:
            yield required(_CLUSTER_IPS)
        elif spec.cluster_ips[0] != spec.cluster_ip:
            yield invalid_value(_CLUSTER_IPS, spec.cluster_ips, "first value must match `clusterIP`")
    elif spec.cluster_ips:
        yield invalid_value(_CLUSTER_IPS, spec.cluster_ips, "must be empty when `clusterIP` is not specified")
    seen: set[str] = set()
    for index, family in enumerate(spec.ip_families):
        yield from checks.supported(_IP_FAMILIES.index(index), family, _FAMILIES)
        if family in seen:
            yield duplicate(_IP_FAMILIES.index(index), family)
        seen.add(family)
    if spec.ip_family_policy is not None:
        yield from checks.supported(_IP_FAMILY_POLICY, spec.ip_family_policy, _FAMILY_POLICIES)
    yield from _addresses(spec)


def _addresses(spec: ServiceSpec) -> Errors:
    addresses = spec.cluster_ips
    if addresses[:1] == ["None"]:
        if len(addresses) > 1:
            yield invalid_value(_CLUSTER_IPS, addresses, "'None' must be the first and only value")
        return
    parsed = [checks.parse_ip(address) for address in addresses]
    for index, address in enumerate(addresses):
        yield from checks.ip(_CLUSTER_IPS.index(index), address)
    if len(addresses) > 2:
        yield invalid_value(_CLUSTER_IPS, addresses, "may only hold up to 2 values")
    versions = [found.version for found in parsed if found is not None]
    if len(versions) != len(addresses):
        return
    if len(set(versions)) != len(versions):
        yield invalid_value(_CLUSTER_IPS, addresses, "may specify no more than one IP for each IP family")
    for index, (version, family) in enumerate(zip(versions, spec.ip_families, strict=False)):
        if f"IPv{version}" != family:
            message = f"expected an {family} value as indicated by `ipFamilies[{index}]`"
            yield invalid_value(_CLUSTER_IPS.index(index), addresses[index], message)


def _load_balancer(service: Service) -> Errors:
    spec = service.spec
    balanced = spec.type == "LoadBalancer"
    if spec.load_balancer_source_ranges:
        path = SPEC.child("LoadBalancerSourceRanges")
        if not balanced:
            yield forbidden(path, _BALANCER_ONLY)
        for index, found in enumerate(spec.load_balancer_source_ranges):
            yield from checks.cidr(path.index(index), found.strip())
    elif _RANGES in service.metadata.annotations:
        path = METADATA.child("annotations").key(_RANGES)
        if not balanced:
            yield forbidden(path, _BALANCER_ONLY)
        for found in filter(None, service.metadata.annotations[_RANGES].strip().split(",")):
            yield from checks.cidr(path, found.strip())
    allocate = spec.allocate_load_balancer_node_ports
    if allocate is not None and not balanced:
        yield forbidden(SPEC.child("allocateLoadBalancerNodePorts"), _BALANCER_ONLY)
    if allocate is None and balanced:
        yield required(Path("allocateLoadBalancerNodePorts"))
    if spec.load_balancer_class is not None:
        path = SPEC.child("loadBalancerClass")
        if balanced:
            yield from checks.follows(path, spec.load_balancer_class, names.qualified_name)
        else:
            yield forbidden(path, _BALANCER_ONLY)


def _traffic(spec: ServiceSpec) -> Errors:
    path = SPEC.child("externalTrafficPolicy")
    if _is_external(spec):
        yield from checks.required_supported(path, spec.external_traffic_policy, _TRAFFIC)
    elif spec.external_traffic_policy:
        yield invalid_value(path, spec.external_traffic_policy, "may only be set for externally-accessible services")
    path = SPEC.child("healthCheckNodePort")
    if _needs_health_check(spec):
        if spec.health_check_node_port:
            # Left out, it is allocated after validation.
            yield from checks.port(path, spec.health_check_node_port)
    elif spec.health_check_node_port:
        message = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
        yield invalid_value(path, spec.health_check_node_port, message)
    path = SPEC.child("internalTrafficPolicy")
    if spec.internal_traffic_policy is not None:
        yield from checks.supported(path, spec.internal_traffic_policy, _TRAFFIC)
    elif spec.type in ("NodePort", "LoadBalancer", "ClusterIP"):
        yield required(path)
    if spec.traffic_distribution is not None and spec.traffic_distribution not in _DISTRIBUTIONS:
        yield not_supported(SPEC.child("trafficDistribution"), spec.traffic_distribution, _DISTRIBUTIONS)


def _update(new: Service, old: Service) -> Errors:
    if "ExternalName" not in (new.spec.type, old.spec.type):
        if not (_is_headless(new.spec) and _is_headless(old.spec)):
            yield from _kept_addresses(new.spec, old.spec)
        if not _is_headless(new.spec) and not _is_headless(old.spec):
            yield from _kept_families(new.spec, old.spec)
    if new.spec.type == old.spec.type == "LoadBalancer":
        wanted, had = new.spec.load_balancer_class, old.spec.load_balancer_class
        if wanted != had:
            yield invalid_value(SPEC.child("loadBalancerClass"), wanted, _FIXED)
    if (
        _needs_health_check(new.spec)
        and _needs_health_check(old.spec)
        and new.spec.health_check_node_port != old.spec.health_check_node_port
    ):
        yield forbidden(SPEC.child("healthCheckNodePort"), checks.IMMUTABLE)
    yield from _create(new)


def _kept_addresses(new: ServiceSpec, old: ServiceSpec) -> Errors:
    """Addresses stay; only a second one may come and go."""
    wanted, had = new.cluster_ips, old.cluster_ips
    if len(wanted) == len(had):
        for index, address in enumerate(had):
            if address != wanted[index]:
                yield invalid_value(_CLUSTER_IPS.index(index), wanted, _FIXED)
        return
    if had and not wanted:
        yield invalid_value(_CLUSTER_IPS.index(0), wanted, "primary clusterIP can not be unset")
    if had and wanted and wanted[0] != had[0]:
        yield invalid_value(_CLUSTER_IPS.index(0), wanted, _FIXED)
    if len(had) > len(wanted) == 1 and new.ip_family_policy != "SingleStack":
        message = "must be set to 'SingleStack' when releasing the secondary clusterIP"
        yield invalid_value(_IP_FAMILY_POLICY, new.ip_family_policy, message)


def _kept_families(new: ServiceSpec, old: ServiceSpec) -> Errors:
    wanted, had = new.ip_families, old.ip_families
    place = _IP_FAMILIES.index(0)
    if len(wanted) == len(had):
        if wanted != had:
            yield invalid_value(place, wanted, _FIXED)
        return
    if len(had) > len(wanted) and not new.cluster_ips:
        yield invalid_value(place, wanted, "primary ipFamily can not be unset")
    if had and wanted and wanted[0] != had[0]:
        yield invalid_value(place, new.cluster_ips, _FIXED)
    if len(had) > len(wanted) == 1 and new.ip_family_policy != "SingleStack":
        message = "must be set to 'SingleStack' when releasing the secondary ipFamily"
        yield invalid_value(_IP_FAMILY_POLICY, new.ip_family_policy, message)


def _status(new: Service, old: Service) -> Errors:
    path = STATUS.child("loadBalancer").child("ingress")
    if new.spec.type != "LoadBalancer" and new.status.load_balancer.ingress:
        yield forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'")
        return
    for index, ingress in enumerate(new.status.load_balancer.ingress):
        yield from _ingress(ingress, path.index(index))


def _ingress(found: LoadBalancerIngress, path: Path) -> Errors:
    if found.ip:
        yield from checks.ip(path.child("ip"), found.ip)
    if found.ip_mode is None:
        if found.ip:
            yield required(path.child("ipMode"), "must be specified when `ip` is set")
    elif not found.ip:
        yield forbidden(path.child("ipMode"), "may not be specified when `ip` is not set")
    else:
        yield from checks.supported(path.child("ipMode"), found.ip_mode, _IP_MODES)
    yield from ingress_hostname(found.hostname, path.child("hostname"))


def ingress_hostname(hostname: str, path: Path) -> Errors:
    """The name that a load balancer answers to."""
    if not hostname:
        return
    yield from checks.follows(path, hostname, names.dns_subdomain)
    if checks.parse_ip(hostname) is not None:
        yield invalid_value(path, hostname, "must be a DNS name, not an IP address")


RULES = Rules(name=names.dns_label, create=_create, update=_update, status=_status)
