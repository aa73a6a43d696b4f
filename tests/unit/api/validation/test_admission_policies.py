"""Admission policies and their bindings."""

from __future__ import annotations

from typing import Any

import pytest

from .documents import build, created, status_updated, updated

GROUP = "admissionregistration.k8s.io/v1"
POLICY, BINDING = "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"
MUTATING, MUTATING_BINDING = "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"
RULE = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}


def spec(**change: Any) -> dict[str, Any]:
    return {"spec": change}


def validation(**change: Any) -> dict[str, Any]:
    return spec(validations=[{"expression": "true", **change}])


def rule(**change: Any) -> dict[str, Any]:
    return spec(matchConstraints={"resourceRules": [{**RULE, **change}]})


def annotation(**change: Any) -> dict[str, Any]:
    return spec(auditAnnotations=[{"key": "k", "valueExpression": "'v'", **change}])


def mutation(**change: Any) -> dict[str, Any]:
    return spec(mutations=[change])


def reference(**change: Any) -> dict[str, Any]:
    return spec(paramRef={"parameterNotFoundAction": "Deny", **change})


NEITHER = "Required value: validations or auditAnnotations must contain at least one item"
BOTH = "Forbidden: name and selector are mutually exclusive"


@pytest.mark.parametrize(
    ("kind", "change", "expected"),
    [
        (POLICY, spec(validations=None), [f"spec.validations: {NEITHER}", f"spec.auditAnnotations: {NEITHER}"]),
        (POLICY, spec(matchConstraints=None), ["spec.matchConstraints: Required value"]),
        (
            POLICY,
            spec(matchConstraints={"resourceRules": None}),
            ["spec.matchConstraints.resourceRules: Required value"],
        ),
        (
            POLICY,
            rule(operations=["MAKE"]),
            [
                'spec.matchConstraints.resourceRules[0].operations[0]: Unsupported value: "MAKE": '
                'supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"'
            ],
        ),
        (
            POLICY,
            rule(resourceNames=["a", "b/c", "a"]),
            [
                "spec.matchConstraints.resourceRules[0].resourceNames[1]: Invalid value: \"b/c\": may not contain '/'",
                'spec.matchConstraints.resourceRules[0].resourceNames[2]: Duplicate value: "a"',
            ],
        ),
        (
            POLICY,
            validation(message=" "),
            ['spec.validations[0].message: Invalid value: " ": must be non-empty if specified'],
        ),
        (
            POLICY,
            validation(message="a\nb"),
            ['spec.validations[0].message: Invalid value: "a\\nb": must not contain line breaks'],
        ),
        (
            POLICY,
            validation(messageExpression="  "),
            ['spec.validations[0].messageExpression: Invalid value: "  ": must be non-empty if specified'],
        ),
        (
            POLICY,
            validation(reason="Gone"),
            [
                'spec.validations[0].reason: Unsupported value: "Gone": supported values: "Forbidden", "Invalid", '
                '"RequestEntityTooLarge"'
            ],
        ),
        (POLICY, validation(expression=" "), ["spec.validations[0].expression: Required value: expression is not spe"]),
        (
            POLICY,
            spec(variables=[{"name": "for", "expression": "1"}]),
            ['spec.variables[0].name: Invalid value: "for": must be a valid CEL identifier'],
        ),
        (
            POLICY,
            spec(variables=[{"name": "", "expression": ""}]),
            [
                "spec.variables[0].name: Required value: name is not specified",
                "spec.variables[0].expression: Required value: expression is not specified",
            ],
        ),
        (
            POLICY,
            spec(paramKind={"apiVersion": "a/b/c", "kind": "X_"}),
            [
                'spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
                'spec.paramKind.kind: Invalid value: "X_": may have mixed case, but should otherwise match: a DNS-1035',
            ],
        ),
        (POLICY, spec(paramKind={}), ["spec.paramKind.apiVersion: Required value", "spec.paramKind.kind: Required"]),
        (
            POLICY,
            spec(matchConditions=[{"name": f"c{n}", "expression": "true"} for n in range(65)]),
            ["spec.matchConditions: Too many: 65: must have at most 64 items"],
        ),
        (
            POLICY,
            annotation(key="a/b"),
            ['spec.auditAnnotations[0].key: Invalid value: "x/a/b": a valid label key must consist of'],
        ),
        (
            POLICY,
            annotation(valueExpression="'" + "v" * 5120 + "'"),
            ["spec.auditAnnotations[0].valueExpression: Required value: must not exceed 5120 bytes in length"],
        ),
        (
            MUTATING,
            rule(operations=["DELETE"]),
            [
                'spec.matchConstraints.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", '
                '"CONNECT", "CREATE", "UPDATE"'
            ],
        ),
        (MUTATING, spec(mutations=[]), ["spec.mutations: Required value: mutations must contain at least one item"]),
        (MUTATING, spec(reinvocationPolicy=None), ["spec.reinvocationPolicy: Required value"]),
        (MUTATING, mutation(), ["spec.mutations[0].patchType: Required value"]),
        (
            MUTATING,
            mutation(patchType="Merge"),
            [
                'spec.mutations[0].patchType: Unsupported value: "Merge": supported values: "ApplyConfiguration", '
                '"JSONPatch"'
            ],
        ),
        (
            MUTATING,
            mutation(patchType="ApplyConfiguration", jsonPatch={"expression": "[]"}),
            [
                "spec.mutations[0].applyConfiguration: Required value: must be specified when patchType is ApplyConfig",
                'spec.mutations[0].jsonPatch: Invalid value: "{jsonPatch}": must not be specified when patchType is '
                "ApplyConfiguration",
            ],
        ),
        (
            MUTATING,
            mutation(patchType="JSONPatch", jsonPatch={"expression": " "}),
            ["spec.mutations[0].jsonPatch.expression: Required value"],
        ),
        (BINDING, spec(policyName=""), ["spec.policyName: Required value"]),
        (
            BINDING,
            spec(validationActions=["Deny", "Warn"]),
            ['spec.validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn (repeating'],
        ),
        (
            BINDING,
            spec(validationActions=[]),
            ["spec.validationActions: Required value: at least one validation action is required"],
        ),
        (
            BINDING,
            spec(validationActions=["Audit", "Audit"]),
            ['spec.validationActions[1]: Duplicate value: "Audit"'],
        ),
        (BINDING, reference(), ["spec.paramRef: Required value: one of name or selector must be specified"]),
        (
            BINDING,
            reference(name="a", selector={}),
            [f"spec.paramRef.name: {BOTH}", f"spec.paramRef.selector: {BOTH}"],
        ),
        (
            BINDING,
            reference(name="a", parameterNotFoundAction="Shrug"),
            [
                'spec.paramRef.parameterNotFoundAction: Unsupported value: "Shrug": supported values: "Deny", "Allow"',
            ],
        ),
        (
            BINDING,
            reference(name="a", parameterNotFoundAction=None),
            ["spec.paramRef.parameterNotFoundAction: Required value"],
        ),
        (
            MUTATING_BINDING,
            spec(matchResources={"resourceRules": [{**RULE, "operations": ["DELETE"]}]}),
            ['spec.matchResources.resourceRules.operations: Unsupported value: "DELETE"'],
        ),
    ],
)
def test_what_is_wrong(kind: str, change: dict[str, Any], expected: list[str]) -> None:
    found = created(build(kind, change, api_version=GROUP))
    assert len(found) == len(expected), found
    for one, start in zip(found, expected, strict=True):
        assert one.startswith(start), one


@pytest.mark.parametrize("kind", [POLICY, BINDING, MUTATING, MUTATING_BINDING])
def test_what_is_right(kind: str) -> None:
    obj = build(kind, api_version=GROUP)
    assert created(obj) == []
    assert updated(obj, obj) == []


def test_the_status() -> None:
    def changed(**warning: str) -> list[str]:
        status = {"status": {"typeChecking": {"expressionWarnings": [warning]}}}
        return status_updated(build(POLICY, status, api_version=GROUP), build(POLICY, api_version=GROUP))

    assert changed(fieldRef="spec.validations[0].expression", warning="w") == []
    path = "status.typeChecking.expressionWarnings[0]"
    assert changed() == [f"{path}.warning: Required value", f"{path}.fieldRef: Required value"]
    assert changed(fieldRef="spec[", warning="w")[0].startswith(f'{path}.fieldRef: Invalid value: "spec[": invalid')


def test_defaults() -> None:
    found = build(POLICY, api_version=GROUP).spec
    assert found.failure_policy == "Fail"
    constraints = found.match_constraints
    assert constraints.match_policy == "Equivalent"
    assert constraints.namespace_selector is not None
    assert constraints.object_selector is not None
    assert constraints.resource_rules[0].scope == "*"
