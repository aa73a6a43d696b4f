"""Rules of networking. Source: pkg/apis/networking/validation."""

from __future__ import annotations

import ipaddress

from .. import names
from ..core_v1 import TypedLocalObjectReference
from ..field_errors import (
    SPEC,
    STATUS,
    Errors,
    Path,
    forbidden,
    invalid_value,
    not_supported,
    required,
    too_long,
)
from ..networking_v1 import (
    HTTPIngressPath,
    Ingress,
    IngressBackend,
    IngressClass,
    IngressClassParametersReference,
    IngressRule,
    IPAddress,
    IPBlock,
    NetworkPolicy,
    NetworkPolicyPeer,
    NetworkPolicyPort,
    ServiceCIDR,
)
from . import checks, meta
from .rules import Rules
from .services import ingress_hostname

_PROTOCOLS = ("TCP", "UDP", "SCTP")
_POLICY_TYPES = ("Ingress", "Egress")
_PATH_TYPES = ("Exact", "ImplementationSpecific", "Prefix")
_BAD_IN_PATH = ("//", "/./", "/../", "%2f", "%2F")
_BAD_AT_END = ("/..", "/.")
_SCOPES = ("Cluster", "Namespace")
_CONTROLLER_MAX = 250
_CLASS_ANNOTATION = "kubernetes.io/ingress.class"


def _policy(found: NetworkPolicy) -> Errors:
    spec = found.spec
    yield from meta.label_selector(spec.pod_selector, SPEC.child("podSelector"))
    for index, inward in enumerate(spec.ingress):
        path = SPEC.child("ingress").index(index)
        yield from _ports_and_peers(inward.ports, inward.from_, path, "from")
    for index, outward in enumerate(spec.egress):
        path = SPEC.child("egress").index(index)
        yield from _ports_and_peers(outward.ports, outward.to, path, "to")
    path = SPEC.child("policyTypes")
    if len(spec.policy_types) > len(_POLICY_TYPES):
        yield invalid_value(path, spec.policy_types, "may not specify more than two policyTypes")
        return
    for index, kind in enumerate(spec.policy_types):
        if kind not in _POLICY_TYPES:
            yield not_supported(path.index(index), kind, _POLICY_TYPES)


def _ports_and_peers(
    ports: list[NetworkPolicyPort], peers: list[NetworkPolicyPeer], path: Path, direction: str
) -> Errors:
    for index, port in enumerate(ports):
        yield from _policy_port(port, path.child("ports").index(index))
    for index, peer in enumerate(peers):
        yield from _peer(peer, path.child(direction).index(index))


def _policy_port(found: NetworkPolicyPort, path: Path) -> Errors:
    if found.protocol is not None and found.protocol not in _PROTOCOLS:
        yield not_supported(path.child("protocol"), found.protocol, _PROTOCOLS)
    end = path.child("endPort")
    if found.port is None:
        if found.end_port is not None:
            yield invalid_value(end, found.end_port, "may not be specified when `port` is not specified")
        return
    if isinstance(found.port, str):
        if found.end_port is not None:
            yield invalid_value(end, found.end_port, "may not be specified when `port` is non-numeric")
    elif found.end_port is not None:
        if found.end_port < found.port:
            yield invalid_value(end, found.port, "must be greater than or equal to `port`")
        yield from checks.port(end, found.end_port)
    yield from checks.port_or_name(path.child("port"), found.port)


def _peer(found: NetworkPolicyPeer, path: Path) -> Errors:
    yield from meta.label_selector(found.pod_selector, path.child("podSelector"))
    yield from meta.label_selector(found.namespace_selector, path.child("namespaceSelector"))
    selected = found.pod_selector is not None or found.namespace_selector is not None
    if found.ip_block is not None:
        yield from _ip_block(found.ip_block, path.child("ipBlock"))
        if selected:
            yield forbidden(path, "may not specify both ipBlock and another peer")
    elif not selected:
        yield required(path, "must specify a peer")


def _ip_block(found: IPBlock, path: Path) -> Errors:
    if not found.cidr:
        yield required(path.child("cidr"))
        return
    yield from checks.cidr(path.child("cidr"), found.cidr)
    block = checks.parse_cidr(found.cidr)
    if block is None:
        return
    for index, text in enumerate(found.except_):
        place = path.child("except").index(index)
        yield from checks.cidr(place, text)
        hole = checks.parse_cidr(text)
        if hole is not None and not _inside(hole.network, block.network):
            yield invalid_value(place, text, "must be a strict subset of `cidr`")


