"""In which order groups and versions are shown: clients that meet a short name twice take the first.

Source: pkg/controlplane/apiserver and cmd/kube-apiserver (aggregator), pkg/controlplane/controller/crdregistration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

OWN_GROUP = "apiregistration.k8s.io"


class Rank(NamedTuple):
    """Where a group version stands: higher numbers come first."""

    group: int
    """Of the group among groups; the highest of its versions counts."""
    version: int
    """Of the version within the group."""


Ranks = Callable[[str, str], Rank]
"""The rank of a group and version."""

CUSTOM = Rank(1000, 100)
"""Of group versions that CustomResourceDefinitions add."""

_OWN = Rank(20001, 15)
"""Above what any APIService may have."""

_BUILT_IN: Mapping[str, tuple[int, Mapping[str, int]]] = {
    "": (18000, {"v1": 1}),
    "apps": (17800, {"v1": 15}),
    "events.k8s.io": (17750, {"v1": 15}),
    "authentication.k8s.io": (17700, {"v1": 15}),
    "authorization.k8s.io": (17600, {"v1": 15}),
    "autoscaling": (17500, {"v2": 30, "v1": 15}),
    "batch": (17400, {"v1": 15}),
    "certificates.k8s.io": (17300, {"v1": 15, "v1beta1": 9, "v1alpha1": 1}),
    "networking.k8s.io": (17200, {"v1": 15, "v1beta1": 9}),
    "policy": (17100, {"v1": 15}),
    "rbac.authorization.k8s.io": (17000, {"v1": 15}),
    "storage.k8s.io": (16800, {"v1": 15, "v1beta1": 9, "v1alpha1": 1}),
    "admissionregistration.k8s.io": (16700, {"v1": 15, "v1beta1": 12, "v1alpha1": 9}),
    "apiextensions.k8s.io": (16700, {"v1": 15}),
    "scheduling.k8s.io": (16600, {"v1": 15, "v1alpha2": 2}),
    "coordination.k8s.io": (16500, {"v1": 15, "v1beta1": 13, "v1alpha2": 12}),
    "node.k8s.io": (16300, {"v1": 15}),
    "discovery.k8s.io": (16200, {"v1": 15}),
    "resource.k8s.io": (16200, {"v1": 21, "v1beta2": 15, "v1beta1": 9, "v1alpha3": 1}),
    "flowcontrol.apiserver.k8s.io": (16100, {"v1": 21, "v1beta3": 18}),
    "internal.apiserver.k8s.io": (16000, {"v1alpha1": 9}),
    "storagemigration.k8s.io": (15800, {"v1beta1": 9}),
}


def default_rank(group: str, version: str) -> Rank:
    """The rank of a group version for which no APIService says otherwise."""
    if group == OWN_GROUP:
        return _OWN
    known = _BUILT_IN.get(group)
    if known is None or version not in known[1]:
        return CUSTOM
    return Rank(known[0], known[1][version])
