"""Rules of webhooks and admission policies. Source: pkg/apis/admissionregistration/validation.

CEL expressions are checked for being there; they are compiled where they are run.
"""

from __future__ import annotations

from collections.abc import Sequence

from .. import names
from ..admissionregistration_v1 import (
    AuditAnnotation,
    MatchCondition,
    MatchResources,
    MutatingAdmissionPolicy,
    MutatingAdmissionPolicyBinding,
    MutatingWebhook,
    MutatingWebhookConfiguration,
    NamedRuleWithOperations,
    ParamKind,
    ParamRef,
    RuleWithOperations,
    ValidatingAdmissionPolicy,
    ValidatingAdmissionPolicyBinding,
    ValidatingWebhook,
    ValidatingWebhookConfiguration,
)
from ..field_errors import SPEC, Errors, Path, duplicate, invalid_value, not_supported, required
from . import checks, meta, webhooks
from .rules import Rules

_FAILURE_POLICIES = ("Fail", "Ignore")
_MATCH_POLICIES = ("Equivalent", "Exact")
_SIDE_EFFECTS = ("None", "NoneOnDryRun")
_REINVOCATION = ("IfNeeded", "Never")
_OPERATIONS = ("*", "CONNECT", "CREATE", "DELETE", "UPDATE")
_SCOPES = ("*", "Cluster", "Namespaced")
_CONDITIONS_MAX = 64
_ANNOTATIONS_MAX = 20
_ACTIONS = ("Audit", "Deny", "Warn")
_NOT_FOUND_ACTIONS = ("Allow", "Deny")


def _webhooks(found: Sequence[ValidatingWebhook | MutatingWebhook]) -> Errors:
    seen: set[str] = set()
    for index, hook in enumerate(found):
        path = Path("webhooks").index(index)
        yield from _webhook(hook, path)
        versions = path.child("admissionReviewVersions")
        missing = "must specify one of v1, v1beta1"
        yield from webhooks.review_versions(hook.admission_review_versions, versions, missing)
        if hook.name in seen:
            yield duplicate(path.child("name"), hook.name)
        seen.add(hook.name)


def _webhook(hook: ValidatingWebhook | MutatingWebhook, path: Path) -> Errors:
    yield from _hook_name(hook.name, path.child("name"))
    for index, rule in enumerate(hook.rules):
        yield from _rule(rule, path.child("rules").index(index))
    if hook.failure_policy is not None:
        yield from checks.supported(path.child("failurePolicy"), hook.failure_policy, _FAILURE_POLICIES)
    if hook.match_policy is not None:
        yield from checks.supported(path.child("matchPolicy"), hook.match_policy, _MATCH_POLICIES)
    if hook.side_effects is None:
        yield required(path.child("sideEffects"), f"must specify one of {', '.join(_SIDE_EFFECTS)}")
    else:
        yield from checks.supported(path.child("sideEffects"), hook.side_effects, _SIDE_EFFECTS)
    seconds = hook.timeout_seconds
    if seconds is not None and not 1 <= seconds <= 30:
        message = "the timeout value must be between 1 and 30 seconds"
        yield invalid_value(path.child("timeoutSeconds"), seconds, message)
    if isinstance(hook, MutatingWebhook) and hook.reinvocation_policy is not None:
        yield from checks.supported(path.child("reinvocationPolicy"), hook.reinvocation_policy, _REINVOCATION)
    yield from meta.label_selector(hook.namespace_selector, path.child("namespaceSelector"))
    yield from meta.label_selector(hook.object_selector, path.child("objectSelector"))
    yield from webhooks.client_config(hook.client_config, path.child("clientConfig"))
    yield from _conditions(hook.match_conditions, path.child("matchConditions"))


def _hook_name(name: str, path: Path) -> Errors:
    if not name:
        yield required(path)
    elif messages := names.dns_subdomain(name):
        yield invalid_value(path, name, ",".join(messages))
    elif name.count(".") < 2:
        yield invalid_value(path, name, "should be a domain with at least three segments separated by dots")


def _rule(rule: RuleWithOperations | NamedRuleWithOperations, path: Path) -> Errors:
    yield from _wildcards(rule.operations, path.child("operations"), "operations")
    for index, operation in enumerate(rule.operations):
        yield from checks.supported(path.child("operations").index(index), operation, _OPERATIONS)
    yield from _wildcards(rule.api_groups, path.child("apiGroups"), "API groups")
    yield from _wildcards(rule.api_versions, path.child("apiVersions"), "API versions")
    for index, version in enumerate(rule.api_versions):
        if not version:
            yield required(path.child("apiVersions").index(index))
    yield from _resources(rule.resources, path.child("resources"))
    if rule.scope is not None:
        yield from checks.supported(path.child("scope"), rule.scope, _SCOPES)


