"""Which kinds there are, what they are called in paths, and what can be done with them.

Facts: the paths of the v1.36 OpenAPI document; short names and categories as ``kubectl api-resources`` shows them.
The module that declares a kind is imported when its type is first asked for.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from .schema import Struct

StructType = type[Struct]
VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
_CREATE = ("create",)
_READ = ("get", "list")
_NAMESPACE = ("create", "delete", "get", "list", "patch", "update", "watch")


@dataclass(frozen=True, slots=True)
class Subresource:
    """A path below an object; `kind` (and its group version) where it is not the object's own."""

    name: str
    verbs: tuple[str, ...]
    kind: str = ""
    group: str = ""
    version: str = ""


_STATUS = Subresource("status", ("get", "patch", "update"))
_SCALE = Subresource("scale", ("get", "patch", "update"), kind="Scale", group="autoscaling", version="v1")


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind as the API serves it."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    verbs: tuple[str, ...] = VERBS
    subresources: tuple[Subresource, ...] = ()

    @property
    def singular(self) -> str:
        return self.kind.lower()

    @property
    def api_version(self) -> str:
        """``apps/v1``, or ``v1`` for the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def gvk(self) -> tuple[str, str, str]:
        return self.group, self.version, self.kind

    @property
    def group_resource(self) -> str:
        """``deployments.apps``, or ``pods`` for the core group: the form used in messages."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def module(self) -> str:
        """The module of this room that declares the kind: ``apps_v1``."""
        return f"{self.group.partition('.')[0] or 'core'}_{self.version}"

    @property
    def type(self) -> StructType:
        return _type(self.module, self.kind)

    @property
    def list_type(self) -> StructType:
        return _type(self.module, f"{self.kind}List")

    def subresource(self, name: str) -> Subresource | None:
        return next((found for found in self.subresources if found.name == name), None)

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """The URL path of the collection, the object or the subresource."""
        parts = ["/apis/" + self.group if self.group else "/api", self.version]
        if namespace and self.namespaced:
            parts += ["namespaces", namespace]
        parts.append(self.plural)
        parts += [part for part in (name, subresource) if part]
        return "/".join(parts)


@dataclass(frozen=True, slots=True)
class CustomResource(Resource):
    """One version of a kind that a CustomResourceDefinition makes; its objects have no type of their own."""

    singular_name: str = ""
    list_kind: str = ""
    deprecation: str = ""
    """What clients are told that use this version; "" when it is not deprecated."""

    @property
    def singular(self) -> str:
        return self.singular_name


@functools.cache
def _type(module: str, name: str) -> type[Struct]:
    found = getattr(importlib.import_module(f".{module}", __package__), name)
    return cast(type[Struct], found)


