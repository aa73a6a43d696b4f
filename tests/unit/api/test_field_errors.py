"""Findings read as the Kubernetes API's."""

from __future__ import annotations

from pykube.api import scheme
from pykube.api.apps_v1 import Deployment
from pykube.api.core_v1 import Pod
from pykube.api.field_errors import (
    SPEC,
    Path,
    duplicate,
    forbidden,
    invalid,
    invalid_value,
    not_found,
    not_supported,
    required,
    too_long,
    too_many,
)


def test_messages() -> None:
    path = SPEC.child("containers").index(0).child("name")
    assert str(required(path)) == "spec.containers[0].name: Required value"
    assert str(required(path, "why")) == "spec.containers[0].name: Required value: why"
    assert str(invalid_value(path, 'a"b', "bad")) == 'spec.containers[0].name: Invalid value: "a\\"b": bad'
    assert str(invalid_value(SPEC, -1, "bad")) == "spec: Invalid value: -1: bad"
    assert str(invalid_value(SPEC, None, "bad")) == "spec: Invalid value: null: bad"
    assert str(invalid_value(SPEC, {"a": [1]}, "bad")) == 'spec: Invalid value: {"a":[1]}: bad'
    assert str(duplicate(SPEC, True)) == "spec: Duplicate value: true"
    assert str(not_found(SPEC, "v")) == 'spec: Not found: "v"'
    assert str(forbidden(SPEC.key("k"), "no")) == "spec[k]: Forbidden: no"
    assert str(not_supported(SPEC, "x", ["a", "b"])) == 'spec: Unsupported value: "x": supported values: "a", "b"'
    assert str(too_long(SPEC, 63)) == "spec: Too long: may not be more than 63 bytes"
    assert str(too_many(SPEC, 3, 1)) == "spec: Too many: 3: must have at most 1 item"
    assert str(required(Path(""))) == "<nil>: Required value"


def test_one_or_several_become_one_error() -> None:
    pods = scheme.resource_of(Pod)
    one = invalid(pods, "x", [required(SPEC.child("y"))])
    assert one.message == 'Pod "x" is invalid: spec.y: Required value'
    assert one.code == 422
    assert [cause.to_dict() for cause in one.details.causes] == [
        {"reason": "FieldValueRequired", "message": "Required value", "field": "spec.y"}
    ]
    deployments = scheme.resource_of(Deployment)
    errors = [required(SPEC), required(SPEC), forbidden(SPEC, "no")]
    several = invalid(deployments, "x", errors)
    assert several.message == 'Deployment.apps "x" is invalid: [spec: Required value, spec: Forbidden: no]'
    assert several.details.to_dict()["group"] == "apps"
