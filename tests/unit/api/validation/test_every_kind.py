"""Each kind accepts a plain object, accepts it unchanged, and refuses bad metadata."""

from __future__ import annotations

import pytest

from pykube.api import scheme, validation

from .documents import VALID, build, created, status_updated, updated

ALL = [
    pytest.param(resource, id=f"{resource.api_version}-{resource.kind}")
    for resource in scheme.resources
    # A signing request needs a real key; it has tests of its own.
    if resource.kind != "CertificateSigningRequest"
]
STORED = [case for case in ALL if "get" in case.values[0].verbs]  # type: ignore[union-attr]


@pytest.mark.parametrize("resource", ALL)
def test_a_plain_object_is_valid(resource: scheme.Resource) -> None:
    assert created(build(resource.kind, api_version=resource.api_version)) == []


@pytest.mark.parametrize("resource", STORED)
def test_no_change_is_valid(resource: scheme.Resource) -> None:
    new, old = (build(resource.kind, api_version=resource.api_version) for _ in range(2))
    assert updated(new, old) == []
    assert status_updated(new, old) == []


@pytest.mark.parametrize("resource", STORED)
def test_a_name_is_needed_and_stays(resource: scheme.Resource) -> None:
    old = build(resource.kind, api_version=resource.api_version)
    new = build(resource.kind, {"metadata": {"uid": "other"}}, api_version=resource.api_version)
    assert updated(new, old) == ['metadata.uid: Invalid value: "other": field is immutable']
    old.metadata.name = ""
    assert "metadata.name: Required value: name or generateName is required" in created(old)


@pytest.mark.parametrize("resource", STORED)
def test_namespaces_only_where_they_belong(resource: scheme.Resource) -> None:
    obj = build(resource.kind, api_version=resource.api_version)
    if resource.namespaced:
        obj.metadata.namespace = ""
        assert "metadata.namespace: Required value" in created(obj)
    else:
        obj.metadata.namespace = "default"
        assert "metadata.namespace: Forbidden: not allowed on this type" in created(obj)


def test_examples_are_of_known_kinds() -> None:
    assert [key for key in VALID if scheme.by_kind(*key) is None] == []


def test_empty_objects_never_crash() -> None:
    for resource in scheme.resources:
        empty = resource.type()
        validation.validate_create(empty)
        validation.validate_update(empty, resource.type())
        validation.validate_status_update(empty, resource.type())
