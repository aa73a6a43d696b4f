"""Who holds the cluster roles from the start."""

from __future__ import annotations

from .form import Binding, account, group, user

BINDINGS: tuple[Binding, ...] = (
    Binding("cluster-admin", "cluster-admin", (group("system:masters"),)),
    Binding("system:basic-user", "system:basic-user", (group("system:authenticated"),)),
    Binding("system:discovery", "system:discovery", (group("system:authenticated"),)),
    Binding(
        "system:kube-controller-manager", "system:kube-controller-manager", (user("system:kube-controller-manager"),)
    ),
    Binding("system:kube-dns", "system:kube-dns", (account("kube-system", "kube-dns"),)),
    Binding("system:kube-scheduler", "system:kube-scheduler", (user("system:kube-scheduler"),)),
    Binding("system:monitoring", "system:monitoring", (group("system:monitoring"),)),
    Binding("system:node", "system:node", ()),
    Binding("system:node-proxier", "system:node-proxier", (user("system:kube-proxy"),)),
    Binding(
        "system:public-info-viewer",
        "system:public-info-viewer",
        (
            group("system:authenticated"),
            group("system:unauthenticated"),
        ),
    ),
    Binding(
        "system:service-account-issuer-discovery",
        "system:service-account-issuer-discovery",
        (group("system:serviceaccounts"),),
    ),
    Binding("system:volume-scheduler", "system:volume-scheduler", (user("system:kube-scheduler"),)),
)
