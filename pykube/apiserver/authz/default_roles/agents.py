"""What the node agent needs beyond a kubelet's rights, as it is also the node's proxy, name server and router.

Ours alone: upstream runs those as programs of their own, under service accounts of their own.
"""

from __future__ import annotations

from .form import READ, Binding, Role, allow, group

AGENT_ROLES: tuple[Role, ...] = (
    Role(
        "pykube:node-agent",
        (
            allow(READ, "core", "nodes namespaces services endpoints"),
            allow(READ, "discovery.k8s.io", "endpointslices"),
            allow(READ, "networking.k8s.io", "networkpolicies servicecidrs"),
        ),
    ),
)

_REQUESTS = "system:certificates.k8s.io:certificatesigningrequests"

AGENT_BINDINGS: tuple[Binding, ...] = (
    Binding("pykube:node-agents", "pykube:node-agent", (group("system:nodes"),)),
    # how a node joins by a token and renews its certificate later: kubeadm has these three under names of its own
    Binding("pykube:node-bootstrappers", "system:node-bootstrapper", (group("system:bootstrappers"),)),
    Binding("pykube:node-bootstrap-approval", f"{_REQUESTS}:nodeclient", (group("system:bootstrappers"),)),
    Binding("pykube:node-renewal-approval", f"{_REQUESTS}:selfnodeclient", (group("system:nodes"),)),
)
