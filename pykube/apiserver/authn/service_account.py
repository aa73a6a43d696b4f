"""Tokens of service accounts: signed by this cluster, and good only as long as what they are bound to exists.

The signature is checked once and remembered; that the account (and the pod, node or secret that the token is bound to)
still exists is checked on every request, from the watch caches, so that a deletion counts at once.
Source: pkg/serviceaccount (claims and their validation).
"""

from __future__ import annotations

import base64
import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from pykube.aio.clock import Clock, SystemClock
from pykube.api import core_v1
from pykube.errors import Unauthorized

from .authenticator import TokenAnswer
from .user import (
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
    from ..watch_cache import Cached

CLAIM = "kubernetes.io"
"""The private claim that holds namespace, account and bound objects."""
DELETION_GRACE = timedelta(seconds=60)
"""How long after its deletion was asked for an object still vouches for its tokens."""
MAX_KNOWN = 4096
"""How many verified tokens are remembered; the oldest is forgotten first."""
REMEMBERED = timedelta(minutes=5)
"""How long a verified signature is believed: a signing key that was withdrawn works no longer than that."""

BOUND_KINDS: Mapping[str, type] = {"pod": core_v1.Pod, "node": core_v1.Node, "secret": core_v1.Secret}


class TokenVerifier(Protocol):
    """What is needed of `pykube.pki.tokens`."""

    def verify(self, token: str) -> Mapping[str, Any]:
        """The claims of a token whose signature is good; raises for any other."""
        ...


class _Meta(msgspec.Struct, rename="camel", gc=False):
    uid: str = ""
    deletion_timestamp: datetime | None = None


class _Identity(msgspec.Struct, gc=False):
    metadata: _Meta = msgspec.field(default_factory=_Meta)


_identity = msgspec.json.Decoder(_Identity)


@dataclass(slots=True)
class _Bound:
    """An object a token depends on, and the state of it that was last looked at."""

    kind: str
    cls: type
    namespace: str
    name: str
    uid: str
    seen: Cached | None = None
    deleted_at: datetime | None = None


@dataclass(slots=True)
class _Verified:
    user: User
    audiences: frozenset[str]
    expires: datetime
    believed_until: datetime
    bound: list[_Bound] = field(default_factory=list)


class ServiceAccountTokens:
    """The authenticator over a verifier and the registry; `issuer` and `audiences` are the API server's own."""

    def __init__(
        self,
        verifier: TokenVerifier,
        registry: Registry,
        *,
        issuers: frozenset[str],
        audiences: tuple[str, ...],
        clock: Clock | None = None,
    ) -> None:
        self._verifier = verifier
        self._registry = registry
        self._issuers = issuers
        self._audiences = audiences
        self._clock = clock or SystemClock()
        self._known: OrderedDict[bytes, _Verified] = OrderedDict()

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
        good = tuple(audience for audience in audiences or self._audiences if audience in verified.audiences)
        if not good:
            raise Unauthorized("invalid bearer token: token audiences do not match")
        return TokenAnswer(verified.user, good)

    def _verify(self, token: str, now: datetime) -> _Verified | None:
        """The token's meaning, once its signature, issuer and times have been found good."""
        if claimed_issuer(token) not in self._issuers:
            return None
        try:
            claims = self._verifier.verify(token)
        except Unauthorized:
            raise
        except Exception as error:  # whatever the verifier finds wrong, the token is bad
            raise Unauthorized(f"invalid bearer token: {error}") from error
        if float(claims.get("nbf", 0)) > now.timestamp() + DELETION_GRACE.total_seconds():
            raise Unauthorized("service account token is not valid yet")
        private = claims.get(CLAIM)
        if not isinstance(private, dict) or not isinstance(private.get("serviceaccount"), dict):
            raise Unauthorized("service account token carries no account")
        audience = claims.get("aud", ())
        listed = [audience] if isinstance(audience, str) else audience
        expires = datetime.fromtimestamp(float(claims.get("exp", 0)), UTC)
        user, bound = _user(claims, private), _bound(private)
        return _Verified(user, frozenset(listed), expires, min(expires, now + REMEMBERED), bound)

    def _check_exists(self, bound: _Bound, now: datetime) -> None:
        """The object must exist, be the same one, and not be long into its deletion."""
        cached = self._registry.cache(bound.cls).find(bound.namespace, bound.name)
        if cached is None:
            raise Unauthorized(f"service account token has been invalidated: {bound.kind} {bound.name} not found")
        if cached is not bound.seen:
            metadata = _identity.decode(cached.data).metadata
            if bound.uid and metadata.uid != bound.uid:
                raise Unauthorized(f"service account token has been invalidated: {bound.kind} UID does not match")
            bound.seen, bound.deleted_at = cached, metadata.deletion_timestamp
        if bound.deleted_at is not None and now > bound.deleted_at + DELETION_GRACE:
            raise Unauthorized(f"service account token has been invalidated: {bound.kind} has been deleted")


def claimed_issuer(token: str) -> str:
    """The issuer that an unverified token names; empty when it is no JWT."""
    try:
        payload = token.split(".")[1]
        claims = msgspec.json.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, msgspec.DecodeError, IndexError):
        return ""
    issuer = claims.get("iss", "") if isinstance(claims, dict) else ""
    return issuer if isinstance(issuer, str) else ""


def _user(claims: Mapping[str, Any], private: Mapping[str, Any]) -> User:
    namespace, account = private.get("namespace", ""), private["serviceaccount"]
    extra: dict[str, tuple[str, ...]] = {}
    for kind, name_key, uid_key in (("pod", POD_NAME, POD_UID), ("node", NODE_NAME, NODE_UID)):
        if isinstance(found := private.get(kind), dict):
            extra[name_key] = (found.get("name", ""),)
            if found.get("uid"):
                extra[uid_key] = (found["uid"],)
    if claims.get("jti"):
        extra[CREDENTIAL_ID] = (f"JTI={claims['jti']}",)
    return User(
        service_account_name(namespace, account.get("name", "")),
        account.get("uid", ""),
        service_account_groups(namespace),
        extra,
    )


def _bound(private: Mapping[str, Any]) -> list[_Bound]:
    """What must exist for the token to be good.

    A node named beside a pod is only told about, not checked: the token lives as long as the pod.
    """
    namespace, account = private.get("namespace", ""), private["serviceaccount"]
    name, uid = account.get("name", ""), account.get("uid", "")
    found = [_Bound("serviceaccount", core_v1.ServiceAccount, namespace, name, uid)]
    for kind, cls in BOUND_KINDS.items():
        reference = private.get(kind)
        if not isinstance(reference, dict) or (kind == "node" and "pod" in private):
            continue
        where = "" if kind == "node" else namespace
        found.append(_Bound(kind, cls, where, reference.get("name", ""), reference.get("uid", "")))
    return found
