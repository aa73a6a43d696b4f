"""Which certificates a node may have without a person's word, beyond what rights say. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence

from pykube.api import core_v1
from pykube.api.certificates_v1 import CertificateSigningRequestSpec
from pykube.pki.join_token import NODE_GROUP, USER_PREFIX, node_group

NODES = "system:nodes"
NODE_PREFIX = "system:node:"
_ADDRESSES = ("InternalIP", "ExternalIP")
_NAMES = ("Hostname", "InternalDNS", "ExternalDNS")


def denied_by_token(spec: CertificateSigningRequestSpec, node: str, *, exists: bool) -> str:
    """Why a bootstrap token gets no certificate in the name of `node`; empty: it may.

    Whoever holds a token could otherwise become any node of the cluster, and read the secrets of its pods.
    """
    if not spec.username.startswith(USER_PREFIX):
        return ""
    named = [group for group in spec.groups if group.startswith(NODE_GROUP)]
    if named:
        return "" if node_group(node) in named else f"The token is for another node than {node}."
    if not exists:
        return ""
    return (
        f"There is a node {node}. Delete it first (kubectl delete node {node}), or make a token for it alone: "
        f"pykube token create --node {node}"
    )


def serving_problem(
    spec: CertificateSigningRequestSpec,
    common_name: str,
    names: tuple[frozenset[str], frozenset[str]],
    nodes: Iterable[core_v1.Node],
    reserved: Sequence[str],
) -> str:
    """Why a request for a certificate of a node's API is not approved by itself; empty: it is.

    The node itself must ask, for just the names and addresses that its Node object has, and none of these may be
    another node's or one of `reserved`: a node writes its own addresses, and could make itself out to be anybody.

    Args:
        names: the host names and the addresses that the request is for.
    """
    if spec.username != common_name or NODES not in spec.groups:
        return "it is not asked for by the node that it is for"
    name = common_name.removeprefix(NODE_PREFIX)
    by_name = {node.metadata.name: node for node in nodes}
    own = by_name.pop(name, None)
    if own is None:
        return f"there is no node {name}"
    dns_names, addresses = names
    if addresses != _values(own, _ADDRESSES):
        return f"its addresses {sorted(addresses)} are not those of the node"
    if dns_names != _values(own, _NAMES) | {name}:
        return f"its host names {sorted(dns_names)} are not those of the node"
    for value in sorted(dns_names | addresses):
        if value in reserved or (value in addresses and ipaddress.ip_address(value).is_loopback):
            return f"{value} is not the node's alone"
        if any(value in _values(other, _ADDRESSES + _NAMES) | {other.metadata.name} for other in by_name.values()):
            return f"{value} is another node's, too"
    return ""


def _values(node: core_v1.Node, kinds: Sequence[str]) -> frozenset[str]:
    return frozenset(one.address for one in node.status.addresses if one.type in kinds)
