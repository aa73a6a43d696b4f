"""Quotas, secrets and accounts."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from pykube.api import core_v1

_MOUNTABLE = "kubernetes.io/enforce-mountable-secrets"
_BOTH = {"cpu": "cpu", "memory": "memory", "storage": "", "ephemeral-storage": ""}
"""What can be requested and limited; the other name that its requests go by."""


def of_quota(new: core_v1.ResourceQuota, old: core_v1.ResourceQuota | None) -> Iterator[str]:
    """Requests beyond the limits can never be used up."""
    if old is not None:
        return
    hard = new.spec.hard
    for name, bare in _BOTH.items():
        request = next((each for each in (f"requests.{name}", bare) if each in hard), "")
        limit = f"limits.{name}"
        if request and limit in hard and hard[request] > hard[limit]:
            yield f"ResourceQuota {request} ({hard[request]}) should be less than {limit} ({hard[limit]})"


def of_secret(new: core_v1.Secret, old: core_v1.Secret | None) -> Iterator[str]:
    """A certificate and the key of another."""
    if new.type != "kubernetes.io/tls":
        return
    try:
        certificate = x509.load_pem_x509_certificate(new.data.get("tls.crt", b""))
    except ValueError:
        yield "tls: failed to find any PEM data in certificate input"
        return
    try:
        key = load_pem_private_key(new.data.get("tls.key", b""), None)
    except (ValueError, TypeError):
        yield "tls: failed to find any PEM data in key input"
        return
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if certificate.public_key().public_bytes(*form) != key.public_key().public_bytes(*form):
        yield "tls: private key does not match public key"


def of_account(new: core_v1.ServiceAccount, old: core_v1.ServiceAccount | None) -> Iterator[str]:
    if old is not None and _MOUNTABLE in old.metadata.annotations:
        return
    if _MOUNTABLE in new.metadata.annotations:
        why = "deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets"
        yield f"metadata.annotations[{_MOUNTABLE}]: {why}"
