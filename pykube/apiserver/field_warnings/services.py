"""Services: fields that have no effect, and those that will have none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pykube.api import core_v1
from pykube.api.field_errors import SPEC, STATUS

from . import addresses

_HINTS = "service.kubernetes.io/topology-aware-hints"
_MODE = "service.kubernetes.io/topology-mode"


def of_service(new: core_v1.Service, old: core_v1.Service | None) -> Iterator[str]:
    spec = new.spec
    if _HINTS in new.metadata.annotations:
        yield f"annotation {_HINTS} is deprecated, please use {_MODE} instead"
    headless = spec.type == "ClusterIP" and spec.cluster_ip == "None"
    if spec.cluster_ip and spec.cluster_ip != "None":
        yield from addresses.of_ips(SPEC.child("clusterIPs"), spec.cluster_ips)
    if headless:
        yield from _of_headless(spec)
    yield from addresses.of_ips(SPEC.child("externalIPs"), spec.external_ips)
    if spec.external_ips and not headless and spec.type != "ExternalName":
        yield "spec.externalIPs is deprecated and may no longer be implemented in some clusters"
    if spec.load_balancer_ip:
        yield from addresses.of_ip(SPEC.child("loadBalancerIP"), spec.load_balancer_ip)
    yield from addresses.of_cidrs(SPEC.child("loadBalancerSourceRanges"), spec.load_balancer_source_ranges)
    if spec.type == "ExternalName" and spec.external_ips:
        yield 'spec.externalIPs is ignored when spec.type is "ExternalName"'
    if spec.type != "ExternalName" and spec.external_name:
        yield 'spec.externalName is ignored when spec.type is not "ExternalName"'
    if spec.traffic_distribution == "PreferClose":
        yield 'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"'


def _of_headless(spec: core_v1.ServiceSpec) -> Iterator[str]:
    if spec.load_balancer_ip:
        yield "spec.loadBalancerIP is ignored for headless services"
    if spec.external_ips:
        yield "spec.externalIPs is ignored for headless services"
    if spec.session_affinity != "None":
        yield "spec.SessionAffinity is ignored for headless services"


def of_load_balancer_status(new: Any, old: Any) -> Iterator[str]:
    """Of services and of ingresses."""
    path = STATUS.child("loadBalancer").child("ingress")
    yield from addresses.of_ips(path, (each.ip for each in new.status.load_balancer.ingress))
