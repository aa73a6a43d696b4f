"""Client certificates: the subject's common name is the user, its organisations are the groups.

The TLS layer has proven by then that the caller holds the key. Everything else about the certificate is judged here:
who signed it (the front proxy's CA is trusted for another purpose than the cluster's), when, and what for.
"""

from __future__ import annotations

import ssl
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID, ObjectIdentifier

from pykube.aio.clock import Clock, SystemClock
from pykube.errors import Unauthorized

from .user import CREDENTIAL_ID, User

UID_OID = ObjectIdentifier("1.3.6.1.4.1.57683.2")
"""Where a subject may carry the user's uid."""
MALFORMED = (ValueError, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)
"""What reading a certificate raises that breaks the rules of its encoding."""
MAX_KNOWN = 1024
"""How many certificates are remembered; the oldest is forgotten first."""


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A verified client certificate."""

    user: User
    not_before: datetime
    not_after: datetime


class CertificateReader:
    """Reads and verifies the certificate of a connection, remembering the answer per certificate."""

    def __init__(self, authorities: Sequence[x509.Certificate], clock: Clock | None = None) -> None:
        self._authorities = tuple(authorities)
        self._clock = clock or SystemClock()
        self._known: OrderedDict[bytes, ClientCertificate | str] = OrderedDict()

    def replace(self, authorities: Sequence[x509.Certificate]) -> None:
        """Trust `authorities` from now on, and forget what was verified against others."""
        self._authorities = tuple(authorities)
        self._known.clear()

    def read(self, request: web.BaseRequest) -> ClientCertificate | None:
        """The connection's client certificate; None when it has none.

        Raises:
            Unauthorized: the certificate is not good for a client, or not at this time, or another CA signed it.
        """
        tls: ssl.SSLObject | None = request.get_extra_info("ssl_object")
        der = tls.getpeercert(binary_form=True) if tls is not None else None
        if not der:
            return None
        found = self._known.get(der)
        if found is None:
            if len(self._known) >= MAX_KNOWN:
                self._known.popitem(last=False)
            found = self._known[der] = self._verify(der)
        if isinstance(found, str):
            raise Unauthorized(found)
        if not found.not_before <= self._clock.now() <= found.not_after:
            raise Unauthorized("x509: certificate has expired or is not yet valid")
        return found

    def _verify(self, der: bytes) -> ClientCertificate | str:
        """The certificate, or what is wrong with it."""
        try:
            certificate = x509.load_der_x509_certificate(der)
            if not any(signed_by(certificate, authority) for authority in self._authorities):
                return "x509: certificate signed by unknown authority"
            if unknown := unknown_critical_extensions(certificate):
                return f"x509: unhandled critical extension {unknown[0]}"
            if not for_clients(certificate):
                return "x509: certificate specifies an incompatible key usage"
            user = subject_user(certificate)
            return ClientCertificate(user, certificate.not_valid_before_utc, certificate.not_valid_after_utc)
        except MALFORMED as error:
            return f"x509: malformed certificate: {error}"


Check = Callable[[ClientCertificate], User]
"""The user of a certificate; raises Unauthorized for one that is good in itself, but not wanted any more."""


class X509:
    """The authenticator over a `CertificateReader`."""

    def __init__(self, reader: CertificateReader, check: Check = lambda found: found.user) -> None:
        self._reader = reader
        self._check = check

    async def authenticate(self, request: web.BaseRequest) -> User | None:
        found = self._reader.read(request)
        return self._check(found) if found is not None and found.user.name else None


def signed_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """Whether `authority` signed `certificate` itself."""
    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


UNDERSTOOD = frozenset(
    {
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    }
)
"""Extensions that may be critical: they are looked at, or say nothing about clients."""


def unknown_critical_extensions(certificate: x509.Certificate) -> list[str]:
    """What the certificate's maker wants it refused for when it is not understood (RFC 5280, section 4.2)."""
    return [
        extension.oid.dotted_string
        for extension in certificate.extensions
        if extension.critical and extension.oid not in UNDERSTOOD
    ]


def for_clients(certificate: x509.Certificate) -> bool:
    """Whether the certificate may prove a client; one that names no usage may."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return ExtendedKeyUsageOID.CLIENT_AUTH in usage or ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in usage


def subject_user(certificate: x509.Certificate) -> User:
    """The user that a certificate's subject names."""

    def values(oid: ObjectIdentifier) -> tuple[str, ...]:
        return tuple(str(attribute.value) for attribute in certificate.subject.get_attributes_for_oid(oid))

    return User(
        name=next(iter(values(NameOID.COMMON_NAME)), ""),
        uid=next(iter(values(UID_OID)), ""),
        groups=values(NameOID.ORGANIZATION_NAME),
        extra={CREDENTIAL_ID: (f"X509SHA256={certificate.fingerprint(SHA256()).hex()}",)},
    )
