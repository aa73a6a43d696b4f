"""``apiextensions.k8s.io/v1``: CustomResourceDefinition."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from . import meta_v1
from .meta_v1 import Time
from .schema import Enum, Format, Int32, Int64, ListAtomic, ListMap, PatchMerge, Required, Struct, always, constant

FieldValueErrorReason = Annotated[
    str, Enum("FieldValueRequired", "FieldValueDuplicate", "FieldValueInvalid", "FieldValueForbidden")
]


class CustomResourceDefinitionNames(Struct):
    plural: Annotated[str, Required] = always(str)
    singular: str = ""
    short_names: Annotated[list[str], ListAtomic] = []
    kind: Annotated[str, Required] = always(str)
    list_kind: str = ""
    categories: Annotated[list[str], ListAtomic] = []


class CustomResourceDefinitionSpec(Struct):
    group: Annotated[str, Required] = always(str)
    names: Annotated[CustomResourceDefinitionNames, Required] = always(CustomResourceDefinitionNames)
    scope: Annotated[str, Required] = always(str)
    versions: Annotated[list[CustomResourceDefinitionVersion], Required, ListAtomic] = always(list)
    conversion: CustomResourceConversion | None = None
    preserve_unknown_fields: bool = False


class CustomResourceConversion(Struct):
    strategy: Annotated[str, Required] = always(str)
    webhook: WebhookConversion | None = None


class WebhookConversion(Struct):
    client_config: WebhookClientConfig | None = None
    conversion_review_versions: Annotated[list[str], Required, ListAtomic] = always(list)


class WebhookClientConfig(Struct):
    url: str | None = None
    service: ServiceReference | None = None
    ca_bundle: bytes = b""


class ServiceReference(Struct):
    namespace: Annotated[str, Required] = always(str)
    name: Annotated[str, Required] = always(str)
    path: str | None = None
    port: Int32 | None = None


class CustomResourceDefinitionVersion(Struct):
    name: Annotated[str, Required] = always(str)
    served: Annotated[bool, Required] = always(bool)
    storage: Annotated[bool, Required] = always(bool)
    deprecated: bool = False
    deprecation_warning: str | None = None
    schema: CustomResourceValidation | None = None
    subresources: CustomResourceSubresources | None = None
    additional_printer_columns: Annotated[list[CustomResourceColumnDefinition], ListAtomic] = []
    selectable_fields: Annotated[list[SelectableField], ListAtomic] = []


class SelectableField(Struct):
    json_path: Annotated[str, Required] = always(str)


class CustomResourceColumnDefinition(Struct):
    name: Annotated[str, Required] = always(str)
    type: Annotated[str, Required] = always(str)
    format: str = ""
    description: str = ""
    priority: Int32 = 0
    json_path: Annotated[str, Required] = always(str)


class CustomResourceDefinitionCondition(Struct):
    type: Annotated[str, Required] = always(str)
    status: Annotated[str, Required] = always(str)
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""
    observed_generation: Int64 = 0


class CustomResourceDefinitionStatus(Struct):
    conditions: Annotated[list[CustomResourceDefinitionCondition], ListMap("type")] = always(list)
    accepted_names: CustomResourceDefinitionNames = always(CustomResourceDefinitionNames)
    stored_versions: Annotated[list[str], ListAtomic] = always(list)
    observed_generation: Int64 = 0


class CustomResourceDefinition(Struct):
    """A kind of one's own."""

    api_version: str = constant("apiextensions.k8s.io/v1")
    kind: str = constant("CustomResourceDefinition")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[CustomResourceDefinitionSpec, Required] = always(CustomResourceDefinitionSpec)
    status: CustomResourceDefinitionStatus = always(CustomResourceDefinitionStatus)


class CustomResourceDefinitionList(Struct):
    api_version: str = constant("apiextensions.k8s.io/v1")
    kind: str = constant("CustomResourceDefinitionList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[CustomResourceDefinition], Required] = always(list)


class CustomResourceValidation(Struct):
    open_apiv3_schema: JSONSchemaProps | None = msgspec.field(default=None, name="openAPIV3Schema")


class CustomResourceSubresources(Struct):
    status: CustomResourceSubresourceStatus | None = None
    scale: CustomResourceSubresourceScale | None = None


class CustomResourceSubresourceScale(Struct):
    spec_replicas_path: Annotated[str, Required] = always(str)
    status_replicas_path: Annotated[str, Required] = always(str)
    label_selector_path: str | None = None


class JSONSchemaProps(Struct):
    """A JSON schema, in the part of it that Kubernetes uses."""

    id: str = ""
    schema_: str = msgspec.field(default="", name="$schema")
    ref: str | None = msgspec.field(default=None, name="$ref")
    description: str = ""
    type: str = ""
    format: str = ""
    title: str = ""
    default: Any = None
    maximum: Annotated[float | None, Format("double")] = None
    exclusive_maximum: bool = False
    minimum: Annotated[float | None, Format("double")] = None
    exclusive_minimum: bool = False
    max_length: Int64 | None = None
    min_length: Int64 | None = None
    pattern: str = ""
    max_items: Int64 | None = None
    min_items: Int64 | None = None
    unique_items: bool = False
    multiple_of: Annotated[float | None, Format("double")] = None
    enum: Annotated[list[Any], ListAtomic] = []
    max_properties: Int64 | None = None
    min_properties: Int64 | None = None
    required: Annotated[list[str], ListAtomic] = []
    items: JSONSchemaProps | list[JSONSchemaProps] | None = None
    all_of: Annotated[list[JSONSchemaProps], ListAtomic] = []
    one_of: Annotated[list[JSONSchemaProps], ListAtomic] = []
    any_of: Annotated[list[JSONSchemaProps], ListAtomic] = []
    not_: JSONSchemaProps | None = None
    properties: dict[str, JSONSchemaProps] = {}
    additional_properties: JSONSchemaProps | bool | None = None
    pattern_properties: dict[str, JSONSchemaProps] = {}
    dependencies: dict[str, JSONSchemaProps | list[str]] = {}
    additional_items: JSONSchemaProps | bool | None = None
    definitions: dict[str, JSONSchemaProps] = {}
    external_docs: ExternalDocumentation | None = None
    example: Any = None
    nullable: bool = False
    x_kubernetes_preserve_unknown_fields: bool | None = msgspec.field(
        default=None, name="x-kubernetes-preserve-unknown-fields"
    )
    x_kubernetes_embedded_resource: bool = msgspec.field(default=False, name="x-kubernetes-embedded-resource")
    x_kubernetes_int_or_string: bool = msgspec.field(default=False, name="x-kubernetes-int-or-string")
    x_kubernetes_list_map_keys: Annotated[list[str], ListAtomic] = msgspec.field(
        default_factory=list, name="x-kubernetes-list-map-keys"
    )
    x_kubernetes_list_type: str | None = msgspec.field(default=None, name="x-kubernetes-list-type")
    x_kubernetes_map_type: str | None = msgspec.field(default=None, name="x-kubernetes-map-type")
    x_kubernetes_validations: Annotated[list[ValidationRule], ListMap("rule"), PatchMerge("rule")] = msgspec.field(
        default_factory=list, name="x-kubernetes-validations"
    )


class ValidationRule(Struct):
    rule: Annotated[str, Required] = always(str)
    message: str = ""
    message_expression: str = ""
    reason: FieldValueErrorReason | None = None
    field_path: str = ""
    optional_old_self: bool | None = None


class ExternalDocumentation(Struct):
    description: str = ""
    url: str = ""


class CustomResourceSubresourceStatus(Struct):
    pass
