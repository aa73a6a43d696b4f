"""Which kinds have warnings. A finder is given the object as it shall be, and as it is (None when it is new)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from . import configuration, definitions, networking, nodes, storage, workloads
from .names import of_reserved_name
from .pods import of_new_pod, of_pod_status
from .services import of_load_balancer_status, of_service

Finder = Callable[[Any, Any], Iterator[str]]

_ADMISSION: Final = (
    "validatingwebhookconfigurations",
    "mutatingwebhookconfigurations",
    "validatingadmissionpolicies",
    "validatingadmissionpolicybindings",
    "mutatingadmissionpolicies",
    "mutatingadmissionpolicybindings",
)

OF_OBJECTS: Final[Mapping[str, Finder]] = {
    "pods": of_new_pod,
    "podtemplates": workloads.of_pod_template,
    "replicationcontrollers": workloads.of_replication_controller,
    "replicasets.apps": workloads.of_replica_set,
    "deployments.apps": workloads.of_deployment,
    "daemonsets.apps": workloads.of_daemon_set,
    "statefulsets.apps": workloads.of_stateful_set,
    "jobs.batch": workloads.of_job,
    "cronjobs.batch": workloads.of_cron_job,
    "services": of_service,
    "endpoints": networking.of_endpoints,
    "endpointslices.discovery.k8s.io": networking.of_endpoint_slice,
    "ingresses.networking.k8s.io": networking.of_ingress,
    "networkpolicies.networking.k8s.io": networking.of_network_policy,
    "nodes": nodes.of_node,
    "runtimeclasses.node.k8s.io": nodes.of_runtime_class,
    "persistentvolumes": storage.of_volume,
    "persistentvolumeclaims": storage.of_claim,
    "storageclasses.storage.k8s.io": storage.of_class,
    "csistoragecapacities.storage.k8s.io": storage.of_capacity,
    "csidrivers.storage.k8s.io": storage.of_driver,
    "resourceslices.resource.k8s.io": nodes.of_resource_slice,
    "customresourcedefinitions.apiextensions.k8s.io": definitions.of_definition,
    "resourcequotas": configuration.of_quota,
    "secrets": configuration.of_secret,
    "serviceaccounts": configuration.of_account,
    **{f"{plural}.admissionregistration.k8s.io": of_reserved_name for plural in _ADMISSION},
}
"""By kind, as ``plural.group``."""

OF_STATUSES: Final[Mapping[str, Finder]] = {
    "pods": of_pod_status,
    "services": of_load_balancer_status,
    "ingresses.networking.k8s.io": of_load_balancer_status,
}
