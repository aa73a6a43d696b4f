"""The schemas that OpenAPI documents show of custom kinds."""

from __future__ import annotations

from pykube.api.apiextensions_v1 import CustomResourceDefinition, JSONSchemaProps
from pykube.api.scheme import CustomResource

from ..registry import Registry


def published_schema(registry: Registry, resource: CustomResource) -> JSONSchemaProps | None:
    """The schema of a kind in its definition; it is large and seldom asked for, and so read from there each time."""
    definition = registry.find(CustomResourceDefinition, f"{resource.plural}.{resource.group}")
    versions = definition.spec.versions if definition is not None else []
    found = next((version for version in versions if version.name == resource.version), None)
    return found.schema.open_apiv3_schema if found is not None and found.schema is not None else None
