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
    """Which connections a NetworkPolicy allows."""

    pod_selector: meta_v1.LabelSelector = always(meta_v1.LabelSelector)
    """The pods of this namespace that it holds for; empty: all of them."""
    ingress: Annotated[list[NetworkPolicyIngressRule], ListAtomic] = []
    """Incoming connections that are allowed; empty: none, if the policy is about Ingress."""
    egress: Annotated[list[NetworkPolicyEgressRule], ListAtomic] = []
    """Outgoing connections that are allowed; empty: none, if the policy is about Egress."""
    policy_types: Annotated[list[PolicyType], ListAtomic] = []
    """Directions that the policy is about. Default: Ingress, and Egress when there are egress rules."""


class NetworkPolicy(Struct):
    """Which connections to and from pods are allowed."""

    api_version: str = constant("networking.k8s.io/v1")
    kind: str = constant("NetworkPolicy")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: NetworkPolicySpec = always(NetworkPolicySpec)


class NetworkPolicyIngressRule(Struct):
    """Incoming connections that are allowed: those that match a port and a peer."""

    ports: Annotated[list[NetworkPolicyPort], ListAtomic] = []
    """Ports of the selected pods; empty: all."""
    from_: Annotated[list[NetworkPolicyPeer], ListAtomic] = []
    """Where connections may come from; empty: anywhere."""


class NetworkPolicyEgressRule(Struct):
    """Outgoing connections that are allowed: those that match a port and a peer."""

    ports: Annotated[list[NetworkPolicyPort], ListAtomic] = []
    """Ports at the other side; empty: all."""
    to: Annotated[list[NetworkPolicyPeer], ListAtomic] = []
    """Where connections may lead; empty: anywhere."""


class NetworkPolicyPort(Struct):
    """A port, or a range of them."""

    protocol: str | None = None
    """TCP (the default), UDP or SCTP."""
    port: IntOrString | None = None
    """Number, or name of a container's port; absent: all ports."""
    end_port: Int32 | None = None
    """Last port of a range that begins with port, which must be a number then."""


class IPBlock(Struct):
    """A range of addresses with holes."""

    cidr: Annotated[str, Required] = always(str)
    """The range, such as 192.168.1.0/24."""
    except_: Annotated[list[str], ListAtomic] = []
    """Ranges within it that do not belong."""


class NetworkPolicyPeer(Struct):
    """The other side of a connection."""

    pod_selector: meta_v1.LabelSelector | None = None
    """Pods with these labels, in the policy's namespace or those that namespaceSelector picks."""
    namespace_selector: meta_v1.LabelSelector | None = None
    """Namespaces with these labels; empty: all."""
    ip_block: IPBlock | None = None
    """Addresses instead of pods; stands alone."""


