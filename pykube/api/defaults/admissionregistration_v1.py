"""Defaults of webhooks and admission policies."""

from __future__ import annotations

from .. import admissionregistration_v1 as v1
from ..meta_v1 import LabelSelector

_TIMEOUT_SECONDS = 10
_HTTPS = 443


def _webhook(hook: v1.ValidatingWebhook | v1.MutatingWebhook) -> None:
    if hook.failure_policy is None:
        hook.failure_policy = "Fail"
    if hook.match_policy is None:
        hook.match_policy = "Equivalent"
    if hook.namespace_selector is None:
        hook.namespace_selector = LabelSelector()
    if hook.object_selector is None:
        hook.object_selector = LabelSelector()
    if hook.timeout_seconds is None:
        hook.timeout_seconds = _TIMEOUT_SECONDS
    for rule in hook.rules:
        if rule.scope is None:
            rule.scope = "*"
    service = hook.client_config.service
    if service is not None and service.port is None:
        service.port = _HTTPS


def _validating(found: v1.ValidatingWebhookConfiguration) -> None:
    for hook in found.webhooks:
        _webhook(hook)


def _mutating(found: v1.MutatingWebhookConfiguration) -> None:
    for hook in found.webhooks:
        _webhook(hook)
        if hook.reinvocation_policy is None:
            hook.reinvocation_policy = "Never"


def _policy(found: v1.ValidatingAdmissionPolicy | v1.MutatingAdmissionPolicy) -> None:
    if found.spec.failure_policy is None:
        found.spec.failure_policy = "Fail"
    _match(found.spec.match_constraints)


def _binding(found: v1.ValidatingAdmissionPolicyBinding | v1.MutatingAdmissionPolicyBinding) -> None:
    _match(found.spec.match_resources)


def _match(found: v1.MatchResources | None) -> None:
    if found is None:
        return
    if found.match_policy is None:
        found.match_policy = "Equivalent"
    if found.namespace_selector is None:
        found.namespace_selector = LabelSelector()
    if found.object_selector is None:
        found.object_selector = LabelSelector()
    for rule in (*found.resource_rules, *found.exclude_resource_rules):
        if rule.scope is None:
            rule.scope = "*"


TABLE = {
    v1.ValidatingWebhookConfiguration: _validating,
    v1.MutatingWebhookConfiguration: _mutating,
    v1.ValidatingAdmissionPolicy: _policy,
    v1.MutatingAdmissionPolicy: _policy,
    v1.ValidatingAdmissionPolicyBinding: _binding,
    v1.MutatingAdmissionPolicyBinding: _binding,
}
