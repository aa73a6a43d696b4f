"""Roles and bindings within kube-system and kube-public."""

from __future__ import annotations

from .form import EVENTS, READ, Binding, Role, account, allow, group, user

NAMESPACED_ROLES: tuple[Role, ...] = (
    Role(
        "system:controller:bootstrap-signer",
        (
            allow(READ, "core", "configmaps"),
            allow("update", "core", "configmaps", names="cluster-info"),
            EVENTS,
        ),
        namespace="kube-public",
    ),
    Role("pykube:cluster-info", (allow("get", "core", "configmaps", names="cluster-info"),), namespace="kube-public"),
    Role(
        "extension-apiserver-authentication-reader",
        (allow(READ, "core", "configmaps", names="extension-apiserver-authentication"),),
        namespace="kube-system",
    ),
    Role(
        "system::leader-locking-kube-controller-manager",
        (
            allow("create get list update watch", "coordination.k8s.io", "leases"),
            allow("create get list update watch", "coordination.k8s.io", "leasecandidates"),
        ),
        namespace="kube-system",
    ),
    Role(
        "system::leader-locking-kube-scheduler",
        (
            allow("create get list update watch", "coordination.k8s.io", "leases"),
            allow("create get list update watch", "coordination.k8s.io", "leasecandidates"),
        ),
        namespace="kube-system",
    ),
    Role("system:controller:bootstrap-signer", (allow(READ, "core", "secrets"),), namespace="kube-system"),
    Role(
        "system:controller:cloud-provider",
        (allow("create get list watch", "core", "configmaps"),),
        namespace="kube-system",
    ),
    Role(
        "system:controller:token-cleaner",
        (
            allow("delete get list watch", "core", "secrets"),
            EVENTS,
        ),
        namespace="kube-system",
    ),
)

NAMESPACED_BINDINGS: tuple[Binding, ...] = (
    Binding(
        "system:controller:bootstrap-signer",
        "system:controller:bootstrap-signer",
        (account("kube-system", "bootstrap-signer"),),
        namespace="kube-public",
    ),
    Binding(
        "pykube:cluster-info",
        "pykube:cluster-info",
        (group("system:authenticated"), group("system:unauthenticated")),
        namespace="kube-public",
    ),
    Binding(
        "system::extension-apiserver-authentication-reader",
        "extension-apiserver-authentication-reader",
        (
            user("system:kube-controller-manager"),
            user("system:kube-scheduler"),
        ),
        namespace="kube-system",
    ),
    Binding(
        "system::leader-locking-kube-controller-manager",
        "system::leader-locking-kube-controller-manager",
        (
            user("system:kube-controller-manager"),
            account("kube-system", "kube-controller-manager"),
            account("kube-system", "leader-election-controller"),
        ),
        namespace="kube-system",
    ),
    Binding(
        "system::leader-locking-kube-scheduler",
        "system::leader-locking-kube-scheduler",
        (
            user("system:kube-scheduler"),
            account("kube-system", "kube-scheduler"),
        ),
        namespace="kube-system",
    ),
    Binding(
        "system:controller:bootstrap-signer",
        "system:controller:bootstrap-signer",
        (account("kube-system", "bootstrap-signer"),),
        namespace="kube-system",
    ),
    Binding(
        "system:controller:cloud-provider",
        "system:controller:cloud-provider",
        (account("kube-system", "cloud-provider"),),
        namespace="kube-system",
    ),
    Binding(
        "system:controller:token-cleaner",
        "system:controller:token-cleaner",
        (account("kube-system", "token-cleaner"),),
        namespace="kube-system",
    ),
)