class NetworkPolicyList(Struct):
    api_version: str = constant("networking.k8s.io/v1")
    kind: str = constant("NetworkPolicyList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[NetworkPolicy], Required] = always(list)


class IngressSpec(Struct):
    """Hosts, paths and where they lead."""

    ingress_class_name: str | None = None
    """The IngressClass whose controller serves it. Default: the class that is marked as default."""
    default_backend: IngressBackend | None = None
    """Where requests lead that no rule matches."""
    tls: Annotated[list[IngressTLS], ListAtomic] = []
    """Certificates by host name."""
    rules: Annotated[list[IngressRule], ListAtomic] = []
    """Rules by host; without any, all goes to defaultBackend."""


class IngressLoadBalancerStatus(Struct):
    """Where an Ingress is reached."""

    ingress: Annotated[list[IngressLoadBalancerIngress], ListAtomic] = []
    """Addresses or names of its entry points."""


class IngressStatus(Struct):
    """What became of an Ingress."""

    load_balancer: IngressLoadBalancerStatus = always(IngressLoadBalancerStatus)
    """Where it is reached."""


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
    """The certificate for some hosts."""

    hosts: Annotated[list[str], ListAtomic] = []
    """Host names that the certificate is for."""
    secret_name: str = ""
    """Secret of type kubernetes.io/tls with the certificate and its key."""


class IngressLoadBalancerIngress(Struct):
    """One entry point."""

    ip: str = ""
    """Its address."""
    hostname: str = ""
    """Its name, where it has one instead."""
    ports: Annotated[list[IngressPortStatus], ListAtomic] = []
    """Its ports, each with an error if there was one."""


class IngressPortStatus(Struct):
    """One port of an entry point."""

    port: Annotated[Int32, Required] = always(int)
    """Its number."""
    protocol: Annotated[str, Required] = always(str)
    """TCP, UDP or SCTP."""
    error: str | None = None
    """What went wrong with it, as one word."""


class IngressRule(Struct):
    """What happens to requests for one host."""

    host: str = ""
    """Host name; *.example.org stands for any one label in front. Empty: every host."""
    http: HTTPIngressRuleValue | None = None
    """Where each path leads."""


class HTTPIngressRuleValue(Struct):
    """The paths of one host."""

    paths: Annotated[list[HTTPIngressPath], Required, ListAtomic] = always(list)
    """Paths; the longest that matches decides."""


class IngressBackend(Struct):
    """Where requests are sent; either a service or a resource."""

    service: IngressServiceBackend | None = None
    """A Service in the same namespace."""
    resource: core_v1.TypedLocalObjectReference | None = None
    """Any other object in the same namespace that the controller understands."""


class HTTPIngressPath(Struct):
    """Where one path leads."""

    path: str = ""
    """Path, beginning with a slash."""
    path_type: Annotated[str | None, Required] = None
    """Exact, Prefix (by whole elements between slashes), or ImplementationSpecific as the controller likes."""
    backend: Annotated[IngressBackend, Required] = always(IngressBackend)
    """Where requests for it are sent."""


@atomic
class ServiceBackendPort(Struct):
    """A port of a Service, by name or by number."""

    name: str = ""
    """Name of the port."""
    number: Int32 = 0
    """Number of the port."""


class IngressServiceBackend(Struct):
    """A Service and one of its ports."""

    name: Annotated[str, Required] = always(str)
    """Name of the Service."""
    port: ServiceBackendPort = always(ServiceBackendPort)
    """Which of its ports."""


class IngressClassSpec(Struct):
    """Who serves Ingresses of a class."""

    controller: str = ""
    """Name of the controller, with a domain in front. Cannot be changed."""
    parameters: IngressClassParametersReference | None = None
    """An object with more settings for the controller."""


class IngressClass(Struct):
    """Which controller serves an Ingress."""

    api_version: str = constant("networking.k8s.io/v1")
    kind: str = constant("IngressClass")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: IngressClassSpec = always(IngressClassSpec)


class IngressClassParametersReference(Struct):
    """An object with settings for an Ingress controller."""

    api_group: str | None = None
    """API group of the object; absent: the core group."""
    kind: Annotated[str, Required] = always(str)
    """Kind of the object."""
    name: Annotated[str, Required] = always(str)
    """Name of the object."""
    scope: str | None = None
    """Cluster (the default) or Namespace."""
    namespace: str | None = None
    """Namespace of the object when scope is Namespace."""


class IngressClassList(Struct):
    api_version: str = constant("networking.k8s.io/v1")
    kind: str = constant("IngressClassList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[IngressClass], Required] = always(list)


class IPAddressSpec(Struct):
    """What an address is used for."""

    parent_ref: Annotated[ParentReference | None, Required] = None
    """The object that uses it, such as a Service."""


class IPAddress(Struct):
    """A service address that is taken."""

    api_version: str = constant("networking.k8s.io/v1")
    kind: str = constant("IPAddress")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[IPAddressSpec, Required] = always(IPAddressSpec)


class ParentReference(Struct):
    """The object that an address belongs to."""

    group: str = ""
    """Its API group."""
    resource: Annotated[str, Required] = ""
    """Its plural resource name."""
    namespace: str = ""
    """Its namespace."""
    name: Annotated[str, Required] = ""
    """Its name."""


class IPAddressList(Struct):
    api_version: str = constant("networking.k8s.io/v1")
    kind: str = constant("IPAddressList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[IPAddress], Required] = always(list)


class ServiceCIDRSpec(Struct):
    """Ranges of service addresses."""

    cidrs: Annotated[list[str], ListAtomic] = []
    """One range, or one of IPv4 and one of IPv6. Cannot be changed."""


class ServiceCIDRStatus(Struct):
    """What became of a ServiceCIDR."""

    conditions: Annotated[list[meta_v1.Condition], ListMap("type"), PatchMerge("type")] = []
    """Aspects of its state, such as Ready."""


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
