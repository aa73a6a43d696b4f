"""Rows of the networking and discovery groups."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .cells import NONE, age, name, part, selector, shortened
from .core import load_balancer
from .printer import Object, Printer, columns

DEFAULT_CLASS = "ingressclass.kubernetes.io/is-default-class"


def ingress(item: Object, now: datetime) -> list[Any]:
    spec = part(item, "spec")
    return [
        name(item),
        spec.get("ingressClassName") or NONE,
        _hosts(spec.get("rules") or []),
        load_balancer(item),
        "80, 443" if spec.get("tls") else "80",
        age(item, now),
    ]


def _hosts(rules: list[dict[str, Any]]) -> str:
    hosts = [rule["host"] for rule in rules if rule.get("host")][:3]
    if not hosts:
        return "*"
    more = f" + {len(rules) - 3} more..." if len(hosts) == 3 and len(rules) > 3 else ""
    return ",".join(hosts) + more


def ingress_class(item: Object, now: datetime) -> list[Any]:
    spec = part(item, "spec")
    default = (item["metadata"].get("annotations") or {}).get(DEFAULT_CLASS) == "true"
    parameters = NONE
    if found := spec.get("parameters"):
        group = f".{found['apiGroup']}" if found.get("apiGroup") is not None else ""
        parameters = f"{found.get('kind', '')}{group}/{found.get('name', '')}"
    shown = f"{name(item)} (default)" if default else name(item)
    return [shown, spec.get("controller", ""), parameters, age(item, now)]


def network_policy(item: Object, now: datetime) -> list[Any]:
    return [name(item), selector(part(item, "spec").get("podSelector")), age(item, now)]


def service_cidr(item: Object, now: datetime) -> list[Any]:
    return [name(item), ",".join(part(item, "spec").get("cidrs") or ()), age(item, now)]


def ip_address(item: Object, now: datetime) -> list[Any]:
    parent = part(item, "spec").get("parentRef")
    text = NONE
    if parent:
        group = f".{parent['group']}" if parent.get("group") else ""
        names = [f"{parent.get('resource', '')}{group}".lower(), parent.get("namespace"), parent.get("name", "")]
        text = "/".join(part for part in names if part)
    return [name(item), text, age(item, now)]


def endpoint_slice(item: Object, now: datetime) -> list[Any]:
    ports = [
        str(port["port"]) if port.get("port") is not None else str(port.get("name", "*"))
        for port in item.get("ports") or ()
    ]
    addresses = [one for endpoint in item.get("endpoints") or () for one in endpoint.get("addresses") or ()]
    return [name(item), item.get("addressType", ""), shortened(ports), shortened(addresses), age(item, now)]


NETWORKING = "networking.k8s.io"

PRINTERS = {
    (NETWORKING, "Ingress"): Printer(columns("Class", "Hosts", "Address", "Ports", "Age"), ingress),
    (NETWORKING, "IngressClass"): Printer(columns("Controller", "Parameters", "Age"), ingress_class),
    (NETWORKING, "NetworkPolicy"): Printer(columns("Pod-Selector", "Age"), network_policy),
    (NETWORKING, "ServiceCIDR"): Printer(columns("CIDRs", "Age"), service_cidr),
    (NETWORKING, "IPAddress"): Printer(columns("ParentRef", "Age"), ip_address),
    ("discovery.k8s.io", "EndpointSlice"): Printer(columns("AddressType", "Ports", "Endpoints", "Age"), endpoint_slice),
}
