"""``authorization.k8s.io/v1``: what a caller may do."""

from __future__ import annotations

from typing import Annotated

from . import meta_v1
from .schema import ListAtomic, Required, Struct, always, constant


class SubjectAccessReviewSpec(Struct):
    """Who wants to do what; either resourceAttributes or nonResourceAttributes is set."""

    resource_attributes: ResourceAttributes | None = None
    """What is to be done to objects."""
    non_resource_attributes: NonResourceAttributes | None = None
    """What is to be done to a path."""
    user: str = ""
    """The user asked about."""
    groups: Annotated[list[str], ListAtomic] = []
    """The user's groups."""
    extra: dict[str, list[str]] = {}
    """More about the user, by key."""
    uid: str = ""
    """The user's identity."""


class SubjectAccessReviewStatus(Struct):
    """Whether it is allowed."""

    allowed: Annotated[bool, Required] = always(bool)
    """Whether it is."""
    denied: bool = False
    """Whether it is forbidden, whatever else would allow it."""
    reason: str = ""
    """Why, for people."""
    evaluation_error: str = ""
    """What went wrong meanwhile; the answer holds all the same."""


class SubjectAccessReview(Struct):
    """Asks whether somebody may do something."""

    api_version: str = constant("authorization.k8s.io/v1")
    kind: str = constant("SubjectAccessReview")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[SubjectAccessReviewSpec, Required] = always(SubjectAccessReviewSpec)
    status: SubjectAccessReviewStatus = always(SubjectAccessReviewStatus)


class SelfSubjectAccessReviewSpec(Struct):
    """What the asker wants to do; one of the two is set."""

    resource_attributes: ResourceAttributes | None = None
    """What is to be done to objects."""
    non_resource_attributes: NonResourceAttributes | None = None
    """What is to be done to a path."""


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
    """Something done to objects."""

    namespace: str = ""
    """The namespace; empty: all of them, or none for kinds without."""
    verb: str = ""
    """What is done: get, list, watch, create, update, patch, delete and others; * is everything."""
    group: str = ""
    """API group; * is every group."""
    version: str = ""
    """API version; * is every version."""
    resource: str = ""
    """Plural name of the resource; * is all."""
    subresource: str = ""
    """The subresource, such as log."""
    name: str = ""
    """Name of the object; empty: all."""
    field_selector: FieldSelectorAttributes | None = None
    """Fields that the request is limited to."""
    label_selector: LabelSelectorAttributes | None = None
    """Labels that the request is limited to."""


class LabelSelectorAttributes(Struct):
    """A label selector, as text or in parts."""

    raw_selector: str = ""
    """The selector as in a query. Not together with requirements."""
    requirements: Annotated[list[meta_v1.LabelSelectorRequirement], ListAtomic] = []
    """Its conditions; all must hold."""


class FieldSelectorAttributes(Struct):
    """A field selector, as text or in parts."""

    raw_selector: str = ""
    """The selector as in a query. Not together with requirements."""
    requirements: Annotated[list[meta_v1.FieldSelectorRequirement], ListAtomic] = []
    """Its conditions; all must hold."""


class NonResourceAttributes(Struct):
    """Something done to a path."""

    path: str = ""
    """The path."""
    verb: str = ""
    """The method in lower case."""


class SelfSubjectRulesReviewSpec(Struct):
    """Where the asker wants to do things."""

    namespace: str = ""
    """The namespace."""


class SubjectRulesReviewStatus(Struct):
    """What is allowed."""

    resource_rules: Annotated[list[ResourceRule], Required, ListAtomic] = always(list)
    """What may be done to objects."""
    non_resource_rules: Annotated[list[NonResourceRule], Required, ListAtomic] = always(list)
    """What may be done to paths."""
    incomplete: Annotated[bool, Required] = always(bool)
    """Whether more may be allowed than is told."""
    evaluation_error: str = ""
    """What went wrong meanwhile."""


class SelfSubjectRulesReview(Struct):
    """Asks what one may do in a namespace."""

    api_version: str = constant("authorization.k8s.io/v1")
    kind: str = constant("SelfSubjectRulesReview")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[SelfSubjectRulesReviewSpec, Required] = always(SelfSubjectRulesReviewSpec)
    status: SubjectRulesReviewStatus = always(SubjectRulesReviewStatus)


class ResourceRule(Struct):
    """Verbs that are allowed on resources."""

    verbs: Annotated[list[str], Required, ListAtomic] = always(list)
    """What may be done; * is everything."""
    api_groups: Annotated[list[str], ListAtomic] = []
    """Groups of the resources; * is every group."""
    resources: Annotated[list[str], ListAtomic] = []
    """Resources by plural name; * is all."""
    resource_names: Annotated[list[str], ListAtomic] = []
    """Only objects with these names; empty: all."""


class NonResourceRule(Struct):
    """Verbs that are allowed on paths."""

    verbs: Annotated[list[str], Required, ListAtomic] = always(list)
    """Methods in lower case; * is every one."""
    non_resource_urls: Annotated[list[str], ListAtomic] = []
    """The paths; a * may stand at the end."""
