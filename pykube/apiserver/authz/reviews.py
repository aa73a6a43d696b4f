"""Answers to the kinds that ask instead of store: access reviews, rules reviews, token reviews, and who am I.

Each takes the decoded request and gives it back with its status filled in.
Source: pkg/registry/authorization and pkg/registry/authentication.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pykube.api import authentication_v1, authorization_v1, meta_v1, scheme
from pykube.api.field_errors import FieldError, Path, invalid, invalid_value
from pykube.errors import BadRequest, Forbidden, Unauthorized

from ..authn.user import ANONYMOUS, User
from .authorizer import Attributes, Authorizer, RuleResolver
from .selection import asked_fields, asked_labels, selector_errors

if TYPE_CHECKING:
    from ..authn.authenticator import TokenAuthenticator
    from ..request import Context

ONE_OF = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
NOT_BOTH = "cannot be specified in combination with resourceAttributes"

SubjectReview = TypeVar(
    "SubjectReview", authorization_v1.SubjectAccessReview, authorization_v1.LocalSubjectAccessReview
)
AnyAccessReview = (
    authorization_v1.SubjectAccessReview
    | authorization_v1.LocalSubjectAccessReview
    | authorization_v1.SelfSubjectAccessReview
)
Review = (
    AnyAccessReview
    | authorization_v1.SelfSubjectRulesReview
    | authentication_v1.TokenReview
    | authentication_v1.SelfSubjectReview
)
REVIEWS = (
    authorization_v1.SubjectAccessReview,
    authorization_v1.LocalSubjectAccessReview,
    authorization_v1.SelfSubjectAccessReview,
    authorization_v1.SelfSubjectRulesReview,
    authentication_v1.TokenReview,
    authentication_v1.SelfSubjectReview,
)


class Reviews:
    """Answers reviews with the server's own authorizer and token methods."""

    def __init__(self, authorizer: Authorizer, rules: RuleResolver, tokens: TokenAuthenticator) -> None:
        self._authorizer = authorizer
        self._rules = rules
        self._tokens = tokens

    async def answer(self, review: Review, ctx: Context) -> Review:
        """`review` with its status.

        Raises:
            BadRequest, Invalid: the question makes no sense.
            Forbidden: an anonymous caller asks who they are.
        """
        namespace = ctx.info.namespace
        if isinstance(review, authorization_v1.SubjectAccessReview):
            return await self.subject_access(review)
        if isinstance(review, authorization_v1.LocalSubjectAccessReview):
            return await self.local_subject_access(review, namespace)
        if isinstance(review, authorization_v1.SelfSubjectAccessReview):
            return await self.self_subject_access(review, ctx.user)
        if isinstance(review, authorization_v1.SelfSubjectRulesReview):
            return self.self_subject_rules(review, ctx.user)
        if isinstance(review, authentication_v1.TokenReview):
            return await self.token(review)
        return self.self_subject(review, ctx.user)

    async def subject_access(
        self, review: authorization_v1.SubjectAccessReview
    ) -> authorization_v1.SubjectAccessReview:
        """Whether a named user may do something."""
        _refuse(review, [*_spec_errors(review), *_metadata_errors(review.metadata)])
        return await self._decided(review)

    async def local_subject_access(
        self, review: authorization_v1.LocalSubjectAccessReview, namespace: str
    ) -> authorization_v1.LocalSubjectAccessReview:
        """Whether a named user may do something in one namespace."""
        review.metadata.namespace = review.metadata.namespace or namespace
        errors = [*_spec_errors(review), *_metadata_errors(review.metadata, namespaced=True)]
        attributes = review.spec.resource_attributes
        if attributes is not None and attributes.namespace != review.metadata.namespace:
            path = Path("spec.resourceAttributes.namespace")
            errors.append(invalid_value(path, attributes.namespace, "must match metadata.namespace"))
        if review.spec.non_resource_attributes is not None:
            path = Path("spec.nonResourceAttributes")
            errors.append(
                invalid_value(path, review.spec.non_resource_attributes, "disallowed on this kind of request")
            )
        _refuse(review, errors)
        if namespace != review.metadata.namespace:
            raise BadRequest(f"spec.resourceAttributes.namespace must match namespace: {namespace}")
        return await self._decided(review)

    async def _decided(self, review: SubjectReview) -> SubjectReview:
        spec = review.spec
        extra = {key.lower(): tuple(values) for key, values in spec.extra.items()}
        user = User(spec.user, spec.uid, tuple(spec.groups), extra)
        review.status = await self._status(user, spec.resource_attributes, spec.non_resource_attributes)
        return review

    async def self_subject_access(
        self, review: authorization_v1.SelfSubjectAccessReview, user: User
    ) -> authorization_v1.SelfSubjectAccessReview:
        """Whether the caller may do something (``kubectl auth can-i``)."""
        _refuse(review, [*_either_errors(review), *_metadata_errors(review.metadata)])
        spec = review.spec
        review.status = await self._status(user, spec.resource_attributes, spec.non_resource_attributes)
        return review

    async def _status(
        self,
        user: User,
        resource: authorization_v1.ResourceAttributes | None,
        path: authorization_v1.NonResourceAttributes | None,
    ) -> authorization_v1.SubjectAccessReviewStatus:
        ignored: list[str] = []
        if resource is not None:
            attributes, ignored = resource_attributes(user, resource)
        else:
            path = path or authorization_v1.NonResourceAttributes()
            attributes = Attributes(user=user, verb=path.verb, path=path.path, is_resource=False)
        decision = await self._authorizer.authorize(attributes)
        return authorization_v1.SubjectAccessReviewStatus(
            allowed=decision.allowed is True,
            denied=decision.allowed is False,
            reason=decision.reason,
            evaluation_error="; ".join([*filter(None, [decision.error]), *ignored]),
        )

    def self_subject_rules(
        self, review: authorization_v1.SelfSubjectRulesReview, user: User
    ) -> authorization_v1.SelfSubjectRulesReview:
        """All that the caller may do in a namespace (``kubectl auth can-i --list``), as far as it can be listed."""
        if not review.spec.namespace:
            raise BadRequest("no namespace on request")
        found = self._rules.permissions(user, review.spec.namespace)
        status = authorization_v1.SubjectRulesReviewStatus(incomplete=found.incomplete, evaluation_error=found.error)
        for rule in found.rules:
            if rule.resources:
                status.resource_rules.append(
                    authorization_v1.ResourceRule(
                        verbs=rule.verbs,
                        api_groups=rule.api_groups,
                        resources=rule.resources,
                        resource_names=rule.resource_names,
                    )
                )
            if rule.non_resource_urls:
                status.non_resource_rules.append(
                    authorization_v1.NonResourceRule(verbs=rule.verbs, non_resource_urls=rule.non_resource_urls)
                )
        review.status = status
        return review

    async def token(self, review: authentication_v1.TokenReview) -> authentication_v1.TokenReview:
        """Whose a token is; a bad token is an answer, not an error."""
        if not review.spec.token:
            raise BadRequest("token is required for TokenReview in authentication")
        status = authentication_v1.TokenReviewStatus()
        try:
            answer = await self._tokens.authenticate_token(review.spec.token, tuple(review.spec.audiences))
        except Unauthorized as error:
            answer = None
            status.error = error.message
        if answer is not None:
            status.authenticated = True
            status.user = user_info(answer.user)
            status.audiences = list(answer.audiences)
        review.status = status
        return review

    @staticmethod
    def self_subject(review: authentication_v1.SelfSubjectReview, user: User) -> authentication_v1.SelfSubjectReview:
        """Who the caller is (``kubectl auth whoami``)."""
        if user.name == ANONYMOUS:
            raise Forbidden("selfsubjectreviews.authentication.k8s.io is forbidden: no user present on request")
        review.status = authentication_v1.SelfSubjectReviewStatus(user_info=user_info(user))
        return review


