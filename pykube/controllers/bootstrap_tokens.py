"""What a bootstrap token's Secret says; see `pykube.pki.join_token`."""

from __future__ import annotations

from datetime import UTC, datetime

from pykube.api import core_v1
from pykube.pki.join_token import SECRET_PREFIX, SECRET_TYPE, JoinToken


def field(secret: core_v1.Secret, name: str) -> str:
    """A value of the Secret as text; empty where it has none."""
    return secret.data.get(name, b"").decode("utf-8", "replace")


def token_of(secret: core_v1.Secret) -> JoinToken | None:
    """The token; None where the Secret is none, or is named after another."""
    if secret.type != SECRET_TYPE:
        return None
    try:
        found = JoinToken.parse(f"{field(secret, 'token-id')}.{field(secret, 'token-secret')}")
    except ValueError:
        return None
    return found if secret.metadata.name == SECRET_PREFIX + found.id else None


def expires(secret: core_v1.Secret) -> datetime | None:
    """When the token expires; None: never. A time that cannot be read is the beginning of all."""
    text = field(secret, "expiration")
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