def _inside(
    inner: ipaddress.IPv4Network | ipaddress.IPv6Network, outer: ipaddress.IPv4Network | ipaddress.IPv6Network
) -> bool:
    return inner.version == outer.version and inner.prefixlen > outer.prefixlen and inner.network_address in outer


def _ingress(found: Ingress) -> Errors:
    spec = found.spec
    if not spec.rules and spec.default_backend is None:
        yield invalid_value(SPEC, spec.rules, "either `defaultBackend` or `rules` must be specified")
    if spec.default_backend is not None:
        yield from _backend(spec.default_backend, SPEC.child("defaultBackend"))
    for index, rule in enumerate(spec.rules):
        yield from _rule(rule, SPEC.child("rules").index(index))
    for index, tls in enumerate(spec.tls):
        path = SPEC.child("tls").index(index)
        for position, host in enumerate(tls.hosts):
            yield from _host(host, path.child("hosts").index(position))
        if tls.secret_name:
            yield from checks.follows(path.child("secretName"), tls.secret_name, names.dns_subdomain)
    if spec.ingress_class_name is not None:
        yield from checks.follows(SPEC.child("ingressClassName"), spec.ingress_class_name, names.dns_subdomain)


def _ingress_create(found: Ingress) -> Errors:
    yield from _ingress(found)
    written, named = found.metadata.annotations.get(_CLASS_ANNOTATION), found.spec.ingress_class_name
    if written is not None and named is not None and written != named:
        path = Path("annotations").child(_CLASS_ANNOTATION)
        yield invalid_value(path, written, "must match `ingressClassName` when both are specified")


def _ingress_update(new: Ingress, old: Ingress) -> Errors:
    yield from _ingress(new)


def _host(host: str, path: Path) -> Errors:
    yield from checks.follows(path, host, names.wildcard_subdomain if "*" in host else names.dns_subdomain)


def _rule(rule: IngressRule, path: Path) -> Errors:
    if rule.host:
        if checks.parse_ip(rule.host) is not None:
            yield invalid_value(path.child("host"), rule.host, "must be a DNS name, not an IP address")
        yield from _host(rule.host, path.child("host"))
    if rule.http is None:
        return
    place = path.child("http").child("paths")
    if not rule.http.paths:
        yield required(place)
    for index, found in enumerate(rule.http.paths):
        yield from _path(found, place.index(index))


def _path(found: HTTPIngressPath, path: Path) -> Errors:
    if found.path_type is None:
        yield required(path.child("pathType"), "pathType must be specified")
        return
    place = path.child("path")
    if found.path_type not in _PATH_TYPES:
        yield not_supported(path.child("pathType"), found.path_type, _PATH_TYPES)
    elif not found.path.startswith("/") and (found.path or found.path_type != "ImplementationSpecific"):
        yield invalid_value(place, found.path, "must be an absolute path")
    if found.path_type in ("Exact", "Prefix"):
        for part in _BAD_IN_PATH:
            if part in found.path:
                yield invalid_value(place, found.path, f"must not contain '{part}'")
        for part in _BAD_AT_END:
            if found.path.endswith(part):
                yield invalid_value(place, found.path, f"cannot end with '{part}'")
    yield from _backend(found.backend, path.child("backend"))


def _backend(found: IngressBackend, path: Path) -> Errors:
    if found.resource is not None and found.service is not None:
        yield invalid_value(path, "", "cannot set both resource and service backends")
    elif found.resource is not None:
        yield from _reference(found.resource, path.child("resource"))
    elif found.service is None:
        yield invalid_value(path, "", "resource or service backend is required")
    else:
        place, port = path.child("service"), found.service.port
        yield from checks.named(place.child("name"), found.service.name, names.dns_label)
        if port.name and port.number:
            yield invalid_value(path, "", "cannot set both port name & port number")
        elif port.name:
            yield from checks.follows(place.child("port").child("name"), port.name, names.port_name)
        elif port.number:
            yield from checks.port(place.child("port").child("number"), port.number)
        else:
            yield required(path, "port name or number is required")


