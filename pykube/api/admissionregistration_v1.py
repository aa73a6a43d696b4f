"""``admissionregistration.k8s.io/v1``: admission webhooks and policies."""

from __future__ import annotations

from typing import Annotated

from . import meta_v1
from .schema import (
    Enum,
    Int32,
    Int64,
    ListAtomic,
    ListMap,
    ListSet,
    PatchMerge,
    Required,
    Struct,
    always,
    atomic,
    constant,
)

FailurePolicyType = Annotated[str, Enum("Ignore", "Fail")]
MatchPolicyType = Annotated[str, Enum("Exact", "Equivalent")]
OperationType = Annotated[str, Enum("*", "CREATE", "UPDATE", "DELETE", "CONNECT")]
PatchType = Annotated[str, Enum("ApplyConfiguration", "JSONPatch")]
ReinvocationPolicyType = Annotated[str, Enum("Never", "IfNeeded")]
ScopeType = Annotated[str, Enum("Cluster", "Namespaced", "*")]
SideEffectClass = Annotated[str, Enum("Unknown", "None", "Some", "NoneOnDryRun")]
ValidationAction = Annotated[str, Enum("Deny", "Warn", "Audit")]


class ValidatingAdmissionPolicyStatus(Struct):
    """What was found out about a policy."""

    observed_generation: Int64 = 0
    """Generation of the spec that the controller has seen."""
    type_checking: TypeChecking | None = None
    """What is doubtful about the types in its expressions."""
    conditions: Annotated[list[meta_v1.Condition], ListMap("type")] = []
    """Aspects of its state."""


class ValidatingAdmissionPolicySpec(Struct):
    """What a policy looks at, and what must hold."""

    param_kind: ParamKind | None = None
    """Kind of the objects that parametrise it; absent: it has no parameters."""
    match_constraints: MatchResources | None = None
    """Which requests it looks at."""
    validations: Annotated[list[Validation], ListAtomic] = []
    """What must hold; all of it."""
    failure_policy: FailurePolicyType | None = None
    """What an error in the policy means: Fail (the default) refuses, Ignore lets pass."""
    audit_annotations: Annotated[list[AuditAnnotation], ListAtomic] = []
    """What is noted in the audit log."""
    match_conditions: Annotated[list[MatchCondition], ListMap("name"), PatchMerge("name")] = []
    """More conditions for looking at a request; all must hold. At most 64."""
    variables: Annotated[list[Variable], ListMap("name"), PatchMerge("name")] = []
    """Expressions with names, for use in the others."""


class ValidatingAdmissionPolicy(Struct):
    """CEL rules that may refuse objects on their way in."""

    api_version: str = constant("admissionregistration.k8s.io/v1")
    kind: str = constant("ValidatingAdmissionPolicy")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: ValidatingAdmissionPolicySpec = always(ValidatingAdmissionPolicySpec)
    status: ValidatingAdmissionPolicyStatus = always(ValidatingAdmissionPolicyStatus)


class TypeChecking(Struct):
    """What is doubtful about the types in a policy's expressions."""

    expression_warnings: Annotated[list[ExpressionWarning], ListAtomic] = []
    """One warning for each expression."""


class ExpressionWarning(Struct):
    """What is doubtful about one expression."""

    field_ref: Annotated[str, Required] = always(str)
    """Path of the expression."""
    warning: Annotated[str, Required] = always(str)
    """What is doubtful, for people."""


