"""Which strategy each resource has; resources that are not named here have the default one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pykube.api import core_v1
from pykube.api.scheme import Resource

from ..admission.policies.strategy import PolicyStrategy, WebhookStrategy
from .api_service import ApiServiceStrategy
from .autoscaler import AutoscalerStrategy
from .definition import DefinitionStrategy
from .job import JobStrategy
from .namespace import NamespaceStrategy
from .node import NodeStrategy
from .pod import PodStrategy
from .service import ServiceStrategy
from .signing_request import SigningRequestStrategy
from .strategy import Strategy
from .volume import Waiting
from .workload import (
    ConstantGeneration,
    Counted,
    CountedConditionally,
    CountedSlice,
    Exact,
    ExactOrNew,
    Orphaning,
    Returned,
    Upsert,
)

if TYPE_CHECKING:
    from ..registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Pools:
    """The ranges that Services get their addresses and ports from."""

    service_cidr: str = "10.43.0.0/16"
    """Cluster IPs."""
    node_ports: str = "30000-32767"
    """Node ports, both ends included."""
    reserved_ips: tuple[str, ...] = ()
    """Cluster IPs that are only given to those who ask for them (the API server's, the DNS server's)."""


STRATEGIES: Mapping[tuple[str, str], type[Strategy]] = {
    ("", "namespaces"): NamespaceStrategy,
    ("", "nodes"): NodeStrategy,
    ("", "pods"): PodStrategy,
    ("", "persistentvolumeclaims"): Waiting,
    ("", "persistentvolumes"): Waiting,
    ("", "resourcequotas"): Returned,
    ("", "serviceaccounts"): Returned,
    ("", "podtemplates"): Returned,
    ("", "endpoints"): Upsert,
    ("", "events"): Upsert,
    ("", "limitranges"): Upsert,
    ("", "replicationcontrollers"): Orphaning,
    ("apps", "deployments"): Counted,
    ("apps", "replicasets"): Counted,
    ("apps", "statefulsets"): Counted,
    ("apps", "daemonsets"): Counted,
    ("autoscaling", "horizontalpodautoscalers"): AutoscalerStrategy,
    ("batch", "jobs"): JobStrategy,
    ("batch", "cronjobs"): Counted,
    ("certificates.k8s.io", "certificatesigningrequests"): SigningRequestStrategy,
    ("coordination.k8s.io", "leases"): ExactOrNew,
    ("discovery.k8s.io", "endpointslices"): CountedSlice,
    ("events.k8s.io", "events"): Upsert,
    ("flowcontrol.apiserver.k8s.io", "flowschemas"): Counted,
    ("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations"): Counted,
    ("networking.k8s.io", "ingresses"): Counted,
    ("networking.k8s.io", "ingressclasses"): Counted,
    ("networking.k8s.io", "networkpolicies"): Counted,
    ("policy", "poddisruptionbudgets"): CountedConditionally,
    ("rbac.authorization.k8s.io", "clusterroles"): Upsert,
    ("rbac.authorization.k8s.io", "clusterrolebindings"): Upsert,
    ("rbac.authorization.k8s.io", "roles"): Upsert,
    ("rbac.authorization.k8s.io", "rolebindings"): Upsert,
    ("scheduling.k8s.io", "priorityclasses"): ConstantGeneration,
    ("node.k8s.io", "runtimeclasses"): Exact,
    ("storage.k8s.io", "csidrivers"): CountedConditionally,
    ("storage.k8s.io", "csinodes"): Returned,
    ("storage.k8s.io", "storageclasses"): Returned,
    ("storage.k8s.io", "volumeattachments"): Returned,
    ("storage.k8s.io", "volumeattributesclasses"): Returned,
    ("apiextensions.k8s.io", "customresourcedefinitions"): DefinitionStrategy,
    ("apiregistration.k8s.io", "apiservices"): ApiServiceStrategy,
    ("resource.k8s.io", "deviceclasses"): Counted,
    ("resource.k8s.io", "resourceslices"): Counted,
    ("admissionregistration.k8s.io", "mutatingwebhookconfigurations"): WebhookStrategy,
    ("admissionregistration.k8s.io", "validatingwebhookconfigurations"): WebhookStrategy,
    ("admissionregistration.k8s.io", "mutatingadmissionpolicies"): PolicyStrategy,
    ("admissionregistration.k8s.io", "mutatingadmissionpolicybindings"): CountedConditionally,
    ("admissionregistration.k8s.io", "validatingadmissionpolicies"): PolicyStrategy,
    ("admissionregistration.k8s.io", "validatingadmissionpolicybindings"): CountedConditionally,
}


def strategies(pools: Pools, registry: Registry) -> Callable[[Resource], Strategy]:
    """The way to make the strategy of each resource."""

    def strategy(resource: Resource) -> Strategy:
        where = (resource.group, resource.plural)
        if where == ("", "services"):
            return ServiceStrategy(
                resource,
                service_cidr=pools.service_cidr,
                node_ports=pools.node_ports,
                reserved_ips=pools.reserved_ips,
                cache=lambda: registry.cache(core_v1.Service),
            )
        return STRATEGIES.get(where, Strategy)(resource)

    return strategy