def _reference(found: TypedLocalObjectReference | IngressClassParametersReference, path: Path) -> Errors:
    if found.api_group is not None:
        yield from checks.follows(path.child("apiGroup"), found.api_group, names.dns_subdomain)
    yield from checks.named(path.child("kind"), found.kind, names.path_segment)
    yield from checks.named(path.child("name"), found.name, names.path_segment)


def _ingress_status(new: Ingress, old: Ingress) -> Errors:
    for index, ingress in enumerate(new.status.load_balancer.ingress):
        path = STATUS.child("loadBalancer").child("ingress").index(index)
        if ingress.ip:
            yield from checks.ip(path.child("ip"), ingress.ip)
        yield from ingress_hostname(ingress.hostname, path.child("hostname"))


def _class(found: IngressClass) -> Errors:
    path = SPEC.child("controller")
    if len(found.spec.controller) > _CONTROLLER_MAX:
        yield too_long(path, _CONTROLLER_MAX)
    yield from checks.domain_path(path, found.spec.controller)
    parameters = found.spec.parameters
    if parameters is None:
        return
    path = SPEC.child("parameters")
    yield from _reference(parameters, path)
    namespace = path.child("namespace")
    if parameters.scope is None:
        yield required(path.child("scope"))
    elif parameters.scope not in _SCOPES:
        yield not_supported(path.child("scope"), parameters.scope, _SCOPES)
    elif parameters.scope == "Cluster":
        if parameters.namespace is not None:
            yield forbidden(namespace, "`parameters.scope` is set to 'Cluster'")
    elif parameters.namespace is None:
        yield required(namespace, "`parameters.scope` is set to 'Namespace'")
    else:
        yield from checks.follows(namespace, parameters.namespace, names.dns_label)


def _class_update(new: IngressClass, old: IngressClass) -> Errors:
    yield from checks.immutable(SPEC.child("controller"), new.spec.controller, old.spec.controller)
    yield from _class(new)


def _ip_name(name: str) -> names.Messages:
    """An address in the one form that it is printed in."""
    address = checks.parse_ip(name)
    if address is None:
        return ("must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",)
    return () if str(address) == name else (f'must be in canonical form ("{address}")',)


def _address(found: IPAddress) -> Errors:
    parent, path = found.spec.parent_ref, SPEC.child("parentRef")
    if parent is None:
        yield required(path)
        return
    if parent.group:
        yield from checks.follows(path.child("group"), parent.group, names.dns_subdomain)
    yield from checks.named(path.child("resource"), parent.resource, names.path_segment)
    yield from checks.named(path.child("name"), parent.name, names.path_segment)
    if parent.namespace:
        yield from checks.follows(path.child("namespace"), parent.namespace, names.path_segment)


def _address_update(new: IPAddress, old: IPAddress) -> Errors:
    yield from checks.immutable(SPEC.child("parentRef"), new.spec.parent_ref, old.spec.parent_ref)


def _service_cidr(found: ServiceCIDR) -> Errors:
    path, ranges = SPEC.child("cidrs"), found.spec.cidrs
    if not ranges:
        yield required(path, "at least one CIDR required")
        return
    if len(ranges) > 2:
        yield invalid_value(path, ranges, "may only hold up to 2 values")
    versions = []
    for index, text in enumerate(ranges):
        parsed = checks.parse_cidr(text)
        yield from checks.cidr(path.index(index), text)
        if parsed is not None:
            versions.append(parsed.version)
            if str(parsed.network) != text:
                yield invalid_value(path.index(index), text, f'must be in canonical form ("{parsed.network}")')
    if len(set(versions)) != len(versions):
        message = "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/96"
        yield invalid_value(path, ranges, message)


def _service_cidr_update(new: ServiceCIDR, old: ServiceCIDR) -> Errors:
    """A second family may be added; nothing else changes."""
    wanted, had = new.spec.cidrs, old.spec.cidrs
    path = SPEC.child("cidrs")
    if len(had) == 1 and len(wanted) == 2:
        yield from checks.immutable(path.index(0), wanted[0], had[0])
        yield from _service_cidr(new)
    else:
        yield from checks.immutable(path, wanted, had)


CATALOG = {
    NetworkPolicy: Rules(create=_policy),
    Ingress: Rules(create=_ingress_create, update=_ingress_update, status=_ingress_status),
    IngressClass: Rules(create=_class, update=_class_update),
    IPAddress: Rules(name=_ip_name, create=_address, update=_address_update),
    ServiceCIDR: Rules(create=_service_cidr, update=_service_cidr_update),
}
