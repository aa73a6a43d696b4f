"""Tokens of service accounts: signed by this cluster, and good only as long as what they are bound to exists.

The signature is checked once and remembered; that the account (and the pod, node or secret that the token is bound to)
still exists is checked on every request, from the watch caches, so that a deletion counts at once.
Source: pkg/serviceaccount (claims and their validation).
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from pykube.aio.clock import Clock, SystemClock
from pykube.api import core_v1
from pykube.errors import Unauthorized
from pykube.pki.tokens import Identity, Reference, identity_of

from .authenticator import TokenAnswer
from .user import (
    AUTHENTICATED,
    CREDENTIAL_ID,
    NODE_NAME,
    NODE_UID,
    POD_NAME,
    POD_UID,
    User,
    service_account_groups,
    service_account_name,
)

if TYPE_CHECKING:
    from ..registry import Registry
    from ..watch_cache import Cached, WatchCache

DELETION_GRACE = timedelta(seconds=60)
"""How long after its deletion was asked for an object still vouches for its tokens."""
MAX_KNOWN = 4096
"""How many verified tokens are remembered; the oldest is forgotten first."""
FOREVER = datetime.max.replace(tzinfo=UTC)
REMEMBERED = timedelta(minutes=5)
"""How long a verified signature is believed: a signing key that was withdrawn works no longer than that."""


class TokenVerifier(Protocol):
    """What is needed of `pykube.pki.tokens.Tokens`."""

    def verify(self, token: str, audiences: Sequence[str], now: datetime) -> Mapping[str, Any]:
        """The claims of a token that is ours and in its time; raises Unauthorized for any other."""
        ...

    def claims_to_be_ours(self, token: str) -> bool:
        """Whether the token, unchecked, names us as its issuer."""
        ...


class _Meta(msgspec.Struct, rename="camel", gc=False):
    uid: str = ""
    deletion_timestamp: datetime | None = None


class _Identity(msgspec.Struct, gc=False):
    metadata: _Meta = msgspec.field(default_factory=_Meta)


_identity = msgspec.json.Decoder(_Identity)


@dataclass(frozen=True, slots=True)
class _Reference:
    """An object a token names."""

    kind: str
    cls: type
    namespace: str
    name: str
    uid: str


@dataclass(slots=True)
class _Bound:
    """An object a token depends on, and the state of it that was last looked at."""

    kind: str
    cache: WatchCache
    namespace: str
    name: str
    uid: str
    seen: Cached | None = None
    deleted_at: datetime | None = None


@dataclass(slots=True)
class _Verified:
    user: User
    audiences: frozenset[str]
    good: tuple[str, ...]
    """Those of the audiences that are the API server's own."""
    expires: datetime
    believed_until: datetime
    bound: list[_Bound] = field(default_factory=list)


