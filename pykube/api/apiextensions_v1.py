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
    """What a custom kind is called."""

    plural: Annotated[str, Required] = always(str)
    """Plural name in lower case, as it stands in paths. The definition is named <plural>.<group>."""
    singular: str = ""
    """Name of one object for command lines. Default: kind in lower case."""
    short_names: Annotated[list[str], ListAtomic] = []
    """Abbreviations for command lines."""
    kind: Annotated[str, Required] = always(str)
    """The kind, in CamelCase."""
    list_kind: str = ""
    """Kind of its lists. Default: kind with List behind it."""
    categories: Annotated[list[str], ListAtomic] = []
    """Groups of resources, such as all, that it is shown with."""


class CustomResourceDefinitionSpec(Struct):
    """A custom kind: its names, versions and schemas."""

    group: Annotated[str, Required] = always(str)
    """API group that it is served under."""
    names: Annotated[CustomResourceDefinitionNames, Required] = always(CustomResourceDefinitionNames)
    """What it is called."""
    scope: Annotated[str, Required] = always(str)
    """Namespaced or Cluster. Cannot be changed."""
    versions: Annotated[list[CustomResourceDefinitionVersion], Required, ListAtomic] = always(list)
    """The versions it has; exactly one is stored."""
    conversion: CustomResourceConversion | None = None
    """How objects are turned from one version into another. Default: only apiVersion changes."""
    preserve_unknown_fields: bool = False
    """Must be false; the schema says where unknown fields are kept."""


class CustomResourceConversion(Struct):
    """How objects are turned from one version into another."""

    strategy: Annotated[str, Required] = always(str)
    """None changes nothing but apiVersion; Webhook asks a service."""
    webhook: WebhookConversion | None = None
    """The service to ask."""


class WebhookConversion(Struct):
    """A service that converts objects."""

    client_config: WebhookClientConfig | None = None
    """Where it is reached."""
    conversion_review_versions: Annotated[list[str], Required, ListAtomic] = always(list)
    """Versions of ConversionReview that it understands, the best first."""


class WebhookClientConfig(Struct):
    """Where a webhook is reached: by URL or by service."""

    url: str | None = None
    """https URL of a webhook outside the cluster."""
    service: ServiceReference | None = None
    """Service of a webhook inside the cluster."""
    ca_bundle: bytes = b""
    """PEM certificates that its certificate must lead to. Default: those the server's host trusts."""


class ServiceReference(Struct):
    """A Service that answers as a webhook."""

    namespace: Annotated[str, Required] = always(str)
    """Namespace of the Service."""
    name: Annotated[str, Required] = always(str)
    """Name of the Service."""
    path: str | None = None
    """Path of the request."""
    port: Int32 | None = None
    """Port of the Service. Default: 443."""


class CustomResourceDefinitionVersion(Struct):
    """One version of a custom kind."""

    name: Annotated[str, Required] = always(str)
    """Name of the version, such as v1beta1."""
    served: Annotated[bool, Required] = always(bool)
    """Whether it can be used over the API."""
    storage: Annotated[bool, Required] = always(bool)
    """Whether objects are stored in it; exactly one version has true."""
    deprecated: bool = False
    """Whether its use is answered with a warning."""
    deprecation_warning: str | None = None
    """Text of that warning; there is a usual one."""
    schema: CustomResourceValidation | None = None
    """What its objects look like."""
    subresources: CustomResourceSubresources | None = None
    """Which subresources its objects have."""
    additional_printer_columns: Annotated[list[CustomResourceColumnDefinition], ListAtomic] = []
    """Columns that tables show. Default: the age."""
    selectable_fields: Annotated[list[SelectableField], ListAtomic] = []
    """Fields that field selectors may ask for; at most 8."""


class SelectableField(Struct):
    """A field that field selectors may ask for."""

    json_path: Annotated[str, Required] = always(str)
    """Path of the field, such as .spec.color."""


