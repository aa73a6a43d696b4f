"""Rules of access reviews. Source: pkg/apis/authorization/validation."""

from __future__ import annotations

from ..authorization_v1 import (
    FieldSelectorAttributes,
    LabelSelectorAttributes,
    LocalSubjectAccessReview,
    NonResourceAttributes,
    ResourceAttributes,
    SelfSubjectAccessReview,
    SubjectAccessReview,
    SubjectAccessReviewSpec,
)
from ..field_errors import METADATA, SPEC, Errors, Path, invalid_value, required
from ..meta_v1 import ObjectMeta
from .rules import Rules


def _attributes(resource: ResourceAttributes | None, other: NonResourceAttributes | None) -> Errors:
    if resource is not None and other is not None:
        message = "cannot be specified in combination with resourceAttributes"
        yield invalid_value(SPEC.child("nonResourceAttributes"), other, message)
    if resource is None and other is None:
        message = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
        yield invalid_value(SPEC.child("resourceAttributes"), None, message)
    if resource is not None:
        path = SPEC.child("resourceAttributes")
        yield from _selector(resource.field_selector, path.child("fieldSelector"))
        yield from _selector(resource.label_selector, path.child("labelSelector"))


def _selector(found: FieldSelectorAttributes | LabelSelectorAttributes | None, path: Path) -> Errors:
    if found is None:
        return
    if found.raw_selector and found.requirements:
        message = "may not specified at the same time as requirements"
        yield invalid_value(path.child("rawSelector"), found.raw_selector, message)
    if not found.raw_selector and not found.requirements:
        message = f"when {path} is specified, requirements or rawSelector is required"
        yield required(path.child("requirements"), message)


def _spec(spec: SubjectAccessReviewSpec) -> Errors:
    yield from _attributes(spec.resource_attributes, spec.non_resource_attributes)
    if not spec.user and not spec.groups:
        yield invalid_value(SPEC.child("user"), spec.user, "at least one of user or group must be specified")


def _empty(meta: ObjectMeta) -> Errors:
    if meta != ObjectMeta(managed_fields=meta.managed_fields):
        yield invalid_value(METADATA, meta, "must be empty")


def _review(found: SubjectAccessReview) -> Errors:
    yield from _spec(found.spec)
    yield from _empty(found.metadata)


def _self_review(found: SelfSubjectAccessReview) -> Errors:
    yield from _attributes(found.spec.resource_attributes, found.spec.non_resource_attributes)
    yield from _empty(found.metadata)


def _local_review(found: LocalSubjectAccessReview) -> Errors:
    yield from _spec(found.spec)
    meta, resource = found.metadata, found.spec.resource_attributes
    if meta != ObjectMeta(namespace=meta.namespace, managed_fields=meta.managed_fields):
        yield invalid_value(METADATA, meta, "must be empty except for namespace")
    if resource is not None and resource.namespace != meta.namespace:
        place = SPEC.child("resourceAttributes").child("namespace")
        yield invalid_value(place, resource.namespace, "must match metadata.namespace")
    if found.spec.non_resource_attributes is not None:
        place = SPEC.child("nonResourceAttributes")
        yield invalid_value(place, found.spec.non_resource_attributes, "disallowed on this kind of request")


CATALOG = {
    SubjectAccessReview: Rules(create=_review),
    SelfSubjectAccessReview: Rules(create=_self_review),
    LocalSubjectAccessReview: Rules(create=_local_review),
}
