"""``authentication.k8s.io/v1``: who a caller is."""

from __future__ import annotations

from typing import Annotated

from . import meta_v1
from .meta_v1 import Time
from .schema import Int64, ListAtomic, Required, Struct, always, constant


class TokenReviewSpec(Struct):
    """The token in question."""

    token: Annotated[str, Required] = ""
    """The token."""
    audiences: Annotated[list[str], ListAtomic] = []
    """For whom it should be meant. Default: the API server."""


class UserInfo(Struct):
    """Who somebody is."""

    username: str = ""
    """The name that access rights are given to."""
    uid: str = ""
    """Identity, where names are used again."""
    groups: Annotated[list[str], ListAtomic] = []
    """The groups that the user belongs to."""
    extra: dict[str, list[str]] = {}
    """More that was found out, by key."""


class TokenReviewStatus(Struct):
    """Whose a token is."""

    authenticated: bool = False
    """Whether it is valid."""
    user: UserInfo = always(UserInfo)
    """Whose it is."""
    audiences: Annotated[list[str], ListAtomic] = []
    """Those of the audiences asked about that it is meant for."""
    error: str = ""
    """Why it could not be checked."""


class TokenReview(Struct):
    """Asks whose a token is."""

    api_version: str = constant("authentication.k8s.io/v1")
    kind: str = constant("TokenReview")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[TokenReviewSpec, Required] = always(TokenReviewSpec)
    status: TokenReviewStatus = always(TokenReviewStatus)


class TokenRequestSpec(Struct):
    """What token is asked for."""

    audiences: Annotated[list[str], ListAtomic] = always(list)
    """For whom it is meant; empty: the API server."""
    expiration_seconds: Int64 | None = None
    """Seconds that it is wanted for, at least 600. Default: 3600."""
    bound_object_ref: BoundObjectReference | None = None
    """An object with which the token ends."""


class TokenRequestStatus(Struct):
    """The token."""

    token: str = always(str)
    """The token itself."""
    expiration_timestamp: Time | None = None
    """Until when it is valid."""


class TokenRequest(Struct):
    """Asks for a token of a service account."""

    api_version: str = constant("authentication.k8s.io/v1")
    kind: str = constant("TokenRequest")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: TokenRequestSpec = always(TokenRequestSpec)
    status: TokenRequestStatus = always(TokenRequestStatus)


class BoundObjectReference(Struct):
    """The object that a token is bound to."""

    api_version: str = ""
    """Group and version of the object."""
    kind: str = ""
    """Pod, Secret or Node."""
    name: str = ""
    """Name of the object."""
    uid: str = ""
    """Identity of the object."""


class SelfSubjectReviewStatus(Struct):
    """Who the asker is."""

    user_info: UserInfo = always(UserInfo)
    """Name, groups and more."""


class SelfSubjectReview(Struct):
    """Asks who one is."""

    api_version: str = constant("authentication.k8s.io/v1")
    kind: str = constant("SelfSubjectReview")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    status: SelfSubjectReviewStatus = always(SelfSubjectReviewStatus)