class CustomResourceColumnDefinition(Struct):
    """A column that tables show."""

    name: Annotated[str, Required] = always(str)
    """Title of the column."""
    type: Annotated[str, Required] = always(str)
    """Type of the values, as in OpenAPI."""
    format: str = ""
    """Format of the values, as in OpenAPI."""
    description: str = ""
    """What the column shows."""
    priority: Int32 = 0
    """0 is always shown; higher ones only in wide tables."""
    json_path: Annotated[str, Required] = always(str)
    """Path of the field that is shown."""


class CustomResourceDefinitionCondition(Struct):
    """One aspect of a definition's state."""

    type: Annotated[str, Required] = always(str)
    status: Annotated[str, Required] = always(str)
    last_transition_time: Time | None = None
    reason: str = ""
    message: str = ""
    observed_generation: Int64 = 0
    """Generation of the definition that this was found out about."""


class CustomResourceDefinitionStatus(Struct):
    """What became of a definition."""

    conditions: Annotated[list[CustomResourceDefinitionCondition], ListMap("type")] = always(list)
    """Aspects of its state: Established, NamesAccepted, NonStructuralSchema, Terminating."""
    accepted_names: CustomResourceDefinitionNames = always(CustomResourceDefinitionNames)
    """The names that are served; they may differ when wanted ones are taken."""
    stored_versions: Annotated[list[str], ListAtomic] = always(list)
    """Versions in which objects may be stored; none of them can be removed from spec."""
    observed_generation: Int64 = 0
    """Generation of the definition that the controller has seen."""


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
    """The schema of a version."""

    open_apiv3_schema: JSONSchemaProps | None = msgspec.field(default=None, name="openAPIV3Schema")
    """The schema, in OpenAPI version 3. Every part needs a type."""


class CustomResourceSubresources(Struct):
    """The subresources of a custom kind."""

    status: CustomResourceSubresourceStatus | None = None
    """With it, status is written at /status only, and only there."""
    scale: CustomResourceSubresourceScale | None = None
    """With it, objects have /scale and can be scaled by anything."""


class CustomResourceSubresourceScale(Struct):
    """Which fields /scale reads and writes."""

    spec_replicas_path: Annotated[str, Required] = always(str)
    """Path of the wanted replicas, below .spec."""
    status_replicas_path: Annotated[str, Required] = always(str)
    """Path of the present replicas, below .status."""
    label_selector_path: str | None = None
    """Path of the pods' selector as text; autoscalers need it."""