def user_info(user: User) -> authentication_v1.UserInfo:
    """A user as the API shows it."""
    return authentication_v1.UserInfo(
        username=user.name,
        uid=user.uid,
        groups=list(user.groups),
        extra={key: list(values) for key, values in user.extra.items()},
    )


def resource_attributes(user: User, asked: authorization_v1.ResourceAttributes) -> tuple[Attributes, list[str]]:
    """The question an access review asks, as authorizers understand it, and which parts of it they will not see."""
    fields, fields_ignored = asked_fields(asked.field_selector)
    labels, labels_ignored = asked_labels(asked.label_selector)
    attributes = Attributes(
        user=user,
        verb=asked.verb,
        group=asked.group,
        version=asked.version or "*",
        resource=asked.resource,
        subresource=asked.subresource,
        namespace=asked.namespace,
        name=asked.name,
        field_selector=fields,
        label_selector=labels,
    )
    return attributes, [text for text in (fields_ignored, labels_ignored) if text]


def _refuse(review: AnyAccessReview, errors: list[FieldError]) -> None:
    if errors:
        raise invalid(scheme.resource_of(review), "", errors)


def _either_errors(review: AnyAccessReview) -> list[FieldError]:
    """Exactly one of the two kinds of question must be asked, and it must make sense."""
    resource, path = review.spec.resource_attributes, review.spec.non_resource_attributes
    if resource is not None and path is not None:
        return [invalid_value(Path("spec.nonResourceAttributes"), path, NOT_BOTH)]
    if resource is None and path is None:
        return [invalid_value(Path("spec.resourceAttributes"), None, ONE_OF)]
    return selector_errors(resource)


def _spec_errors(
    review: authorization_v1.SubjectAccessReview | authorization_v1.LocalSubjectAccessReview,
) -> list[FieldError]:
    errors = _either_errors(review)
    if not review.spec.user and not review.spec.groups:
        errors.append(invalid_value(Path("spec.user"), "", "at least one of user or group must be specified"))
    return errors


def _metadata_errors(metadata: meta_v1.ObjectMeta, *, namespaced: bool = False) -> list[FieldError]:
    allowed = meta_v1.ObjectMeta(
        namespace=metadata.namespace if namespaced else "",
        managed_fields=metadata.managed_fields,
        creation_timestamp=metadata.creation_timestamp,
        uid=metadata.uid,
    )
    if metadata == allowed:
        return []
    detail = "must be empty except for namespace" if namespaced else "must be empty"
    return [invalid_value(Path("metadata"), metadata, detail)]
