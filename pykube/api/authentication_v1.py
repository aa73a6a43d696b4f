"""``authentication.k8s.io/v1``: who a caller is."""

from __future__ import annotations

from typing import Annotated

from . import meta_v1
from .meta_v1 import Time
from .schema import Int64, ListAtomic, Required, Struct, always, constant


class TokenReviewSpec(Struct):
    token: Annotated[str, Required] = ""
    audiences: Annotated[list[str], ListAtomic] = []


class UserInfo(Struct):
    username: str = ""
    uid: str = ""
    groups: Annotated[list[str], ListAtomic] = []
    extra: dict[str, list[str]] = {}


class TokenReviewStatus(Struct):
    authenticated: bool = False
    user: UserInfo = always(UserInfo)
    audiences: Annotated[list[str], ListAtomic] = []
    error: str = ""


class TokenReview(Struct):
    """Asks whose a token is."""

    api_version: str = constant("authentication.k8s.io/v1")
    kind: str = constant("TokenReview")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[TokenReviewSpec, Required] = always(TokenReviewSpec)
    status: TokenReviewStatus = always(TokenReviewStatus)


class TokenRequestSpec(Struct):
    audiences: Annotated[list[str], ListAtomic] = always(list)
    expiration_seconds: Int64 | None = None
    bound_object_ref: BoundObjectReference | None = None


class TokenRequestStatus(Struct):
    token: str = always(str)
    expiration_timestamp: Time | None = None


class TokenRequest(Struct):
    """Asks for a token of a service account."""

    api_version: str = constant("authentication.k8s.io/v1")
    kind: str = constant("TokenRequest")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: TokenRequestSpec = always(TokenRequestSpec)
    status: TokenRequestStatus = always(TokenRequestStatus)


class BoundObjectReference(Struct):
    api_version: str = ""
    kind: str = ""
    name: str = ""
    uid: str = ""


class SelfSubjectReviewStatus(Struct):
    user_info: UserInfo = always(UserInfo)


class SelfSubjectReview(Struct):
    """Asks who one is."""

    api_version: str = constant("authentication.k8s.io/v1")
    kind: str = constant("SelfSubjectReview")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    status: SelfSubjectReviewStatus = always(SelfSubjectReviewStatus)
