"""What webhooks and admission policies have in common: rules about operations and resources, and match conditions.

Source: pkg/apis/admissionregistration/validation. CEL expressions are checked for being there; whether they compile is
asked where they are run.
"""

from __future__ import annotations

from collections.abc import Sequence

from .. import names
from ..admissionregistration_v1 import MatchCondition, NamedRuleWithOperations, RuleWithOperations
from ..field_errors import Errors, Path, duplicate, invalid_value, required, too_many
from . import checks

FAILURE_POLICIES = ("Fail", "Ignore")
MATCH_POLICIES = ("Equivalent", "Exact")
REINVOCATION = ("IfNeeded", "Never")

_OPERATIONS = ("*", "CONNECT", "CREATE", "DELETE", "UPDATE")
_SCOPES = ("*", "Cluster", "Namespaced")
_CONDITIONS_MAX = 64


def rule(found: RuleWithOperations | NamedRuleWithOperations, path: Path) -> Errors:
    """Operations on resources."""
    yield from _wildcards(found.operations, path.child("operations"), "operations")
    for index, operation in enumerate(found.operations):
        yield from checks.supported(path.child("operations").index(index), operation, _OPERATIONS)
    yield from _wildcards(found.api_groups, path.child("apiGroups"), "API groups")
    yield from _wildcards(found.api_versions, path.child("apiVersions"), "API versions")
    for index, version in enumerate(found.api_versions):
        if not version:
            yield required(path.child("apiVersions").index(index))
    yield from _resources(found.resources, path.child("resources"))
    if found.scope is not None:
        yield from checks.supported(path.child("scope"), found.scope, _SCOPES)


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
    last_is_resource = False
    for index, text in enumerate(found):
        if not text:
            yield required(path.index(index))
            continue
        resource, slash, part = text.partition("/")
        if not slash:
            last_is_resource = text != "*"
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
    if "*" in found and last_is_resource:
        message = "if '*' is present, must not specify other resources without subresources"
        yield invalid_value(path, found, message)


def conditions(found: Sequence[MatchCondition], path: Path) -> Errors:
    """Match conditions: few enough, each with a name of its own and an expression."""
    if len(found) > _CONDITIONS_MAX:
        yield too_many(path, len(found), _CONDITIONS_MAX)
    seen: set[str] = set()
    for index, condition in enumerate(found):
        if not condition.expression.strip():
            yield required(path.index(index).child("expression"))
        yield from checks.named(path.index(index).child("name"), condition.name, names.qualified_name)
        if condition.name and condition.name in seen:
            yield duplicate(path.index(index).child("name"), condition.name)
        seen.add(condition.name)
