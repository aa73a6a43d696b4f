"""Who may act for a signer of certificates.

Source: k8s.io/kubernetes, pkg/certauthorization: the permission is for the resource ``signers``, by the signer's name
or by all names of its domain, ``example.com/*``.
"""

from __future__ import annotations

from ...authn.user import User
from ...authz import Attributes, Authorizer


async def may(authorizer: Authorizer, user: User, verb: str, signer: str) -> bool:
    """Whether the user may ``approve``, ``sign`` or ``attest`` for the signer."""
    for name in (signer, f"{signer.partition('/')[0]}/*"):
        asked = Attributes(
            user=user, verb=verb, group="certificates.k8s.io", version="*", resource="signers", name=name
        )
        if (await authorizer.authorize(asked)).allowed:
            return True
    return False
