"""``certificates.k8s.io/v1``: CertificateSigningRequest."""

from __future__ import annotations

from typing import Annotated

from . import meta_v1
from .meta_v1 import Time
from .schema import Enum, Int32, ListAtomic, ListMap, Required, Struct, always, constant

KeyUsage = Annotated[
    str,
    Enum(
        "signing",
        "digital signature",
        "content commitment",
        "key encipherment",
        "key agreement",
        "data encipherment",
        "cert sign",
        "crl sign",
        "encipher only",
        "decipher only",
        "any",
        "server auth",
        "client auth",
        "code signing",
        "email protection",
        "s/mime",
        "ipsec end system",
        "ipsec tunnel",
        "ipsec user",
        "timestamping",
        "ocsp signing",
        "microsoft sgc",
        "netscape sgc",
    ),
]


class CertificateSigningRequestSpec(Struct):
    """What certificate is asked for; cannot be changed."""

    request: Annotated[bytes, Required] = always(bytes)
    """The request itself, PKCS#10 in PEM, in base64."""
    signer_name: Annotated[str, Required] = always(str)
    """Who is to sign, as domain/name."""
    expiration_seconds: Int32 | None = None
    """Seconds that it is wanted for, at least 600; the signer may give less. Default: what the signer gives."""
    usages: Annotated[list[KeyUsage], ListAtomic] = []
    """What the certificate is to be used for, such as client auth."""
    username: str = ""
    """Who asked. Set by the server."""
    uid: str = ""
    """Identity of who asked. Set by the server."""
    groups: Annotated[list[str], ListAtomic] = []
    """Groups of who asked. Set by the server."""
    extra: dict[str, list[str]] = {}
    """More about who asked. Set by the server."""


class CertificateSigningRequestStatus(Struct):
    """What became of the request."""

    conditions: Annotated[list[CertificateSigningRequestCondition], ListMap("type")] = []
    """Approved, Denied or Failed."""
    certificate: bytes = b""
    """The signed certificates in PEM, in base64."""


class CertificateSigningRequest(Struct):
    """Asks a signer for a certificate."""

    api_version: str = constant("certificates.k8s.io/v1")
    kind: str = constant("CertificateSigningRequest")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[CertificateSigningRequestSpec, Required] = always(CertificateSigningRequestSpec)
    status: CertificateSigningRequestStatus = always(CertificateSigningRequestStatus)


class CertificateSigningRequestCondition(Struct):
    """A decision about the request."""

    type: Annotated[str, Required] = always(str)
    status: Annotated[str, Required] = always(str)
    reason: str = ""
    message: str = ""
    last_update_time: Time | None = None
    """When the condition was last written."""
    last_transition_time: Time | None = None


class CertificateSigningRequestList(Struct):
    api_version: str = constant("certificates.k8s.io/v1")
    kind: str = constant("CertificateSigningRequestList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[CertificateSigningRequest], Required] = always(list)
