"""``authorization.k8s.io/v1``: what a caller may do."""

from __future__ import annotations

from typing import Annotated

from . import meta_v1
from .schema import ListAtomic, Required, Struct, always, constant


class SubjectAccessReviewSpec(Struct):
    resource_attributes: ResourceAttributes | None = None
    non_resource_attributes: NonResourceAttributes | None = None
    user: str = ""
    groups: Annotated[list[str], ListAtomic] = []
    extra: dict[str, list[str]] = {}
    uid: str = ""


class SubjectAccessReviewStatus(Struct):
    allowed: Annotated[bool, Required] = always(bool)
    denied: bool = False
    reason: str = ""
    evaluation_error: str = ""


class SubjectAccessReview(Struct):
    """Asks whether somebody may do something."""

    api_version: str = constant("authorization.k8s.io/v1")
    kind: str = constant("SubjectAccessReview")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[SubjectAccessReviewSpec, Required] = always(SubjectAccessReviewSpec)
    status: SubjectAccessReviewStatus = always(SubjectAccessReviewStatus)


class SelfSubjectAccessReviewSpec(Struct):
    resource_attributes: ResourceAttributes | None = None
    non_resource_attributes: NonResourceAttributes | None = None


class SelfSubjectAccessReview(Struct):
    """Asks whether one may do something."""

    api_version: str = constant("authorization.k8s.io/v1")
    kind: str = constant("SelfSubjectAccessReview")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[SelfSubjectAccessReviewSpec, Required] = always(SelfSubjectAccessReviewSpec)
    status: SubjectAccessReviewStatus = always(SubjectAccessReviewStatus)


class LocalSubjectAccessReview(Struct):
    """Asks whether somebody may do something in a namespace."""

    api_version: str = constant("authorization.k8s.io/v1")
    kind: str = constant("LocalSubjectAccessReview")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[SubjectAccessReviewSpec, Required] = always(SubjectAccessReviewSpec)
    status: SubjectAccessReviewStatus = always(SubjectAccessReviewStatus)


class ResourceAttributes(Struct):
    namespace: str = ""
    verb: str = ""
    group: str = ""
    version: str = ""
    resource: str = ""
    subresource: str = ""
    name: str = ""
    field_selector: FieldSelectorAttributes | None = None
    label_selector: LabelSelectorAttributes | None = None


class LabelSelectorAttributes(Struct):
    raw_selector: str = ""
    requirements: Annotated[list[meta_v1.LabelSelectorRequirement], ListAtomic] = []


class FieldSelectorAttributes(Struct):
    raw_selector: str = ""
    requirements: Annotated[list[meta_v1.FieldSelectorRequirement], ListAtomic] = []


class NonResourceAttributes(Struct):
    path: str = ""
    verb: str = ""


class SelfSubjectRulesReviewSpec(Struct):
    namespace: str = ""


class SubjectRulesReviewStatus(Struct):
    resource_rules: Annotated[list[ResourceRule], Required, ListAtomic] = always(list)
    non_resource_rules: Annotated[list[NonResourceRule], Required, ListAtomic] = always(list)
    incomplete: Annotated[bool, Required] = always(bool)
    evaluation_error: str = ""


class SelfSubjectRulesReview(Struct):
    """Asks what one may do in a namespace."""

    api_version: str = constant("authorization.k8s.io/v1")
    kind: str = constant("SelfSubjectRulesReview")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[SelfSubjectRulesReviewSpec, Required] = always(SelfSubjectRulesReviewSpec)
    status: SubjectRulesReviewStatus = always(SubjectRulesReviewStatus)


class ResourceRule(Struct):
    verbs: Annotated[list[str], Required, ListAtomic] = always(list)
    api_groups: Annotated[list[str], ListAtomic] = []
    resources: Annotated[list[str], ListAtomic] = []
    resource_names: Annotated[list[str], ListAtomic] = []


class NonResourceRule(Struct):
    verbs: Annotated[list[str], Required, ListAtomic] = always(list)
    non_resource_urls: Annotated[list[str], ListAtomic] = []