def _wildcards(found: Sequence[str], path: Path, what: str) -> Errors:
    if not found:
        yield required(path)
    if len(found) > 1 and "*" in found:
        yield invalid_value(path, found, f"if '*' is present, must not specify other {what}")


def _resources(found: Sequence[str], path: Path) -> Errors:
    if not found:
        yield required(path)
    whole: set[str] = set()
    parts: set[str] = set()
    for index, text in enumerate(found):
        if not text:
            yield required(path.index(index))
            continue
        resource, slash, part = text.partition("/")
        if not slash:
            continue
        if resource in whole:
            yield invalid_value(path.index(index), text, f"if '{resource}/*' is present, must not specify {text}")
        if part in parts:
            yield invalid_value(path.index(index), text, f"if '*/{part}' is present, must not specify {text}")
        if part == "*":
            whole.add(resource)
        if resource == "*":
            parts.add(part)
    if len(found) > 1 and "*/*" in found:
        yield invalid_value(path, found, "if '*/*' is present, must not specify other resources")
    if "*" in found and any(text != "*" and "/" not in text for text in found):
        message = "if '*' is present, must not specify other resources without subresources"
        yield invalid_value(path, found, message)


def _conditions(found: Sequence[MatchCondition], path: Path) -> Errors:
    if len(found) > _CONDITIONS_MAX:
        yield invalid_value(path, len(found), f"must have at most {_CONDITIONS_MAX} items")
    seen: set[str] = set()
    for index, condition in enumerate(found):
        if not condition.expression.strip():
            yield required(path.index(index).child("expression"))
        yield from checks.named(path.index(index).child("name"), condition.name, names.qualified_name)
        if condition.name in seen:
            yield duplicate(path.index(index).child("name"), condition.name)
        seen.add(condition.name)


def _validating(found: ValidatingWebhookConfiguration) -> Errors:
    yield from _webhooks(found.webhooks)


def _mutating(found: MutatingWebhookConfiguration) -> Errors:
    yield from _webhooks(found.webhooks)


def _shared(found: ValidatingAdmissionPolicy | MutatingAdmissionPolicy) -> Errors:
    spec = found.spec
    if spec.failure_policy is None:
        yield required(SPEC.child("failurePolicy"))
    else:
        yield from checks.supported(SPEC.child("failurePolicy"), spec.failure_policy, _FAILURE_POLICIES)
    if spec.param_kind is not None:
        yield from _param_kind(spec.param_kind, SPEC.child("paramKind"))
    path = SPEC.child("matchConstraints")
    if spec.match_constraints is None:
        yield required(path)
    else:
        yield from _match(spec.match_constraints, path)
        if not spec.match_constraints.resource_rules:
            yield required(path.child("resourceRules"))
    yield from _conditions(spec.match_conditions, SPEC.child("matchConditions"))
    for index, variable in enumerate(spec.variables):
        place = SPEC.child("variables").index(index)
        yield from checks.named(place.child("name"), variable.name, names.c_identifier)
        if not variable.expression.strip():
            yield required(place.child("expression"), "expression is not specified")


def _param_kind(found: ParamKind, path: Path) -> Errors:
    place = path.child("apiVersion")
    group, _, version = found.api_version.rpartition("/")
    if not found.api_version:
        yield required(place)
    elif "/" in group:
        yield invalid_value(place, found.api_version, f"unexpected GroupVersion string: {found.api_version}")
    else:
        if group and (messages := names.dns_subdomain(group)):
            yield invalid_value(place, group, ",".join(messages))
        if not version:
            yield invalid_value(place, found.api_version, "version must be specified")
        elif messages := names.dns_1035_label(version):
            yield invalid_value(place, version, ",".join(messages))
    if not found.kind:
        yield required(path.child("kind"))
    elif messages := names.dns_1035_label(found.kind.lower()):
        message = f"may have mixed case, but should otherwise match: {','.join(messages)}"
        yield invalid_value(path.child("kind"), found.kind, message)


