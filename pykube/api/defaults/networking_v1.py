"""Defaults of networking."""

from __future__ import annotations

from .. import networking_v1


def _policy(found: networking_v1.NetworkPolicy) -> None:
    spec = found.spec
    lists = [rule.ports for rule in spec.ingress] + [rule.ports for rule in spec.egress]
    for ports in lists:
        for port in ports:
            if port.protocol is None:
                port.protocol = "TCP"
    if not spec.policy_types:
        spec.policy_types = ["Ingress", "Egress"] if spec.egress else ["Ingress"]


def _ingress_class(found: networking_v1.IngressClass) -> None:
    parameters = found.spec.parameters
    if parameters is not None and parameters.scope is None:
        parameters.scope = "Cluster"


TABLE = {networking_v1.NetworkPolicy: _policy, networking_v1.IngressClass: _ingress_class}