class ValidatingAdmissionPolicyList(Struct):
    api_version: str = constant("admissionregistration.k8s.io/v1")
    kind: str = constant("ValidatingAdmissionPolicyList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[ValidatingAdmissionPolicy], Required] = always(list)


@atomic
class ParamKind(Struct):
    """Kind of the objects that parametrise a policy."""

    api_version: str = ""
    """Its group and version."""
    kind: str = ""
    """Its name."""


class Validation(Struct):
    """Something that must hold."""

    expression: Annotated[str, Required] = always(str)
    """CEL that must be true; it knows object, oldObject, request, params, namespaceObject, variables and authorizer."""
    message: str = ""
    """What is said when it is not."""
    reason: str | None = None
    """Reason in the answer: Unauthorized, Forbidden, Invalid (the default) or RequestEntityTooLarge."""
    message_expression: str = ""
    """CEL that makes the message."""


@atomic
class Variable(Struct):
    """An expression with a name."""

    name: Annotated[str, Required] = always(str)
    """Its name; used as variables.<name>."""
    expression: Annotated[str, Required] = always(str)
    """Its CEL."""


class AuditAnnotation(Struct):
    """A note in the audit log."""

    key: Annotated[str, Required] = always(str)
    """Its key; the policy's name and a slash are put in front."""
    value_expression: Annotated[str, Required] = always(str)
    """CEL that makes its value; null notes nothing."""


class ValidatingAdmissionPolicyBindingSpec(Struct):
    """Which policy holds where, and what it does."""

    policy_name: Annotated[str, Required] = ""
    """The policy."""
    param_ref: ParamRef | None = None
    """The objects that parametrise it."""
    match_resources: MatchResources | None = None
    """Which of the requests that the policy looks at; absent: all."""
    validation_actions: Annotated[list[ValidationAction], Required, ListSet] = []
    """What a violation means: Deny, Warn or Audit."""


class ValidatingAdmissionPolicyBinding(Struct):
    """Where a ValidatingAdmissionPolicy holds."""

    api_version: str = constant("admissionregistration.k8s.io/v1")
    kind: str = constant("ValidatingAdmissionPolicyBinding")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[ValidatingAdmissionPolicyBindingSpec, Required] = always(ValidatingAdmissionPolicyBindingSpec)


class ValidatingAdmissionPolicyBindingList(Struct):
    api_version: str = constant("admissionregistration.k8s.io/v1")
    kind: str = constant("ValidatingAdmissionPolicyBindingList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[ValidatingAdmissionPolicyBinding], Required] = always(list)


@atomic
class ParamRef(Struct):
    """The objects that parametrise a policy; name or selector is set."""

    name: str = ""
    """Name of one object."""
    namespace: str = ""
    """Their namespace. Default: that of the request."""
    selector: meta_v1.LabelSelector | None = None
    """All objects with these labels."""
    parameter_not_found_action: str | None = None
    """What it means if there are none: Allow or Deny."""


@atomic
class MatchResources(Struct):
    """Which requests are meant."""

    namespace_selector: meta_v1.LabelSelector | None = None
    """Namespaces, by labels. Default: all."""
    object_selector: meta_v1.LabelSelector | None = None
    """Objects, by labels; before or after the change. Default: all."""
    resource_rules: Annotated[list[NamedRuleWithOperations], ListAtomic] = []
    """Operations on resources; one must match."""
    exclude_resource_rules: Annotated[list[NamedRuleWithOperations], ListAtomic] = []
    """Operations on resources that are left out."""
    match_policy: MatchPolicyType | None = None
    """Exact, or Equivalent (the default) for other versions of the resources too."""


@atomic
class NamedRuleWithOperations(Struct):
    """Operations on resources, or on objects with certain names."""

    resource_names: Annotated[list[str], ListAtomic] = []
    """Only objects with these names; empty: all."""
    operations: Annotated[list[OperationType], ListAtomic] = []
    api_groups: Annotated[list[str], ListAtomic] = []
    api_versions: Annotated[list[str], ListAtomic] = []
    resources: Annotated[list[str], ListAtomic] = []
    scope: ScopeType | None = None


class ValidatingWebhookConfiguration(Struct):
    """Webhooks that may refuse objects on their way in."""

    api_version: str = constant("admissionregistration.k8s.io/v1")
    kind: str = constant("ValidatingWebhookConfiguration")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    webhooks: Annotated[list[ValidatingWebhook], ListMap("name"), PatchMerge("name")] = []
    """The webhooks; all of them are asked."""


class ValidatingWebhookConfigurationList(Struct):
    api_version: str = constant("admissionregistration.k8s.io/v1")
    kind: str = constant("ValidatingWebhookConfigurationList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[ValidatingWebhookConfiguration], Required] = always(list)


class MutatingWebhookConfiguration(Struct):
    """Webhooks that may change objects on their way in."""

    api_version: str = constant("admissionregistration.k8s.io/v1")
    kind: str = constant("MutatingWebhookConfiguration")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    webhooks: Annotated[list[MutatingWebhook], ListMap("name"), PatchMerge("name")] = []
    """The webhooks; they are asked one after the other."""


class MutatingWebhookConfigurationList(Struct):
    api_version: str = constant("admissionregistration.k8s.io/v1")
    kind: str = constant("MutatingWebhookConfigurationList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[MutatingWebhookConfiguration], Required] = always(list)


class WebhookClientConfig(Struct):
    """Where a webhook is reached: by URL or by service."""

    url: str | None = None
    """https URL of a webhook outside the cluster."""
    service: ServiceReference | None = None
    """Service of a webhook inside the cluster."""
    ca_bundle: bytes = b""
    """PEM certificates that its certificate must lead to. Default: those the server's host trusts."""


class ValidatingWebhook(Struct):
    """A webhook that may refuse objects."""

    name: Annotated[str, Required] = always(str)
    """Its name, with a domain."""
    client_config: Annotated[WebhookClientConfig, Required] = always(WebhookClientConfig)
    """Where it is reached."""
    rules: Annotated[list[RuleWithOperations], ListAtomic] = []
    """The operations it is asked about; one must match."""
    failure_policy: FailurePolicyType | None = None
    """What it means if it does not answer: Fail (the default) refuses, Ignore lets pass."""
    match_policy: MatchPolicyType | None = None
    """Exact, or Equivalent (the default) for other versions of the resources too."""
    namespace_selector: meta_v1.LabelSelector | None = None
    """Namespaces, by labels, that it is asked about. Default: all."""
    object_selector: meta_v1.LabelSelector | None = None
    """Objects, by labels, that it is asked about; before or after the change. Default: all."""
    side_effects: Annotated[SideEffectClass | None, Required] = None
    """None, or NoneOnDryRun if it changes other things except on a dry run."""
    timeout_seconds: Int32 | None = None
    """Seconds to wait for an answer, 1 to 30. Default: 10."""
    admission_review_versions: Annotated[list[str], Required, ListAtomic] = always(list)
    """Versions of AdmissionReview that it understands, the best first."""
    match_conditions: Annotated[list[MatchCondition], ListMap("name"), PatchMerge("name")] = []
    """More conditions in CEL for asking it; all must hold. At most 64."""


class MutatingWebhook(Struct):
    """A webhook that may change objects."""

    name: Annotated[str, Required] = always(str)
    client_config: Annotated[WebhookClientConfig, Required] = always(WebhookClientConfig)
    rules: Annotated[list[RuleWithOperations], ListAtomic] = []
    failure_policy: FailurePolicyType | None = None
    match_policy: MatchPolicyType | None = None
    namespace_selector: meta_v1.LabelSelector | None = None
    object_selector: meta_v1.LabelSelector | None = None
    side_effects: Annotated[SideEffectClass | None, Required] = None
    timeout_seconds: Int32 | None = None
    admission_review_versions: Annotated[list[str], Required, ListAtomic] = always(list)
    reinvocation_policy: ReinvocationPolicyType | None = None
    """Never (the default), or IfNeeded to be asked again when others changed the object afterwards."""
    match_conditions: Annotated[list[MatchCondition], ListMap("name"), PatchMerge("name")] = []


class MutatingAdmissionPolicySpec(Struct):
    """What a policy looks at, and what it changes."""

    param_kind: ParamKind | None = None
    match_constraints: MatchResources | None = None
    variables: Annotated[list[Variable], ListAtomic] = []
    mutations: Annotated[list[Mutation], ListAtomic] = []
    """What is changed, in order."""
    failure_policy: FailurePolicyType | None = None
    match_conditions: Annotated[list[MatchCondition], ListMap("name"), PatchMerge("name")] = []
    reinvocation_policy: ReinvocationPolicyType = ""
    """Never, or IfNeeded to run again when others changed the object afterwards."""


class MutatingAdmissionPolicy(Struct):
    """CEL rules that may change objects on their way in."""

    api_version: str = constant("admissionregistration.k8s.io/v1")
    kind: str = constant("MutatingAdmissionPolicy")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: MutatingAdmissionPolicySpec = always(MutatingAdmissionPolicySpec)


class MutatingAdmissionPolicyList(Struct):
    api_version: str = constant("admissionregistration.k8s.io/v1")
    kind: str = constant("MutatingAdmissionPolicyList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[MutatingAdmissionPolicy], Required] = always(list)


class Mutation(Struct):
    """A change; the field for its patchType is set."""

    patch_type: Annotated[PatchType, Required] = always(str)
    """ApplyConfiguration or JSONPatch."""
    apply_configuration: ApplyConfiguration | None = None
    """A change that is merged as server-side apply does."""
    json_patch: JSONPatch | None = None
    """A change by single operations."""


class ApplyConfiguration(Struct):
    """A change that is merged as server-side apply does."""

    expression: str = ""
    """CEL that makes the Object with the fields to set."""


class JSONPatch(Struct):
    """A change by single operations."""

    expression: str = ""
    """CEL that makes the list of JSONPatch operations."""


class MutatingAdmissionPolicyBindingSpec(Struct):
    """Which policy holds where."""

    policy_name: str = ""
    param_ref: ParamRef | None = None
    match_resources: MatchResources | None = None


class MutatingAdmissionPolicyBinding(Struct):
    """Where a MutatingAdmissionPolicy holds."""

    api_version: str = constant("admissionregistration.k8s.io/v1")
    kind: str = constant("MutatingAdmissionPolicyBinding")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: MutatingAdmissionPolicyBindingSpec = always(MutatingAdmissionPolicyBindingSpec)


class MutatingAdmissionPolicyBindingList(Struct):
    api_version: str = constant("admissionregistration.k8s.io/v1")
    kind: str = constant("MutatingAdmissionPolicyBindingList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[MutatingAdmissionPolicyBinding], Required] = always(list)


class RuleWithOperations(Struct):
    """Operations on resources."""

    operations: Annotated[list[OperationType], ListAtomic] = []
    """CREATE, UPDATE, DELETE, CONNECT, or * for all."""
    api_groups: Annotated[list[str], ListAtomic] = []
    """Groups of the resources; * is every group."""
    api_versions: Annotated[list[str], ListAtomic] = []
    """Versions of the resources; * is every version."""
    resources: Annotated[list[str], ListAtomic] = []
    """Resources by plural name, with subresources as pods/status; * is all."""
    scope: ScopeType | None = None
    """Cluster, Namespaced, or * (the default) for both."""


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


class MatchCondition(Struct):
    """A condition for looking at a request."""

    name: Annotated[str, Required] = always(str)
    """Its name; unique in the list."""
    expression: Annotated[str, Required] = always(str)
    """CEL that must be true."""