class JSONSchemaProps(Struct):
    """A JSON schema, in the part of it that Kubernetes uses."""

    id: str = ""
    """Not used."""
    schema_: str = msgspec.field(default="", name="$schema")
    """Not used."""
    ref: str | None = msgspec.field(default=None, name="$ref")
    """Not allowed in custom kinds."""
    description: str = ""
    """What the value means."""
    type: str = ""
    """object, array, string, integer, number or boolean."""
    format: str = ""
    """More about a string or number, such as date-time or int64."""
    title: str = ""
    """A short name for the value."""
    default: Any = None
    """Value of an absent field."""
    maximum: Annotated[float | None, Format("double")] = None
    """Highest number allowed."""
    exclusive_maximum: bool = False
    """Whether maximum itself is not allowed."""
    minimum: Annotated[float | None, Format("double")] = None
    """Lowest number allowed."""
    exclusive_minimum: bool = False
    """Whether minimum itself is not allowed."""
    max_length: Int64 | None = None
    """Most characters of a string."""
    min_length: Int64 | None = None
    """Fewest characters of a string."""
    pattern: str = ""
    """Regular expression that must match somewhere in a string."""
    max_items: Int64 | None = None
    """Most items of a list."""
    min_items: Int64 | None = None
    """Fewest items of a list."""
    unique_items: bool = False
    """Not allowed to be true in custom kinds."""
    multiple_of: Annotated[float | None, Format("double")] = None
    """Number that values must be a multiple of."""
    enum: Annotated[list[Any], ListAtomic] = []
    """The only values allowed."""
    max_properties: Int64 | None = None
    """Most keys of an object."""
    min_properties: Int64 | None = None
    """Fewest keys of an object."""
    required: Annotated[list[str], ListAtomic] = []
    """Keys that must be there."""
    items: JSONSchemaProps | list[JSONSchemaProps] | None = None
    """Schema of a list's items."""
    all_of: Annotated[list[JSONSchemaProps], ListAtomic] = []
    """Schemas that must all match."""
    one_of: Annotated[list[JSONSchemaProps], ListAtomic] = []
    """Schemas of which exactly one must match."""
    any_of: Annotated[list[JSONSchemaProps], ListAtomic] = []
    """Schemas of which at least one must match."""
    not_: JSONSchemaProps | None = None
    """Schema that must not match."""
    properties: dict[str, JSONSchemaProps] = {}
    """Schemas of an object's keys."""
    additional_properties: JSONSchemaProps | bool | None = None
    """Schema of all other keys. Not together with properties."""
    pattern_properties: dict[str, JSONSchemaProps] = {}
    """Not allowed in custom kinds."""
    dependencies: dict[str, JSONSchemaProps | list[str]] = {}
    """Not allowed in custom kinds."""
    additional_items: JSONSchemaProps | bool | None = None
    """Not allowed in custom kinds."""
    definitions: dict[str, JSONSchemaProps] = {}
    """Not allowed in custom kinds."""
    external_docs: ExternalDocumentation | None = None
    """Where more is written."""
    example: Any = None
    """A value as it might be."""
    nullable: bool = False
    """Whether null is allowed as a value."""
    x_kubernetes_preserve_unknown_fields: bool | None = msgspec.field(
        default=None, name="x-kubernetes-preserve-unknown-fields"
    )
    """Whether fields that the schema does not know are kept instead of dropped."""
    x_kubernetes_embedded_resource: bool = msgspec.field(default=False, name="x-kubernetes-embedded-resource")
    """Whether the value is a whole object with apiVersion, kind and metadata."""
    x_kubernetes_int_or_string: bool = msgspec.field(default=False, name="x-kubernetes-int-or-string")
    """Whether the value is an integer or a string; type is left out then."""
    x_kubernetes_list_map_keys: Annotated[list[str], ListAtomic] = msgspec.field(
        default_factory=list, name="x-kubernetes-list-map-keys"
    )
    """Keys that tell the items of a list of type map apart."""
    x_kubernetes_list_type: str | None = msgspec.field(default=None, name="x-kubernetes-list-type")
    """How lists merge: atomic (the default) as a whole, set by value, map by key."""
    x_kubernetes_map_type: str | None = msgspec.field(default=None, name="x-kubernetes-map-type")
    """How objects merge: granular (the default) by field, atomic as a whole."""
    x_kubernetes_validations: Annotated[list[ValidationRule], ListMap("rule"), PatchMerge("rule")] = msgspec.field(
        default_factory=list, name="x-kubernetes-validations"
    )
    """Rules in CEL that must hold."""


class ValidationRule(Struct):
    """A rule in CEL."""

    rule: Annotated[str, Required] = always(str)
    """Expression that must be true; self is the value, oldSelf the one before an update."""
    message: str = ""
    """What is said when it is not."""
    message_expression: str = ""
    """Expression that makes the message."""
    reason: FieldValueErrorReason | None = None
    """Reason in the cause of the failure. Default: FieldValueInvalid."""
    field_path: str = ""
    """Path of the field that is blamed, seen from here."""
    optional_old_self: bool | None = None
    """Whether oldSelf is optional, so that the rule also runs on creation."""


class ExternalDocumentation(Struct):
    """Where more is written."""

    description: str = ""
    """What is written there."""
    url: str = ""
    """Where it is."""


class CustomResourceSubresourceStatus(Struct):
    """The presence of /status; it has no settings."""