resources: tuple[Resource, ...] = (
    Resource("", "v1", "ComponentStatus", "componentstatuses", namespaced=False, short_names=("cs",), verbs=_READ),
    Resource("", "v1", "ConfigMap", "configmaps", short_names=("cm",)),
    Resource("", "v1", "Endpoints", "endpoints", short_names=("ep",)),
    Resource("", "v1", "Event", "events", short_names=("ev",)),
    Resource("", "v1", "LimitRange", "limitranges", short_names=("limits",)),
    Resource(
        "",
        "v1",
        "Namespace",
        "namespaces",
        namespaced=False,
        short_names=("ns",),
        verbs=_NAMESPACE,
        subresources=(Subresource("finalize", ("update",)), _STATUS),
    ),
    Resource("", "v1", "Binding", "bindings", verbs=_CREATE),
    Resource(
        "", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", short_names=("pvc",), subresources=(_STATUS,)
    ),
    Resource(
        "",
        "v1",
        "Pod",
        "pods",
        short_names=("po",),
        categories=("all",),
        subresources=(
            Subresource("attach", ("get", "create"), kind="PodAttachOptions"),
            Subresource("binding", ("create",), kind="Binding"),
            Subresource("ephemeralcontainers", ("get", "patch", "update")),
            Subresource("eviction", ("create",), kind="Eviction", group="policy", version="v1"),
            Subresource("exec", ("get", "create"), kind="PodExecOptions"),
            Subresource("log", ("get",)),
            Subresource("portforward", ("get", "create"), kind="PodPortForwardOptions"),
            Subresource("proxy", ("create", "delete", "get", "patch", "update"), kind="PodProxyOptions"),
            Subresource("resize", ("get", "patch", "update")),
            _STATUS,
        ),
    ),
    Resource("", "v1", "PodTemplate", "podtemplates"),
    Resource(
        "",
        "v1",
        "ReplicationController",
        "replicationcontrollers",
        short_names=("rc",),
        categories=("all",),
        subresources=(_SCALE, _STATUS),
    ),
    Resource("", "v1", "ResourceQuota", "resourcequotas", short_names=("quota",), subresources=(_STATUS,)),
    Resource("", "v1", "Secret", "secrets"),
    Resource(
        "",
        "v1",
        "ServiceAccount",
        "serviceaccounts",
        short_names=("sa",),
        subresources=(
            Subresource("token", ("create",), kind="TokenRequest", group="authentication.k8s.io", version="v1"),
        ),
    ),
    Resource(
        "",
        "v1",
        "Service",
        "services",
        short_names=("svc",),
        categories=("all",),
        subresources=(
            Subresource("proxy", ("create", "delete", "get", "patch", "update"), kind="ServiceProxyOptions"),
            _STATUS,
        ),
    ),
    Resource(
        "",
        "v1",
        "Node",
        "nodes",
        namespaced=False,
        short_names=("no",),
        subresources=(
            Subresource("proxy", ("create", "delete", "get", "patch", "update"), kind="NodeProxyOptions"),
            _STATUS,
        ),
    ),
    Resource(
        "",
        "v1",
        "PersistentVolume",
        "persistentvolumes",
        namespaced=False,
        short_names=("pv",),
        subresources=(_STATUS,),
    ),
    Resource("apps", "v1", "ControllerRevision", "controllerrevisions"),
    Resource(
        "apps", "v1", "DaemonSet", "daemonsets", short_names=("ds",), categories=("all",), subresources=(_STATUS,)
    ),
    Resource(
        "apps",
        "v1",
        "Deployment",
        "deployments",
        short_names=("deploy",),
        categories=("all",),
        subresources=(_SCALE, _STATUS),
    ),
    Resource(
        "apps",
        "v1",
        "ReplicaSet",
        "replicasets",
        short_names=("rs",),
        categories=("all",),
        subresources=(_SCALE, _STATUS),
    ),
    Resource(
        "apps",
        "v1",
        "StatefulSet",
        "statefulsets",
        short_names=("sts",),
        categories=("all",),
        subresources=(_SCALE, _STATUS),
    ),
    Resource("batch", "v1", "CronJob", "cronjobs", short_names=("cj",), categories=("all",), subresources=(_STATUS,)),
    Resource("batch", "v1", "Job", "jobs", categories=("all",), subresources=(_STATUS,)),
    Resource(
        "autoscaling",
        "v1",
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        short_names=("hpa",),
        categories=("all",),
        subresources=(_STATUS,),
    ),
    Resource(
        "autoscaling",
        "v2",
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        short_names=("hpa",),
        categories=("all",),
        subresources=(_STATUS,),
    ),
    Resource(
        "policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", short_names=("pdb",), subresources=(_STATUS,)
    ),
    Resource("networking.k8s.io", "v1", "IngressClass", "ingressclasses", namespaced=False),
    Resource("networking.k8s.io", "v1", "Ingress", "ingresses", short_names=("ing",), subresources=(_STATUS,)),
    Resource("networking.k8s.io", "v1", "IPAddress", "ipaddresses", namespaced=False, short_names=("ip",)),
    Resource("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", short_names=("netpol",)),
    Resource("networking.k8s.io", "v1", "ServiceCIDR", "servicecidrs", namespaced=False, subresources=(_STATUS,)),
    Resource("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices"),
    Resource("events.k8s.io", "v1", "Event", "events", short_names=("ev",)),
    Resource("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", namespaced=False),
    Resource("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", namespaced=False),
    Resource("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings"),
    Resource("rbac.authorization.k8s.io", "v1", "Role", "roles"),
    Resource("storage.k8s.io", "v1", "CSIDriver", "csidrivers", namespaced=False),
    Resource("storage.k8s.io", "v1", "CSINode", "csinodes", namespaced=False),
    Resource("storage.k8s.io", "v1", "CSIStorageCapacity", "csistoragecapacities"),
    Resource("storage.k8s.io", "v1", "StorageClass", "storageclasses", namespaced=False, short_names=("sc",)),
    Resource(
        "storage.k8s.io", "v1", "VolumeAttachment", "volumeattachments", namespaced=False, subresources=(_STATUS,)
    ),
    Resource(
        "storage.k8s.io",
        "v1",
        "VolumeAttributesClass",
        "volumeattributesclasses",
        namespaced=False,
        short_names=("vac",),
    ),
    Resource("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", namespaced=False, short_names=("pc",)),
    Resource("node.k8s.io", "v1", "RuntimeClass", "runtimeclasses", namespaced=False),
    Resource("coordination.k8s.io", "v1", "Lease", "leases"),
    Resource(
        "certificates.k8s.io",
        "v1",
        "CertificateSigningRequest",
        "certificatesigningrequests",
        namespaced=False,
        short_names=("csr",),
        subresources=(Subresource("approval", ("get", "patch", "update")), _STATUS),
    ),
    Resource(
        "admissionregistration.k8s.io",
        "v1",
        "MutatingAdmissionPolicy",
        "mutatingadmissionpolicies",
        namespaced=False,
        categories=("api-extensions",),
    ),
    Resource(
        "admissionregistration.k8s.io",
        "v1",
        "MutatingAdmissionPolicyBinding",
        "mutatingadmissionpolicybindings",
        namespaced=False,
        categories=("api-extensions",),
    ),
    Resource(
        "admissionregistration.k8s.io",
        "v1",
        "MutatingWebhookConfiguration",
        "mutatingwebhookconfigurations",
        namespaced=False,
        categories=("api-extensions",),
    ),
    Resource(
        "admissionregistration.k8s.io",
        "v1",
        "ValidatingAdmissionPolicy",
        "validatingadmissionpolicies",
        namespaced=False,
        categories=("api-extensions",),
        subresources=(_STATUS,),
    ),
    Resource(
        "admissionregistration.k8s.io",
        "v1",
        "ValidatingAdmissionPolicyBinding",
        "validatingadmissionpolicybindings",
        namespaced=False,
        categories=("api-extensions",),
    ),
    Resource(
        "admissionregistration.k8s.io",
        "v1",
        "ValidatingWebhookConfiguration",
        "validatingwebhookconfigurations",
        namespaced=False,
        categories=("api-extensions",),
    ),
    Resource(
        "apiextensions.k8s.io",
        "v1",
        "CustomResourceDefinition",
        "customresourcedefinitions",
        namespaced=False,
        short_names=("crd", "crds"),
        categories=("api-extensions",),
        subresources=(_STATUS,),
    ),
    Resource(
        "apiregistration.k8s.io",
        "v1",
        "APIService",
        "apiservices",
        namespaced=False,
        categories=("api-extensions",),
        subresources=(_STATUS,),
    ),
    Resource("authentication.k8s.io", "v1", "SelfSubjectReview", "selfsubjectreviews", namespaced=False, verbs=_CREATE),
    Resource("authentication.k8s.io", "v1", "TokenReview", "tokenreviews", namespaced=False, verbs=_CREATE),
    Resource("authorization.k8s.io", "v1", "LocalSubjectAccessReview", "localsubjectaccessreviews", verbs=_CREATE),
    Resource(
        "authorization.k8s.io",
        "v1",
        "SelfSubjectAccessReview",
        "selfsubjectaccessreviews",
        namespaced=False,
        verbs=_CREATE,
    ),
    Resource(
        "authorization.k8s.io",
        "v1",
        "SelfSubjectRulesReview",
        "selfsubjectrulesreviews",
        namespaced=False,
        verbs=_CREATE,
    ),
    Resource(
        "authorization.k8s.io", "v1", "SubjectAccessReview", "subjectaccessreviews", namespaced=False, verbs=_CREATE
    ),
    Resource(
        "flowcontrol.apiserver.k8s.io", "v1", "FlowSchema", "flowschemas", namespaced=False, subresources=(_STATUS,)
    ),
    Resource(
        "flowcontrol.apiserver.k8s.io",
        "v1",
        "PriorityLevelConfiguration",
        "prioritylevelconfigurations",
        namespaced=False,
        subresources=(_STATUS,),
    ),
    Resource("resource.k8s.io", "v1", "DeviceClass", "deviceclasses", namespaced=False),
    Resource("resource.k8s.io", "v1", "ResourceClaim", "resourceclaims", subresources=(_STATUS,)),
    Resource("resource.k8s.io", "v1", "ResourceClaimTemplate", "resourceclaimtemplates"),
    Resource("resource.k8s.io", "v1", "ResourceSlice", "resourceslices", namespaced=False),
)

