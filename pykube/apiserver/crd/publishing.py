"""What OpenAPI documents and discovery show of custom kinds beyond what is needed to serve them."""

from __future__ import annotations

from pykube.api.apiextensions_v1 import CustomResourceDefinition, CustomResourceDefinitionVersion
from pykube.api.scheme import CustomResource, Resource

from ..registry import Registry


def published_version(registry: Registry, resource: CustomResource) -> CustomResourceDefinitionVersion | None:
    """A version in its definition; its schema is large and seldom asked for, and so read from there each time."""
    definition = registry.find(CustomResourceDefinition, f"{resource.plural}.{resource.group}")
    versions = definition.spec.versions if definition is not None else []
    return next((version for version in versions if version.name == resource.version), None)


def stored_version(registry: Registry, resource: Resource) -> str:
    """The version of its group in which objects of a resource are stored."""
    if not isinstance(resource, CustomResource):
        return resource.version
    definition = registry.find(CustomResourceDefinition, f"{resource.plural}.{resource.group}")
    versions = definition.spec.versions if definition is not None else []
    return next((version.name for version in versions if version.storage), resource.version)
