"""Bootstrap tokens, ``<id>.<secret>``: what a new node shows before it has a certificate.

Each is a Secret ``kube-system/bootstrap-token-<id>`` of type ``bootstrap.kubernetes.io/token``.
Source: plugin/pkg/auth/authenticator/token/bootstrap.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from datetime import UTC, datetime

from pykube.aio.clock import Clock, SystemClock
from pykube.api import core_v1

from .authenticator import TokenAnswer
from .user import User

NAMESPACE = "kube-system"
SECRET_TYPE = "bootstrap.kubernetes.io/token"
USER_PREFIX = "system:bootstrap:"
DEFAULT_GROUP = "system:bootstrappers"

_TOKEN = re.compile(r"([a-z0-9]{6})\.([a-z0-9]{16})")
_GROUP = re.compile(r"system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]")

SecretLookup = Callable[[str, str], core_v1.Secret | None]
"""From namespace and name to the Secret."""


class BootstrapTokens:
    """The authenticator over the Secrets that `find_secret` reaches."""

    def __init__(self, find_secret: SecretLookup, clock: Clock | None = None) -> None:
        self._find_secret = find_secret
        self._clock = clock or SystemClock()

    async def authenticate_token(self, token: str, audiences: tuple[str, ...] = ()) -> TokenAnswer | None:
        """The token's user; a token that is unknown, expired or not for authentication is nobody's."""
        match = _TOKEN.fullmatch(token)
        if match is None:
            return None
        token_id, secret_part = match.groups()
        secret = self._find_secret(NAMESPACE, f"bootstrap-token-{token_id}")
        if secret is None or secret.type != SECRET_TYPE or secret.metadata.deletion_timestamp is not None:
            return None
        data = {key: value.decode("utf-8", "replace") for key, value in secret.data.items()}
        good = hmac.compare_digest(data.get("token-secret", "").encode(), secret_part.encode())
        if not good or data.get("token-id") != token_id or data.get("usage-bootstrap-authentication") != "true":
            return None
        if self._expired(data.get("expiration", "")):
            return None
        extra = [group.strip() for group in data.get("auth-extra-groups", "").split(",") if group.strip()]
        if not all(_GROUP.fullmatch(group) for group in extra):
            return None
        return TokenAnswer(User(USER_PREFIX + token_id, groups=(DEFAULT_GROUP, *extra)), audiences)

    def _expired(self, expiration: str) -> bool:
        """Whether the RFC 3339 time has passed; one that cannot be read counts as passed."""
        if not expiration:
            return False
        try:
            until = datetime.fromisoformat(expiration)
        except ValueError:
            return True
        return self._clock.now() >= (until if until.tzinfo else until.replace(tzinfo=UTC))
