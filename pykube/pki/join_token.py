"""Tokens with which nodes join, ``<id>.<secret>@sha256:<hash>``: the standard library alone, for the agent's sake.

The first part is a bootstrap token as Kubernetes has it. The second is the digest of the public key of the cluster's
authority (RFC 7469's form, as kubeadm prints it), by which the agent knows the server before it shows it the first.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import secrets
import string
from dataclasses import dataclass

NAMESPACE = "kube-system"
SECRET_TYPE = "bootstrap.kubernetes.io/token"
SECRET_PREFIX = "bootstrap-token-"
GROUP = "system:bootstrappers"
NODE_GROUP = "system:bootstrappers:node:"
"""A token with a group that begins so is for the node of that name alone, and may take a lost one's place."""
USER_PREFIX = "system:bootstrap:"

_FORM = re.compile(r"([a-z0-9]{6})\.([a-z0-9]{16})((?:@sha256:[0-9a-f]{64})*)")
_LETTERS = string.ascii_lowercase + string.digits


@dataclass(frozen=True, slots=True)
class JoinToken:
    """One token."""

    id: str
    """The public part: it may be logged."""
    secret: str
    hashes: tuple[str, ...] = ()
    """``sha256:<hex>`` of the public keys of the authorities that the cluster may have."""

    @classmethod
    def new(cls) -> JoinToken:
        """One that nobody can guess."""
        id_, secret = ("".join(secrets.choice(_LETTERS) for _ in range(length)) for length in (6, 16))
        return cls(id_, secret)

    @classmethod
    def parse(cls, text: str) -> JoinToken:
        """The token that `text` is.

        Raises:
            ValueError: it is none; the message does not repeat it, for it may be half right.
        """
        match = _FORM.fullmatch(text.strip())
        if match is None:
            raise ValueError("the token has not the form <id>.<secret>@sha256:<hash>: 6, 16 and 64 characters")
        return cls(match[1], match[2], tuple(part for part in match[3].split("@") if part))

    @property
    def bearer(self) -> str:
        """What is shown to the server."""
        return f"{self.id}.{self.secret}"

    def __str__(self) -> str:
        return "@".join([self.bearer, *self.hashes])

    def __repr__(self) -> str:
        return f"JoinToken({self.id}.…)"


def node_group(name: str) -> str:
    """The group of tokens for the node `name` alone; groups of tokens have no dots."""
    return NODE_GROUP + name.replace(".", ":")


def detached_signature(content: str, token: JoinToken) -> str:
    """`content` signed with the token's secret, without `content`: RFC 7515, appendix F, as kubeadm checks it."""
    header = _encode(json.dumps({"alg": "HS256", "kid": token.id}, separators=(",", ":")).encode())
    signature = hmac.digest(token.secret.encode(), f"{header}.{_encode(content.encode())}".encode(), "sha256")
    return f"{header}..{_encode(signature)}"


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
