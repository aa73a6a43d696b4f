"""Metadata: what all kinds have in common."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pykube.api import names, validation
from pykube.api.field_errors import Path
from pykube.api.meta_v1 import Condition, LabelSelector, LabelSelectorRequirement
from pykube.api.validation import meta

from .documents import build, created, updated

OWNER = {"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "u"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"name": "A_b"}, f'metadata.name: Invalid value: "A_b": {names.dns_subdomain("A_b")[0]}'),
        ({"labels": {"-a": "b"}}, f'metadata.labels: Invalid value: "-a": {names.qualified_name("-a")[0]}'),
        ({"labels": {"a": "b c"}}, f'metadata.labels: Invalid value: "b c": {names.label_value("b c")[0]}'),
        ({"annotations": {"a b": ""}}, f'metadata.annotations: Invalid value: "a b": {names.qualified_name("a b")[0]}'),
        ({"annotations": {"a": "x" * 262144}}, "metadata.annotations: Too long: may not be more than 262144 bytes"),
        (
            {"ownerReferences": [{**OWNER, "uid": ""}]},
            'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
        ),
        (
            {"ownerReferences": [{**OWNER, "apiVersion": ""}]},
            'metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty',
        ),
        ({"finalizers": ["a b"]}, f'metadata.finalizers: Invalid value: "a b": {names.qualified_name("a b")[0]}'),
        (
            {"finalizers": ["orphan", "foregroundDeletion"]},
            'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]:'
            " finalizer orphan and foregroundDeletion cannot be both set",
        ),
        ({"generation": -1}, "metadata.generation: Invalid value: -1: must be greater than or equal to 0"),
        (
            {"managedFields": [{"operation": "x", "manager": "m"}]},
            'metadata.managedFields[0].operation: Invalid value: "x": must be `Apply` or `Update`',
        ),
    ],
)
def test_new_objects(change: dict[str, Any], expected: str) -> None:
    assert created(build("ConfigMap", {"metadata": change})) == [expected]


def test_annotation_keys_may_be_upper_case() -> None:
    assert created(build("ConfigMap", {"metadata": {"annotations": {"Example.COM/Key": "v"}}})) == []


def test_one_controller_only() -> None:
    owners = [{**OWNER, "controller": True}, {**OWNER, "uid": "v", "name": "q", "controller": True}]
    (message,) = created(build("ConfigMap", {"metadata": {"ownerReferences": owners}}))
    assert message.endswith(
        'Only one reference can have Controller set to true. Found "true" in references for Pod/p and Pod/q'
    )


def test_a_prefix_is_checked_as_a_name_would_be() -> None:
    assert created(build("ConfigMap", {"metadata": {"generateName": "a-"}})) == []
    assert len(created(build("ConfigMap", {"metadata": {"generateName": "AB-"}}))) == 1


def test_updates() -> None:
    old = build("ConfigMap", {"metadata": {"generation": 2, "finalizers": ["a.io/x"]}})
    old.metadata.deletion_timestamp = datetime(2026, 1, 1, tzinfo=UTC)
    new = build("ConfigMap", {"metadata": {"generation": 1, "resourceVersion": None, "finalizers": ["a.io/y"]}})
    assert updated(new, old) == [
        "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted,"
        ' found new finalizers []string{"a.io/y"}',
        'metadata.resourceVersion: Invalid value: "": must be specified for an update',
        "metadata.generation: Invalid value: 1: must not be decremented",
        "metadata.deletionTimestamp: Invalid value: null: field is immutable",
    ]


def test_label_selectors() -> None:
    selector = LabelSelector(
        match_labels={"a": "b"},
        match_expressions=[
            LabelSelectorRequirement(key="a", operator="In"),
            LabelSelectorRequirement(key="a", operator="Exists", values=["x"]),
            LabelSelectorRequirement(key="a", operator="Is"),
        ],
    )
    assert [str(error) for error in meta.label_selector(selector, Path("s"))] == [
        "s.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
        "s.matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
        's.matchExpressions[2].operator: Invalid value: "Is": not a valid selector operator',
    ]


def test_conditions() -> None:
    good = Condition(type="Ready", status="True", reason="Fine", last_transition_time=datetime(2026, 1, 1, tzinfo=UTC))
    assert list(meta.conditions([good], Path("c"))) == []
    found = [str(error) for error in meta.conditions([good, Condition(type="Ready", status="Yes")], Path("c"))]
    assert found == [
        'c[1].type: Duplicate value: "Ready"',
        'c[1].status: Unsupported value: "Yes": supported values: "False", "True", "Unknown"',
        "c[1].lastTransitionTime: Required value",
        "c[1].reason: Required value",
    ]


def test_validation_modifies_nothing() -> None:
    new, old = build("Deployment", api_version="apps/v1"), build("Deployment", api_version="apps/v1")
    validation.validate_update(new, old)
    assert new == old
