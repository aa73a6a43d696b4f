"""Strict decoding names each unknown and each repeated field by its path."""

from __future__ import annotations

import pytest

from pykube.api import strict
from pykube.api.core_v1 import Pod
from pykube.errors import BadRequest


def test_unknown_fields() -> None:
    doc = {"spec": {"foo": 1, "containers": [{"name": "a", "bar": {}}], "nodeSelector": {"any": "thing"}}, "x": 1}
    assert strict.unknown_fields(Pod, doc) == [
        'unknown field "spec.foo"',
        'unknown field "spec.containers[0].bar"',
        'unknown field "x"',
    ]


def test_duplicate_fields() -> None:
    text = '{"spec": {"a": 1, "a": 2, "a": 3, "l": [{"b": 1, "b": 1}]}, "spec": {}}'
    assert strict.duplicate_fields(text) == [
        'duplicate field "spec.a"',
        'duplicate field "spec.l[0].b"',
        'duplicate field "spec"',
    ]


def test_one_message_for_all() -> None:
    findings = strict.check(Pod, b'{"kind":"Pod","kind":"Pod","spec":{"foo":1}}')
    with pytest.raises(BadRequest) as caught:
        strict.raise_if_any(findings, "Pod", "v1")
    assert caught.value.message == (
        'Pod in version "v1" cannot be handled as a Pod: strict decoding error: duplicate field "kind",'
        ' unknown field "spec.foo"'
    )
    strict.raise_if_any([], "Pod", "v1")


def test_findings_come_in_the_order_of_the_document() -> None:
    text = b"""{"spec": {"foo": {"a": 1, "a": 2}, "foo": 2, "hostname": "a", "hostname": "b",
        "nodeSelector": {"x": "1", "x": "2"}, "containers": [{"bar": 1, "name": "a", "name": "b"}]}}"""
    assert strict.check(Pod, text) == [
        'unknown field "spec.foo"',
        'duplicate field "spec.hostname"',
        'duplicate field "spec.nodeSelector.x"',
        'unknown field "spec.containers[0].bar"',
        'duplicate field "spec.containers[0].name"',
    ]


def test_the_group_is_not_named() -> None:
    with pytest.raises(BadRequest, match=r'^Deployment in version "v1" cannot be handled as a Deployment'):
        strict.raise_if_any(["x"], "Deployment", "apps/v1")
