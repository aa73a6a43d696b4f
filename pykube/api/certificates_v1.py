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
    request: Annotated[bytes, Required] = always(bytes)
    signer_name: Annotated[str, Required] = always(str)
    expiration_seconds: Int32 | None = None
    usages: Annotated[list[KeyUsage], ListAtomic] = []
    username: str = ""
    uid: str = ""
    groups: Annotated[list[str], ListAtomic] = []
    extra: dict[str, list[str]] = {}


class CertificateSigningRequestStatus(Struct):
    conditions: Annotated[list[CertificateSigningRequestCondition], ListMap("type")] = []
    certificate: bytes = b""


class CertificateSigningRequest(Struct):
    """Asks a signer for a certificate."""

    api_version: str = constant("certificates.k8s.io/v1")
    kind: str = constant("CertificateSigningRequest")
    metadata: meta_v1.ObjectMeta = always(meta_v1.ObjectMeta)
    spec: Annotated[CertificateSigningRequestSpec, Required] = always(CertificateSigningRequestSpec)
    status: CertificateSigningRequestStatus = always(CertificateSigningRequestStatus)


class CertificateSigningRequestCondition(Struct):
    type: Annotated[str, Required] = always(str)
    status: Annotated[str, Required] = always(str)
    reason: str = ""
    message: str = ""
    last_update_time: Time | None = None
    last_transition_time: Time | None = None


class CertificateSigningRequestList(Struct):
    api_version: str = constant("certificates.k8s.io/v1")
    kind: str = constant("CertificateSigningRequestList")
    metadata: meta_v1.ListMeta = always(meta_v1.ListMeta)
    items: Annotated[list[CertificateSigningRequest], Required] = always(list)
