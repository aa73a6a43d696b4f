"""Rules of admission policies and their bindings. Source: pkg/apis/admissionregistration/validation.

CEL expressions are checked for being there; whether they compile is asked by the API server, which has the compiler.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .. import jsonpath, names
from ..admissionregistration_v1 import (
    AuditAnnotation,
    MatchResources,
    MutatingAdmissionPolicy,
    MutatingAdmissionPolicyBinding,
    Mutation,
    NamedRuleWithOperations,
    ParamKind,
    ParamRef,
    ValidatingAdmissionPolicy,
    ValidatingAdmissionPolicyBinding,
    Validation,
    Variable,
)
from ..field_errors import (
    SPEC,
    STATUS,
    Errors,
    Path,
    duplicate,
    forbidden,
    invalid_value,
    not_supported,
    required,
)
from . import admission_rules, checks, meta

_ANNOTATIONS_MAX = 20
_ANNOTATION_EXPRESSION_MAX = 5 * 1024
"""Bytes of the expression of an audit annotation."""
_REASONS = ("Forbidden", "Invalid", "RequestEntityTooLarge")
_ACTIONS = ("Audit", "Deny", "Warn")
_NOT_FOUND_ACTIONS = ("Deny", "Allow")
_PATCH_TYPES = ("ApplyConfiguration", "JSONPatch")
_MUTATING_OPERATIONS = ("*", "CONNECT", "CREATE", "UPDATE")
_IDENTIFIER = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_RESERVED = re.compile(
    "true|false|null|in|as|break|const|continue|else|for|function|if|import|let|loop|package|namespace|return|var|void|"
    "while"
)
"""Words that CEL keeps for itself."""
_NEITHER = "validations or auditAnnotations must contain at least one item"
_EXCLUSIVE = "name and selector are mutually exclusive"
_DENY_AND_WARN = (
    "must not contain both Deny and Warn (repeating the same validation failure information in the API response and "
    "headers serves no purpose)"
)

Policy = ValidatingAdmissionPolicy | MutatingAdmissionPolicy
Binding = ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding


def validating_policy(found: ValidatingAdmissionPolicy) -> Errors:
    """A new ValidatingAdmissionPolicy."""
    yield from _shared(found)
    spec = found.spec
    if not spec.validations and not spec.audit_annotations:
        yield required(SPEC.child("validations"), _NEITHER)
        yield required(SPEC.child("auditAnnotations"), _NEITHER)
    for index, validation in enumerate(spec.validations):
        yield from _validation(validation, SPEC.child("validations").index(index))
    yield from _annotations(found.metadata.name, spec.audit_annotations, SPEC.child("auditAnnotations"))


def mutating_policy(found: MutatingAdmissionPolicy) -> Errors:
    """A new MutatingAdmissionPolicy."""
    yield from _shared(found)
    spec = found.spec
    if spec.match_constraints is not None:
        yield from _mutating_operations(spec.match_constraints, SPEC.child("matchConstraints"))
    if not spec.mutations:
        yield required(SPEC.child("mutations"), "mutations must contain at least one item")
    for index, mutation in enumerate(spec.mutations):
        yield from _mutation(mutation, SPEC.child("mutations").index(index))
    place = SPEC.child("reinvocationPolicy")
    if not spec.reinvocation_policy:
        yield required(place)
    else:
        yield from checks.supported(place, spec.reinvocation_policy, admission_rules.REINVOCATION)


def validating_binding(found: ValidatingAdmissionPolicyBinding) -> Errors:
    """A new ValidatingAdmissionPolicyBinding."""
    yield from _binding(found)
    actions, path = found.spec.validation_actions, SPEC.child("validationActions")
    for index, action in enumerate(actions):
        yield from checks.supported(path.index(index), action, _ACTIONS)
        if action in actions[:index]:
            yield duplicate(path.index(index), action)
    if "Deny" in actions and "Warn" in actions:
        yield invalid_value(path, actions, _DENY_AND_WARN)
    if not actions:
        yield required(path, "at least one validation action is required")


def mutating_binding(found: MutatingAdmissionPolicyBinding) -> Errors:
    """A new MutatingAdmissionPolicyBinding."""
    yield from _binding(found)
    if found.spec.match_resources is not None:
        yield from _mutating_operations(found.spec.match_resources, SPEC.child("matchResources"))


def validating_policy_status(new: ValidatingAdmissionPolicy, old: ValidatingAdmissionPolicy) -> Errors:
    """A changed status of a ValidatingAdmissionPolicy."""
    checking = new.status.type_checking
    path = STATUS.child("typeChecking").child("expressionWarnings")
    for index, warning in enumerate(checking.expression_warnings if checking is not None else ()):
        if not warning.warning:
            yield required(path.index(index).child("warning"))
        yield from _field_ref(warning.field_ref.strip(), path.index(index).child("fieldRef"))
    yield from meta.conditions(new.status.conditions, STATUS.child("conditions"))


def _field_ref(found: str, path: Path) -> Errors:
    if not found:
        yield required(path)
        return
    try:
        jsonpath.Template(jsonpath.relaxed(found))
    except jsonpath.JsonPathError as error:
        yield invalid_value(path, found, f"invalid JSONPath: {error}")


def _shared(found: Policy) -> Errors:
    spec = found.spec
    if spec.failure_policy is None:
        yield required(SPEC.child("failurePolicy"))
    else:
        place = SPEC.child("failurePolicy")
        yield from checks.supported(place, spec.failure_policy, admission_rules.FAILURE_POLICIES)
    if spec.param_kind is not None:
        yield from _param_kind(spec.param_kind, SPEC.child("paramKind"))
    path = SPEC.child("matchConstraints")
    if spec.match_constraints is None:
        yield required(path)
    else:
        yield from _match(spec.match_constraints, path)
        if not spec.match_constraints.resource_rules:
            yield required(path.child("resourceRules"))
    yield from admission_rules.conditions(spec.match_conditions, SPEC.child("matchConditions"))
    for index, variable in enumerate(spec.variables):
        yield from _variable(variable, SPEC.child("variables").index(index))


def _variable(found: Variable, path: Path) -> Errors:
    if not found.name.strip():
        yield required(path.child("name"), "name is not specified")
    elif not _IDENTIFIER.fullmatch(found.name) or _RESERVED.fullmatch(found.name):
        yield invalid_value(path.child("name"), found.name, "must be a valid CEL identifier")
    if not found.expression.strip():
        yield required(path.child("expression"), "expression is not specified")


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
        place = path.child("matchPolicy")
        yield from checks.supported(place, found.match_policy, admission_rules.MATCH_POLICIES)
    for name, selector in (("namespaceSelector", found.namespace_selector), ("objectSelector", found.object_selector)):
        if selector is None:
            yield required(path.child(name))
        yield from meta.label_selector(selector, path.child(name))
    for name, rules in (
        ("resourceRules", found.resource_rules),
        ("excludeResourceRules", found.exclude_resource_rules),
    ):
        for index, rule in enumerate(rules):
            yield from _named_rule(rule, path.child(name).index(index))


def _named_rule(found: NamedRuleWithOperations, path: Path) -> Errors:
    for index, name in enumerate(found.resource_names):
        place = path.child("resourceNames").index(index)
        yield from checks.follows(place, name, names.path_segment)
        if name in found.resource_names[:index]:
            yield duplicate(place, name)
    yield from admission_rules.rule(found, path)


def _mutating_operations(found: MatchResources, path: Path) -> Errors:
    """Nothing can be changed about what is deleted."""
    place = path.child("resourceRules").child("operations")
    for rule in found.resource_rules:
        for operation in rule.operations:
            yield from checks.supported(place, operation, _MUTATING_OPERATIONS)


def _validation(found: Validation, path: Path) -> Errors:
    if not found.expression.strip():
        yield required(path.child("expression"), "expression is not specified")
    if found.message_expression and not found.message_expression.strip():
        place = path.child("messageExpression")
        yield invalid_value(place, found.message_expression, "must be non-empty if specified")
    message = found.message.strip()
    if found.message and not message:
        yield invalid_value(path.child("message"), found.message, "must be non-empty if specified")
    elif "\n" in message or "\r" in message:
        yield invalid_value(path.child("message"), found.message, "must not contain line breaks")
    if found.reason is not None:
        yield from checks.supported(path.child("reason"), found.reason, _REASONS)


def _annotations(policy: str, found: Sequence[AuditAnnotation], path: Path) -> Errors:
    if len(found) > _ANNOTATIONS_MAX:
        yield invalid_value(path, found, f"must not have more than {_ANNOTATIONS_MAX} auditAnnotations")
    seen: set[str] = set()
    for index, annotation in enumerate(found):
        place = path.index(index)
        yield from _annotation(policy, annotation, place)
        if annotation.key in seen:
            yield duplicate(place.child("key"), annotation.key)
        seen.add(annotation.key)


def _annotation(policy: str, found: AuditAnnotation, path: Path) -> Errors:
    if policy:
        yield from checks.follows(path.child("key"), f"{policy}/{found.key}", names.qualified_name)
    else:
        yield invalid_value(path.child("key"), found.key, "requires metadata.name be non-empty")
    place, expression = path.child("valueExpression"), found.value_expression.strip()
    if not expression:
        yield required(place, "valueExpression is not specified")
    elif len(expression.encode()) > _ANNOTATION_EXPRESSION_MAX:
        yield required(place, f"must not exceed {_ANNOTATION_EXPRESSION_MAX} bytes in length")


def _mutation(found: Mutation, path: Path) -> Errors:
    place = path.child("patchType")
    if not found.patch_type:
        yield required(place)
        return
    if found.patch_type not in _PATCH_TYPES:
        yield not_supported(place, found.patch_type, _PATCH_TYPES)
        return
    for patch_type, name, form in (
        ("ApplyConfiguration", "applyConfiguration", found.apply_configuration),
        ("JSONPatch", "jsonPatch", found.json_patch),
    ):
        if patch_type != found.patch_type:
            if form is not None:
                message = f"must not be specified when patchType is {found.patch_type}"
                yield invalid_value(path.child(name), f"{{{name}}}", message)
        elif form is None:
            yield required(path.child(name), f"must be specified when patchType is {found.patch_type}")
        elif not form.expression.strip():
            yield required(path.child(name).child("expression"))


def _binding(found: Binding) -> Errors:
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
        if found.name:
            yield forbidden(path.child("name"), _EXCLUSIVE)
        yield from meta.label_selector(found.selector, path.child("selector"))
        if found.name:
            yield forbidden(path.child("selector"), _EXCLUSIVE)
    elif not found.name:
        yield required(path, "one of name or selector must be specified")
    place = path.child("parameterNotFoundAction")
    yield from checks.required_supported(place, found.parameter_not_found_action or "", _NOT_FOUND_ACTIONS)