def _match(found: MatchResources, path: Path) -> Errors:
    if found.match_policy is None:
        yield required(path.child("matchPolicy"))
    else:
        yield from checks.supported(path.child("matchPolicy"), found.match_policy, _MATCH_POLICIES)
    for field, selector in (
        ("namespaceSelector", found.namespace_selector),
        ("objectSelector", found.object_selector),
    ):
        if selector is None:
            yield required(path.child(field))
        yield from meta.label_selector(selector, path.child(field))
    for field, rules in (
        ("resourceRules", found.resource_rules),
        ("excludeResourceRules", found.exclude_resource_rules),
    ):
        for index, rule in enumerate(rules):
            yield from _rule(rule, path.child(field).index(index))


def _validating_policy(found: ValidatingAdmissionPolicy) -> Errors:
    yield from _shared(found)
    spec = found.spec
    if not spec.validations and not spec.audit_annotations:
        message = "validations or auditAnnotations must contain at least one item"
        yield required(SPEC.child("validations"), message)
        yield required(SPEC.child("auditAnnotations"), message)
    for index, validation in enumerate(spec.validations):
        if not validation.expression.strip():
            place = SPEC.child("validations").index(index).child("expression")
            yield required(place, "expression is not specified")
    yield from _annotations(spec.audit_annotations, SPEC.child("auditAnnotations"))


def _annotations(found: Sequence[AuditAnnotation], path: Path) -> Errors:
    if len(found) > _ANNOTATIONS_MAX:
        yield invalid_value(path, found, f"must not have more than {_ANNOTATIONS_MAX} auditAnnotations")
    seen: set[str] = set()
    for index, annotation in enumerate(found):
        yield from checks.named(path.index(index).child("key"), annotation.key, names.qualified_name)
        if not annotation.value_expression.strip():
            yield required(path.index(index).child("valueExpression"), "valueExpression is not specified")
        if annotation.key in seen:
            yield duplicate(path.index(index).child("key"), annotation.key)
        seen.add(annotation.key)


def _mutating_policy(found: MutatingAdmissionPolicy) -> Errors:
    yield from _shared(found)
    if not found.spec.mutations:
        yield required(SPEC.child("mutations"), "mutations must contain at least one item")
    if not found.spec.reinvocation_policy:
        yield required(SPEC.child("reinvocationPolicy"))
    else:
        place = SPEC.child("reinvocationPolicy")
        yield from checks.supported(place, found.spec.reinvocation_policy, _REINVOCATION)


def _binding(found: ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding) -> Errors:
    spec = found.spec
    yield from checks.named(SPEC.child("policyName"), spec.policy_name, names.dns_subdomain)
    if spec.param_ref is not None:
        yield from _param_ref(spec.param_ref, SPEC.child("paramRef"))
    if spec.match_resources is not None:
        yield from _match(spec.match_resources, SPEC.child("matchResources"))


def _param_ref(found: ParamRef, path: Path) -> Errors:
    if found.name:
        yield from checks.follows(path.child("name"), found.name, names.path_segment)
        if found.selector is not None:
            yield invalid_value(path.child("name"), found.name, "name and selector are mutually exclusive")
    elif found.selector is None:
        yield required(path, "one of name or selector must be specified")
    action, place = found.parameter_not_found_action, path.child("parameterNotFoundAction")
    if action is None:
        yield required(place)
    else:
        yield from checks.supported(place, action, _NOT_FOUND_ACTIONS)


def _validating_binding(found: ValidatingAdmissionPolicyBinding) -> Errors:
    yield from _binding(found)
    actions, path = found.spec.validation_actions, SPEC.child("validationActions")
    if not actions:
        yield required(path)
    for index, action in enumerate(actions):
        if action not in _ACTIONS:
            yield not_supported(path.index(index), action, _ACTIONS)
        if action in actions[:index]:
            yield duplicate(path.index(index), action)
    if "Deny" in actions and "Warn" in actions:
        message = "must not contain both Deny and Warn (repeating the same validation failure information in the API"
        yield invalid_value(path, actions, f"{message} response and headers serves no purpose)")


CATALOG = {
    ValidatingWebhookConfiguration: Rules(create=_validating),
    MutatingWebhookConfiguration: Rules(create=_mutating),
    ValidatingAdmissionPolicy: Rules(create=_validating_policy),
    MutatingAdmissionPolicy: Rules(create=_mutating_policy),
    ValidatingAdmissionPolicyBinding: Rules(create=_validating_binding),
    MutatingAdmissionPolicyBinding: Rules(create=_binding),
}
