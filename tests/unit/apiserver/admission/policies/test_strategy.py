"""Expressions that do not compile are told when the policy comes."""

from __future__ import annotations

from typing import Any

import pytest

from pykube.api import admissionregistration_v1 as v1
from pykube.api import codec
from pykube.apiserver.admission.policies import strategy

from .scenes import applying, mutating, patching, policy

HOOK = {"name": "a.b.c", "matchConditions": [{"name": "c", "expression": "request.nothing"}]}


def wrong(cls: type[Any], doc: dict[str, Any]) -> list[str]:
    return [str(error) for error in strategy.expressions(codec.from_dict(cls, doc))]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (policy("object.x > 1", "1 + 1 == 2"), []),
        (
            policy("object."),
            ['spec.validations[0].expression: Invalid value: "object.": BROKEN:1:8: Syntax'],
        ),
        (
            policy("1 + 1"),
            ['spec.validations[0].expression: Invalid value: "1 + 1": must evaluate to bool but got int'],
        ),
        (
            policy({"expression": "true", "messageExpression": "authorizer"}),
            ['spec.validations[0].messageExpression: Invalid value: "authorizer": BROKEN:1:1'],
        ),
        (
            policy({"expression": "true", "messageExpression": "1"}),
            ['spec.validations[0].messageExpression: Invalid value: "1": must evaluate to string but got int'],
        ),
        (
            policy("params.x == 1"),
            [
                'spec.validations[0].expression: Invalid value: "params.x == 1": BROKEN:1:1:'
                " undeclared reference to 'params' (in container '')"
            ],
        ),
        (policy("params.x == 1", paramKind={"apiVersion": "v1", "kind": "ConfigMap"}), []),
        (
            policy("variables.a && variables.b", variables=[{"name": "a", "expression": "true"}]),
            [
                'spec.validations[0].expression: Invalid value: "variables.a && variables.b": BROKEN'
                ":1:25: undefined field 'b'"
            ],
        ),
        (
            policy(
                "true",
                variables=[{"name": "a", "expression": "variables.b"}, {"name": "b", "expression": "1"}],
            ),
            ['spec.variables[0].expression: Invalid value: "variables.b": compilation failed: ERROR: <input>:1:'],
        ),
        (
            policy("true", matchConditions=[{"name": "c", "expression": "'x'"}]),
            ["spec.matchConditions[0].expression: Invalid value: \"'x'\": must evaluate to bool but got string"],
        ),
        (
            policy("true", auditAnnotations=[{"key": "k", "valueExpression": "true"}]),
            [
                'spec.auditAnnotations[0].valueExpression: Invalid value: "true": must evaluate to one of [string '
                "null_type] but got bool"
            ],
        ),
        (policy("true", auditAnnotations=[{"key": "k", "valueExpression": "null"}]), []),
    ],
)
def test_validating(found: dict[str, Any], expected: list[str]) -> None:
    errors = wrong(v1.ValidatingAdmissionPolicy, found)
    assert len(errors) == len(expected), errors
    for one, start in zip(errors, expected, strict=True):
        assert one.startswith(start.replace("BROKEN", "compilation failed: ERROR: <input>")), one


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (mutating(applying("Object{spec: Object.spec{a: 1}}")), []),
        (mutating(patching('[JSONPatch{op: "test", path: "/spec", value: 1}]')), []),
        (
            mutating(applying("1")),
            ['spec.mutations[0].applyConfiguration.expression: Invalid value: "1": must evaluate to Object but'],
        ),
        (
            mutating(patching("{}")),
            [
                'spec.mutations[0].jsonPatch.expression: Invalid value: "{}": must evaluate to list(JSONPatch) but got '
                "map(dyn, dyn)"
            ],
        ),
        (
            mutating(patching('[JSONPatch{op: 1, path: "/spec"}]')),
            [
                'spec.mutations[0].jsonPatch.expression: Invalid value: "[JSONPatch{op: 1, path: \\"/spec\\"}]": '
                "compilation failed: ERROR: <input>:1:14: expected type of field 'op' is 'string' but provided type is "
                "'int'"
            ],
        ),
    ],
)
def test_mutating(found: dict[str, Any], expected: list[str]) -> None:
    errors = wrong(v1.MutatingAdmissionPolicy, found)
    assert len(errors) == len(expected), errors
    for one, start in zip(errors, expected, strict=True):
        assert one.startswith(start.replace("BROKEN", "compilation failed: ERROR: <input>")), one


def test_webhooks() -> None:
    found = codec.from_dict(v1.ValidatingWebhookConfiguration, {"webhooks": [HOOK]})
    [error] = strategy.hook_conditions(found)
    assert error.path == "webhooks[0].matchConditions[0].expression"
    assert "undefined field 'nothing'" in str(error)
