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
    observed_generation: Int64 = 0
    type_checking: TypeChecking | None = None
    conditions: Annotated[list[meta_v1.Condition], ListMap("type")] = []


class ValidatingAdmissionPolicySpec(Struct):
    param_kind: ParamKind | None = None
    match_constraints: MatchResources | None = None
    validations: Annotated[list[Validation], ListAtomic] = []
    failure_policy: FailurePolicyType | None = None
    audit_annotations: Annotated[list[AuditAnnotation], ListAtomic] = []
    match_conditions: Annotated[list[MatchCondition], ListMap("name"), PatchMerge("name")] = []
    variables: Annotated[list[Variable], ListMap("name"), PatchMerge("name")] = []


class ValidatingAdmissionPolicy(Struct):
    """CEL rules that may refuse objects on their way in."""

    api_version: str = constant("admissionregistration.k8s.io/v1")
    kind: str = constant("ValidatingAdmissionPolicy")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: ValidatingAdmissionPolicySpec = always(ValidatingAdmissionPolicySpec)
    status: ValidatingAdmissionPolicyStatus = always(ValidatingAdmissionPolicyStatus)


class TypeChecking(Struct):
    expression_warnings: Annotated[list[ExpressionWarning], ListAtomic] = []


class ExpressionWarning(Struct):
    field_ref: Annotated[str, Required] = always(str)
    warning: Annotated[str, Required] = always(str)


class ValidatingAdmissionPolicyList(Struct):
    api_version: str = constant("admissionregistration.k8s.io/v1")
    kind: str = constant("ValidatingAdmissionPolicyList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[ValidatingAdmissionPolicy], Required] = always(list)


@atomic
class ParamKind(Struct):
    api_version: str = ""
    kind: str = ""


class Validation(Struct):
    expression: Annotated[str, Required] = always(str)
    message: str = ""
    reason: str | None = None
    message_expression: str = ""


@atomic
class Variable(Struct):
    name: Annotated[str, Required] = always(str)
    expression: Annotated[str, Required] = always(str)


class AuditAnnotation(Struct):
    key: Annotated[str, Required] = always(str)
    value_expression: Annotated[str, Required] = always(str)


class ValidatingAdmissionPolicyBindingSpec(Struct):
    policy_name: Annotated[str, Required] = ""
    param_ref: ParamRef | None = None
    match_resources: MatchResources | None = None
    validation_actions: Annotated[list[ValidationAction], Required, ListSet] = []


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
    name: str = ""
    namespace: str = ""
    selector: meta_v1.LabelSelector | None = None
    parameter_not_found_action: str | None = None


@atomic
class MatchResources(Struct):
    namespace_selector: meta_v1.LabelSelector | None = None
    object_selector: meta_v1.LabelSelector | None = None
    resource_rules: Annotated[list[NamedRuleWithOperations], ListAtomic] = []
    exclude_resource_rules: Annotated[list[NamedRuleWithOperations], ListAtomic] = []
    match_policy: MatchPolicyType | None = None


@atomic
class NamedRuleWithOperations(Struct):
    resource_names: Annotated[list[str], ListAtomic] = []
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


class MutatingWebhookConfigurationList(Struct):
    api_version: str = constant("admissionregistration.k8s.io/v1")
    kind: str = constant("MutatingWebhookConfigurationList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[MutatingWebhookConfiguration], Required] = always(list)


class WebhookClientConfig(Struct):
    url: str | None = None
    service: ServiceReference | None = None
    ca_bundle: bytes = b""


class ValidatingWebhook(Struct):
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
    match_conditions: Annotated[list[MatchCondition], ListMap("name"), PatchMerge("name")] = []


class MutatingWebhook(Struct):
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
    match_conditions: Annotated[list[MatchCondition], ListMap("name"), PatchMerge("name")] = []


class MutatingAdmissionPolicySpec(Struct):
    param_kind: ParamKind | None = None
    match_constraints: MatchResources | None = None
    variables: Annotated[list[Variable], ListAtomic] = []
    mutations: Annotated[list[Mutation], ListAtomic] = []
    failure_policy: FailurePolicyType | None = None
    match_conditions: Annotated[list[MatchCondition], ListMap("name"), PatchMerge("name")] = []
    reinvocation_policy: ReinvocationPolicyType = ""


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
    patch_type: Annotated[PatchType, Required] = always(str)
    apply_configuration: ApplyConfiguration | None = None
    json_patch: JSONPatch | None = None


class ApplyConfiguration(Struct):
    expression: str = ""


class JSONPatch(Struct):
    expression: str = ""


class MutatingAdmissionPolicyBindingSpec(Struct):
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
    operations: Annotated[list[OperationType], ListAtomic] = []
    api_groups: Annotated[list[str], ListAtomic] = []
    api_versions: Annotated[list[str], ListAtomic] = []
    resources: Annotated[list[str], ListAtomic] = []
    scope: ScopeType | None = None


class ServiceReference(Struct):
    namespace: Annotated[str, Required] = always(str)
    name: Annotated[str, Required] = always(str)
    path: str | None = None
    port: Int32 | None = None


class MatchCondition(Struct):
    name: Annotated[str, Required] = always(str)
    expression: Annotated[str, Required] = always(str)
