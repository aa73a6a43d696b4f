"""Ingresses, network policies, and endpoints in their old and their new form."""

from __future__ import annotations

from collections.abc import Iterator

from pykube.api import core_v1, discovery_v1, networking_v1
from pykube.api.field_errors import SPEC, Path

from . import addresses

_CLASS = "kubernetes.io/ingress.class"
_SLICES_BY = "endpointslice.kubernetes.io/managed-by"
_OWN_SLICES = frozenset({"endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io"})
_ENDPOINTS_BY = "endpoints.kubernetes.io/managed-by"
_OWN_ENDPOINTS = "endpoint-controller"


def of_ingress(new: networking_v1.Ingress, old: networking_v1.Ingress | None) -> Iterator[str]:
    if old is None and _CLASS in new.metadata.annotations and new.spec.ingress_class_name is None:
        yield f"annotation \"{_CLASS}\" is deprecated, please use 'spec.ingressClassName' instead"


def of_network_policy(new: networking_v1.NetworkPolicy, old: networking_v1.NetworkPolicy | None) -> Iterator[str]:
    for index, ingress in enumerate(new.spec.ingress):
        yield from _of_peers(SPEC.child("ingress").index(index).child("from"), ingress.from_)
    for index, egress in enumerate(new.spec.egress):
        yield from _of_peers(SPEC.child("egress").index(index).child("to"), egress.to)


def _of_peers(path: Path, peers: list[networking_v1.NetworkPolicyPeer]) -> Iterator[str]:
    for index, peer in enumerate(peers):
        if peer.ip_block is not None:
            place = path.index(index).child("ipBlock")
            yield from addresses.of_cidr(place.child("cidr"), peer.ip_block.cidr)
            yield from addresses.of_cidrs(place.child("except"), peer.ip_block.except_)


def of_endpoint_slice(new: discovery_v1.EndpointSlice, old: discovery_v1.EndpointSlice | None) -> Iterator[str]:
    """Those that the cluster's own controllers make need no look."""
    if old is None and new.address_type == "FQDN":
        yield "spec.addressType: FQDN endpoints are deprecated"
    if new.metadata.labels.get(_SLICES_BY) in _OWN_SLICES:
        return
    for index, endpoint in enumerate(new.endpoints):
        yield from addresses.of_ips(Path("endpoints").index(index).child("addresses"), endpoint.addresses)


def of_endpoints(new: core_v1.Endpoints, old: core_v1.Endpoints | None) -> Iterator[str]:
    if new.metadata.labels.get(_ENDPOINTS_BY) == _OWN_ENDPOINTS:
        return
    for index, subset in enumerate(new.subsets):
        place = Path("subsets").index(index)
        for name, found in (("addresses", subset.addresses), ("notReadyAddresses", subset.not_ready_addresses)):
            for number, address in enumerate(found):
                yield from addresses.of_ip(place.child(name).index(number).child("ip"), address.ip)
