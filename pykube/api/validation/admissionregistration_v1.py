"""Rules of webhooks, and where those of admission policies are. Source: pkg/apis/admissionregistration/validation.

CEL expressions are checked for being there; whether they compile is asked by the API server, which has the compiler.
"""

from __future__ import annotations

from collections.abc import Sequence

from .. import names
from ..admissionregistration_v1 import (
    MutatingAdmissionPolicy,
    MutatingAdmissionPolicyBinding,
    MutatingWebhook,
    MutatingWebhookConfiguration,
    ValidatingAdmissionPolicy,
    ValidatingAdmissionPolicyBinding,
    ValidatingWebhook,
    ValidatingWebhookConfiguration,
)
from ..field_errors import Errors, Path, duplicate, invalid_value, required
from . import admission_policies, admission_rules, checks, meta, webhooks
from .rules import Rules

_SIDE_EFFECTS = ("None", "NoneOnDryRun")


def _webhooks(found: Sequence[ValidatingWebhook | MutatingWebhook]) -> Errors:
    seen: set[str] = set()
    for index, hook in enumerate(found):
        path = Path("webhooks").index(index)
        yield from _webhook(hook, path)
        versions = path.child("admissionReviewVersions")
        missing = "must specify one of v1, v1beta1"
        yield from webhooks.review_versions(hook.admission_review_versions, versions, missing)
        if hook.name and hook.name in seen:
            yield duplicate(path.child("name"), hook.name)
        seen.add(hook.name)


def _webhook(hook: ValidatingWebhook | MutatingWebhook, path: Path) -> Errors:
    yield from _hook_name(hook.name, path.child("name"))
    for index, rule in enumerate(hook.rules):
        yield from admission_rules.rule(rule, path.child("rules").index(index))
    if hook.failure_policy is not None:
        place = path.child("failurePolicy")
        yield from checks.supported(place, hook.failure_policy, admission_rules.FAILURE_POLICIES)
    if hook.match_policy is not None:
        yield from checks.supported(path.child("matchPolicy"), hook.match_policy, admission_rules.MATCH_POLICIES)
    if hook.side_effects is None:
        yield required(path.child("sideEffects"), f"must specify one of {', '.join(_SIDE_EFFECTS)}")
    else:
        yield from checks.supported(path.child("sideEffects"), hook.side_effects, _SIDE_EFFECTS)
    seconds = hook.timeout_seconds
    if seconds is not None and not 1 <= seconds <= 30:
        message = "the timeout value must be between 1 and 30 seconds"
        yield invalid_value(path.child("timeoutSeconds"), seconds, message)
    yield from meta.label_selector(hook.namespace_selector, path.child("namespaceSelector"))
    yield from meta.label_selector(hook.object_selector, path.child("objectSelector"))
    if isinstance(hook, MutatingWebhook) and hook.reinvocation_policy is not None:
        place = path.child("reinvocationPolicy")
        yield from checks.supported(place, hook.reinvocation_policy, admission_rules.REINVOCATION)
    yield from webhooks.client_config(hook.client_config, path.child("clientConfig"))
    yield from admission_rules.conditions(hook.match_conditions, path.child("matchConditions"))


def _hook_name(name: str, path: Path) -> Errors:
    if not name:
        yield required(path)
    elif messages := names.dns_subdomain(name):
        yield invalid_value(path, name, ",".join(messages))
    elif name.count(".") < 2:
        yield invalid_value(path, name, "should be a domain with at least three segments separated by dots")


def _configuration(found: ValidatingWebhookConfiguration | MutatingWebhookConfiguration) -> Errors:
    yield from _webhooks(found.webhooks)


CATALOG = {
    ValidatingWebhookConfiguration: Rules(create=_configuration),
    MutatingWebhookConfiguration: Rules(create=_configuration),
    ValidatingAdmissionPolicy: Rules(
        create=admission_policies.validating_policy, status=admission_policies.validating_policy_status
    ),
    MutatingAdmissionPolicy: Rules(create=admission_policies.mutating_policy),
    ValidatingAdmissionPolicyBinding: Rules(create=admission_policies.validating_binding),
    MutatingAdmissionPolicyBinding: Rules(create=admission_policies.mutating_binding),
}
