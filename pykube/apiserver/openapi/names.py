"""What types are called in OpenAPI: the names that upstream's Go packages gave them, which clients have learnt."""

from __future__ import annotations

from pykube.api.schema import Struct
from pykube.api.scheme import CustomResource, Resource

MODULE_PACKAGES = {
    "meta_v1": "io.k8s.apimachinery.pkg.apis.meta.v1",
    "apiextensions_v1": "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1",
    "apiregistration_v1": "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1",
}
META = MODULE_PACKAGES["meta_v1"]
TIME = f"{META}.Time"
MICRO_TIME = f"{META}.MicroTime"
QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
RAW_EXTENSION = "io.k8s.apimachinery.pkg.runtime.RawExtension"
FIELDS = f"{META}.FieldsV1"
PATCH = f"{META}.Patch"
ANY_JSON = f"{MODULE_PACKAGES['apiextensions_v1']}.JSON"

SCHEMA_UNIONS = {
    "bool": f"{MODULE_PACKAGES['apiextensions_v1']}.JSONSchemaPropsOrBool",
    "array": f"{MODULE_PACKAGES['apiextensions_v1']}.JSONSchemaPropsOrArray",
    "strings": f"{MODULE_PACKAGES['apiextensions_v1']}.JSONSchemaPropsOrStringArray",
}
"""Fields of a JSON schema that hold a schema or something else."""


def definition_name(cls: type[Struct]) -> str:
    """``io.k8s.api.core.v1.Pod`` for ``core_v1.Pod``."""
    module = cls.__module__.rpartition(".")[2]
    package = MODULE_PACKAGES.get(module)
    if package is None:
        group, _, version = module.rpartition("_")
        package = f"io.k8s.api.{group}.{version}"
    return f"{package}.{cls.__name__}"


def of_resource(resource: Resource) -> str:
    """The definition of a resource's objects: ``com.example.stable.v1.CronTab`` for a custom one."""
    if isinstance(resource, CustomResource):
        return _custom(resource, resource.kind)
    return definition_name(resource.type)


def of_list(resource: Resource) -> str:
    """The definition of a resource's lists."""
    if isinstance(resource, CustomResource):
        return _custom(resource, resource.list_kind)
    return definition_name(resource.list_type)


def _custom(resource: CustomResource, kind: str) -> str:
    return ".".join((*reversed(resource.group.split(".")), resource.version, kind))


def group_title(group: str) -> str:
    """``RbacAuthorization`` for ``rbac.authorization.k8s.io``: how operation ids write a group."""
    if not group:
        return "Core"
    return "".join(word[:1].upper() + word[1:] for word in group.removesuffix(".k8s.io").split("."))


def tag(group: str, version: str) -> str:
    """``rbacAuthorization_v1``: the tag that groups operations, by which generators cut their classes."""
    title = group_title(group)
    return f"{title[:1].lower()}{title[1:]}_{version}"
