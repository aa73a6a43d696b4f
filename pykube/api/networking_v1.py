"""``networking.k8s.io/v1``: Ingress, NetworkPolicy, IPAddress and ServiceCIDR."""

from __future__ import annotations

from typing import Annotated

from . import core_v1, meta_v1
from .schema import (
    Enum,
    Int32,
    IntOrString,
    ListAtomic,
    ListMap,
    PatchMerge,
    Required,
    Struct,
    always,
    atomic,
    constant,
)

PolicyType = Annotated[str, Enum("Ingress", "Egress")]


class NetworkPolicySpec(Struct):
    pod_selector: meta_v1.LabelSelector = always(meta_v1.LabelSelector)
    ingress: Annotated[list[NetworkPolicyIngressRule], ListAtomic] = []
    egress: Annotated[list[NetworkPolicyEgressRule], ListAtomic] = []
    policy_types: Annotated[list[PolicyType], ListAtomic] = []


class NetworkPolicy(Struct):
    """Which connections to and from pods are allowed."""

    api_version: str = constant("networking.k8s.io/v1")
    kind: str = constant("NetworkPolicy")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: NetworkPolicySpec = always(NetworkPolicySpec)


class NetworkPolicyIngressRule(Struct):
    ports: Annotated[list[NetworkPolicyPort], ListAtomic] = []
    from_: Annotated[list[NetworkPolicyPeer], ListAtomic] = []


class NetworkPolicyEgressRule(Struct):
    ports: Annotated[list[NetworkPolicyPort], ListAtomic] = []
    to: Annotated[list[NetworkPolicyPeer], ListAtomic] = []


class NetworkPolicyPort(Struct):
    protocol: str | None = None
    port: IntOrString | None = None
    end_port: Int32 | None = None


class IPBlock(Struct):
    cidr: Annotated[str, Required] = always(str)
    except_: Annotated[list[str], ListAtomic] = []


class NetworkPolicyPeer(Struct):
    pod_selector: meta_v1.LabelSelector | None = None
    namespace_selector: meta_v1.LabelSelector | None = None
    ip_block: IPBlock | None = None


class NetworkPolicyList(Struct):
    api_version: str = constant("networking.k8s.io/v1")
    kind: str = constant("NetworkPolicyList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[NetworkPolicy], Required] = always(list)


class IngressSpec(Struct):
    ingress_class_name: str | None = None
    default_backend: IngressBackend | None = None
    tls: Annotated[list[IngressTLS], ListAtomic] = []
    rules: Annotated[list[IngressRule], ListAtomic] = []


class IngressLoadBalancerStatus(Struct):
    ingress: Annotated[list[IngressLoadBalancerIngress], ListAtomic] = []


class IngressStatus(Struct):
    load_balancer: IngressLoadBalancerStatus = always(IngressLoadBalancerStatus)


class Ingress(Struct):
    """Leads HTTP requests from outside to services, by host and path."""

    api_version: str = constant("networking.k8s.io/v1")
    kind: str = constant("Ingress")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: IngressSpec = always(IngressSpec)
    status: IngressStatus = always(IngressStatus)


class IngressList(Struct):
    api_version: str = constant("networking.k8s.io/v1")
    kind: str = constant("IngressList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[Ingress], Required] = always(list)


class IngressTLS(Struct):
    hosts: Annotated[list[str], ListAtomic] = []
    secret_name: str = ""


class IngressLoadBalancerIngress(Struct):
    ip: str = ""
    hostname: str = ""
    ports: Annotated[list[IngressPortStatus], ListAtomic] = []


class IngressPortStatus(Struct):
    port: Annotated[Int32, Required] = always(int)
    protocol: Annotated[str, Required] = always(str)
    error: str | None = None


class IngressRule(Struct):
    host: str = ""
    http: HTTPIngressRuleValue | None = None


class HTTPIngressRuleValue(Struct):
    paths: Annotated[list[HTTPIngressPath], Required, ListAtomic] = always(list)


class IngressBackend(Struct):
    service: IngressServiceBackend | None = None
    resource: core_v1.TypedLocalObjectReference | None = None


class HTTPIngressPath(Struct):
    path: str = ""
    path_type: Annotated[str | None, Required] = None
    backend: Annotated[IngressBackend, Required] = always(IngressBackend)


@atomic
class ServiceBackendPort(Struct):
    name: str = ""
    number: Int32 = 0


class IngressServiceBackend(Struct):
    name: Annotated[str, Required] = always(str)
    port: ServiceBackendPort = always(ServiceBackendPort)


class IngressClassSpec(Struct):
    controller: str = ""
    parameters: IngressClassParametersReference | None = None


class IngressClass(Struct):
    """Which controller serves an Ingress."""

    api_version: str = constant("networking.k8s.io/v1")
    kind: str = constant("IngressClass")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: IngressClassSpec = always(IngressClassSpec)


class IngressClassParametersReference(Struct):
    api_group: str | None = None
    kind: Annotated[str, Required] = always(str)
    name: Annotated[str, Required] = always(str)
    scope: str | None = None
    namespace: str | None = None


class IngressClassList(Struct):
    api_version: str = constant("networking.k8s.io/v1")
    kind: str = constant("IngressClassList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[IngressClass], Required] = always(list)


class IPAddressSpec(Struct):
    parent_ref: Annotated[ParentReference | None, Required] = None


class IPAddress(Struct):
    """A service address that is taken."""

    api_version: str = constant("networking.k8s.io/v1")
    kind: str = constant("IPAddress")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[IPAddressSpec, Required] = always(IPAddressSpec)


class ParentReference(Struct):
    group: str = ""
    resource: Annotated[str, Required] = ""
    namespace: str = ""
    name: Annotated[str, Required] = ""


class IPAddressList(Struct):
    api_version: str = constant("networking.k8s.io/v1")
    kind: str = constant("IPAddressList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[IPAddress], Required] = always(list)


class ServiceCIDRSpec(Struct):
    cidrs: Annotated[list[str], ListAtomic] = []


class ServiceCIDRStatus(Struct):
    conditions: Annotated[list[meta_v1.Condition], ListMap("type"), PatchMerge("type")] = []


class ServiceCIDR(Struct):
    """A range that service addresses are taken from."""

    api_version: str = constant("networking.k8s.io/v1")
    kind: str = constant("ServiceCIDR")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: ServiceCIDRSpec = always(ServiceCIDRSpec)
    status: ServiceCIDRStatus = always(ServiceCIDRStatus)


class ServiceCIDRList(Struct):
    api_version: str = constant("networking.k8s.io/v1")
    kind: str = constant("ServiceCIDRList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[ServiceCIDR], Required] = always(list)
