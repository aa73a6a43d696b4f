"""The plugins that need nothing of a server, in the order in which they run, which is upstream's.

Source: k8s.io/kubernetes, pkg/kubeapiserver/options/plugins.go.
"""

from __future__ import annotations

from typing import NamedTuple

from ..authz.node_restriction import node_restriction
from ..write import Stage
from .certificates.subject_restriction import certificate_subject_restriction
from .default_ingress_class import default_ingress_class
from .default_storage_class import default_storage_class
from .default_toleration_seconds import default_toleration_seconds
from .limit_ranger import limit_ranger, limit_ranger_check
from .namespace_lifecycle import namespace_lifecycle
from .node_declared_features import node_declared_features
from .optional.always_deny import always_deny
from .optional.always_pull_images import always_pull_images, always_pull_images_check
from .optional.deny_service_external_ips import deny_service_external_ips
from .optional.extended_resource_toleration import extended_resource_toleration
from .optional.limit_pod_hard_anti_affinity_topology import limit_pod_hard_anti_affinity_topology
from .optional.namespace_auto_provision import namespace_auto_provision
from .optional.namespace_exists import namespace_exists
from .optional.pod_node_selector import pod_node_selector, pod_node_selector_check
from .optional.pod_toleration_restriction import pod_toleration_restriction, pod_toleration_restriction_check
from .persistent_volume_claim_resize import persistent_volume_claim_resize
from .pod_resize_validator import pod_resize_validator
from .pod_topology_labels import pod_topology_labels
from .priority import priority
from .runtime_class import runtime_class, runtime_class_check
from .service_account import service_account
from .storage_object_in_use_protection import storage_object_in_use_protection
from .taint_nodes_by_condition import taint_nodes_by_condition


class Plugin(NamedTuple):
    """What a plugin does, by its name; `final` is asked after everybody else."""

    name: str
    mutating: Stage | None = None
    validating: Stage | None = None
    final: Stage | None = None
    on: bool = True
    """Whether it is on by default."""


PLUGINS = (
    Plugin("AlwaysAdmit", on=False),
    Plugin("NamespaceAutoProvision", namespace_auto_provision, on=False),
    Plugin("NamespaceLifecycle", namespace_lifecycle),
    Plugin("NamespaceExists", validating=namespace_exists, on=False),
    Plugin("LimitPodHardAntiAffinityTopology", validating=limit_pod_hard_anti_affinity_topology, on=False),
    Plugin("LimitRanger", limit_ranger, limit_ranger_check),
    Plugin("ServiceAccount", service_account),
    Plugin("NodeRestriction", node_restriction),
    Plugin("TaintNodesByCondition", taint_nodes_by_condition),
    Plugin("AlwaysPullImages", always_pull_images, always_pull_images_check, on=False),
    Plugin("PodSecurity"),
    Plugin("PodNodeSelector", pod_node_selector, pod_node_selector_check, on=False),
    Plugin("Priority", priority),
    Plugin("DefaultTolerationSeconds", default_toleration_seconds),
    Plugin("PodTolerationRestriction", pod_toleration_restriction, pod_toleration_restriction_check, on=False),
    Plugin("ExtendedResourceToleration", extended_resource_toleration, on=False),
    Plugin("DefaultStorageClass", default_storage_class),
    Plugin("StorageObjectInUseProtection", storage_object_in_use_protection),
    Plugin("PersistentVolumeClaimResize", validating=persistent_volume_claim_resize),
    Plugin("RuntimeClass", runtime_class, runtime_class_check),
    Plugin("CertificateSubjectRestriction", validating=certificate_subject_restriction),
    Plugin("DefaultIngressClass", default_ingress_class),
    Plugin("DenyServiceExternalIPs", validating=deny_service_external_ips, on=False),
    Plugin("PodTopologyLabels", pod_topology_labels),
    Plugin("NodeDeclaredFeatureValidator", validating=node_declared_features),
    Plugin("PodResizeValidator", validating=pod_resize_validator),
    Plugin("AlwaysDeny", final=always_deny, on=False),
)
"""PodSecurity only has its place here: each server has its own, with its settings."""