_by_kind = {(found.api_version, found.kind): found for found in resources}
_by_plural = {(found.group, found.version, found.plural): found for found in resources}
_by_type: dict[tuple[str, str], Resource] = {(found.module, found.kind): found for found in resources}


def by_kind(api_version: str, kind: str) -> Resource | None:
    """The resource of ``("apps/v1", "Deployment")``."""
    return _by_kind.get((api_version, kind))


def by_plural(group: str, version: str, plural: str) -> Resource | None:
    """The resource of ``("apps", "v1", "deployments")``."""
    return _by_plural.get((group, version, plural))


def resource_of(item: type | Struct | Any) -> Resource:
    """The resource of a type or of an object.

    Raises:
        KeyError: the type is no kind of its own, such as ``PodSpec``.
    """
    cls = item if isinstance(item, type) else type(item)
    return _by_type[cls.__module__.rpartition(".")[2], cls.__name__]


def groups() -> Iterable[tuple[str, tuple[str, ...]]]:
    """Each group with its versions, the preferred one first, in the order in which discovery lists them."""
    found: dict[str, list[str]] = {}
    for resource in resources:
        versions = found.setdefault(resource.group, [])
        if resource.version not in versions:
            versions.append(resource.version)
    return tuple((group, tuple(sorted(versions, reverse=True))) for group, versions in found.items())
