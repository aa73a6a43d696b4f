"""Admission: one file per plugin, named as upstream names it, and the order in which they run."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..authz.node_restriction import node_restriction
from ..field_warnings import field_warnings
from ..write import Stage
from .certificates.subject_restriction import certificate_subject_restriction
from .default_ingress_class import default_ingress_class
from .default_storage_class import default_storage_class
from .default_toleration_seconds import default_toleration_seconds
from .limit_ranger import limit_ranger, limit_ranger_check
from .namespace_lifecycle import namespace_lifecycle
from .node_declared_features import node_declared_features
from .persistent_volume_claim_resize import persistent_volume_claim_resize
from .pod_resize_validator import pod_resize_validator
from .pod_security.plugin import PodSecurity
from .pod_topology_labels import pod_topology_labels
from .priority import priority
from .quota.plugin import ResourceQuota
from .runtime_class import runtime_class, runtime_class_check
from .service_account import service_account
from .storage_object_in_use_protection import storage_object_in_use_protection
from .taint_nodes_by_condition import taint_nodes_by_condition


@dataclass(slots=True)
class Chain:
    """The plugins in the order in which they run; parts of the server that check writes may add themselves.

    Policies come before webhooks, in both lists, and both after what is built in.
    """

    mutating: list[Stage] = field(default_factory=list)
    validating: list[Stage] = field(default_factory=list)
    pod_security: PodSecurity = field(default_factory=PodSecurity)
    """One of those in `validating`; it has settings."""
    final: list[Stage] = field(default_factory=list)
    """Asked when all others have agreed: what counts objects must not count those that are refused."""


def default_chain() -> Chain:
    """The plugins that are on by default, in upstream's order."""
    pod_security = PodSecurity()
    return Chain(
        pod_security=pod_security,
        mutating=[
            namespace_lifecycle,
            limit_ranger,
            service_account,
            node_restriction,
            taint_nodes_by_condition,
            priority,
            default_toleration_seconds,
            default_storage_class,
            storage_object_in_use_protection,
            runtime_class,
            default_ingress_class,
            pod_topology_labels,
        ],
        validating=[
            field_warnings,
            limit_ranger_check,
            pod_security,
            persistent_volume_claim_resize,
            runtime_class_check,
            certificate_subject_restriction,
            node_declared_features,
            pod_resize_validator,
        ],
        final=[ResourceQuota()],
    )