class ServiceAccountTokens:
    """The authenticator over a verifier and the registry; `audiences` are the API server's own.

    With `issuers` only tokens of these are taken; empty: of all that the verifier accepts.
    """

    def __init__(
        self,
        verifier: TokenVerifier,
        registry: Registry,
        *,
        audiences: tuple[str, ...],
        issuers: frozenset[str] = frozenset(),
        clock: Clock | None = None,
    ) -> None:
        self._verifier = verifier
        self._registry = registry
        self._audiences = audiences
        self._issuers = issuers
        self._clock = clock or SystemClock()
        self._known: OrderedDict[bytes, _Verified] = OrderedDict()

    def forget(self) -> None:
        """Believe no signature that was checked before: the keys have changed."""
        self._known.clear()

    async def authenticate_token(self, token: str, audiences: tuple[str, ...] = ()) -> TokenAnswer | None:
        """The account's user; None for what is no token of this issuer.

        Raises:
            Unauthorized: the token is forged, too old, for others, or what it is bound to is gone.
        """
        if token.count(".") != 2:
            return None
        now = self._clock.now()
        digest = hashlib.sha256(token.encode()).digest()
        verified = self._known.get(digest)
        if verified is None or now > verified.believed_until:
            verified = self._verify(token, now)
            if verified is None:
                return None
            if len(self._known) >= MAX_KNOWN:
                self._known.popitem(last=False)
            self._known[digest] = verified
        if now >= verified.expires:
            raise Unauthorized("service account token has expired")
        for bound in verified.bound:
            self._check_exists(bound, now)
        good = verified.good
        if audiences:
            good = tuple(audience for audience in audiences if audience in verified.audiences)
        if not good:
            raise Unauthorized("invalid bearer token: token audiences do not match")
        return TokenAnswer(verified.user, good)

    def _verify(self, token: str, now: datetime) -> _Verified | None:
        """The token's meaning, once its signature, issuer and times have been found good."""
        if not self._verifier.claims_to_be_ours(token):
            return None
        claims = self._verifier.verify(token, (), now)
        if self._issuers and claims.get("iss") not in self._issuers:
            return None
        identity = identity_of(claims)
        audience = claims.get("aud") or self._audiences
        listed = [audience] if isinstance(audience, str) else audience
        expires = datetime.fromtimestamp(float(claims["exp"]), UTC) if "exp" in claims else FOREVER
        believed_until = min(expires, now + REMEMBERED)
        good = tuple(audience for audience in self._audiences if audience in listed)
        bound = [self._followed(one) for one in _bound(identity)]
        return _Verified(_user(identity), frozenset(listed), good, expires, believed_until, bound)

    def _followed(self, found: _Reference) -> _Bound:
        """What is to be looked at for an object on every request."""
        cache = self._registry.cache(found.cls)
        return _Bound(found.kind, cache, found.namespace, found.name, found.uid)

    def _check_exists(self, bound: _Bound, now: datetime) -> None:
        """The object must exist, be the same one, and not be long into its deletion."""
        cached = bound.cache.find(bound.namespace, bound.name)
        if cached is None:
            raise Unauthorized(f"service account token has been invalidated: {bound.kind} {bound.name} not found")
        if cached is not bound.seen:
            metadata = _identity.decode(cached.data).metadata
            if bound.uid and metadata.uid != bound.uid:
                raise Unauthorized(f"service account token has been invalidated: {bound.kind} UID does not match")
            bound.seen, bound.deleted_at = cached, metadata.deletion_timestamp
        if bound.deleted_at is not None and now > bound.deleted_at + DELETION_GRACE:
            raise Unauthorized(f"service account token has been invalidated: {bound.kind} has been deleted")


def _user(identity: Identity) -> User:
    extra: dict[str, tuple[str, ...]] = {}
    for found, name_key, uid_key in ((identity.pod, POD_NAME, POD_UID), (identity.node, NODE_NAME, NODE_UID)):
        if found is not None:
            extra[name_key] = (found.name,)
            if found.uid:
                extra[uid_key] = (found.uid,)
    if identity.id:
        extra[CREDENTIAL_ID] = (f"JTI={identity.id}",)
    account = identity.service_account
    return User(
        service_account_name(identity.namespace, account.name),
        account.uid,
        (*service_account_groups(identity.namespace), AUTHENTICATED),
        extra,
    )


def _bound(identity: Identity) -> list[_Reference]:
    """What must exist for the token to be good.

    A node named beside a pod is only told about, not checked: the token lives as long as the pod.
    """
    namespace = identity.namespace
    found = [_of("serviceaccount", core_v1.ServiceAccount, namespace, identity.service_account)]
    if identity.pod is not None:
        found.append(_of("pod", core_v1.Pod, namespace, identity.pod))
    elif identity.node is not None:
        found.append(_of("node", core_v1.Node, "", identity.node))
    if identity.secret is not None:
        found.append(_of("secret", core_v1.Secret, namespace, identity.secret))
    return found


def _of(kind: str, cls: type, namespace: str, reference: Reference) -> _Reference:
    return _Reference(kind, cls, namespace, reference.name, reference.uid)
