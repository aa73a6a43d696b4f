"""Rules of certificate signing requests. Source: pkg/apis/certificates/validation."""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from .. import names
from ..certificates_v1 import CertificateSigningRequest
from ..field_errors import SPEC, STATUS, Errors, Path, duplicate, forbidden, invalid_value, not_supported, required
from . import checks
from .rules import Rules

_USAGES = (
    "any",
    "cert sign",
    "client auth",
    "code signing",
    "content commitment",
    "crl sign",
    "data encipherment",
    "decipher only",
    "digital signature",
    "email protection",
    "encipher only",
    "ipsec end system",
    "ipsec tunnel",
    "ipsec user",
    "key agreement",
    "key encipherment",
    "microsoft sgc",
    "netscape sgc",
    "ocsp signing",
    "s/mime",
    "server auth",
    "signing",
    "timestamping",
)
_MIN_SECONDS = 600
_LASTING = ("Approved", "Denied", "Failed")
_STATUS_VALUES = ("False", "True", "Unknown")
_CONDITIONS = STATUS.child("conditions")
_CERTIFICATE = STATUS.child("certificate")


def _request_problem(pem: bytes) -> str:
    """Why `pem` is no certificate request signed by its own key; empty when it is one."""
    try:
        if not x509.load_pem_x509_csr(pem).is_signature_valid:
            return "x509: signature does not match"
    except (ValueError, TypeError, InvalidSignature):
        return "PEM block type must be CERTIFICATE REQUEST"
    return ""


def _certificate_problem(pem: bytes) -> str:
    if not pem:
        return ""
    try:
        x509.load_pem_x509_certificates(pem)
    except ValueError:
        return "must contain at least one CERTIFICATE PEM block"
    return ""


def signer_name(name: str, path: Path) -> Errors:
    """``example.com/signer``"""
    if not name:
        yield required(path)
        return
    domain, slash, rest = name.partition("/")
    if not slash or "/" in rest:
        message = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
        yield invalid_value(path, name, message)
        return
    for part, rule in ((domain, names.dns_label), (rest, names.dns_subdomain)):
        for label in part.split("."):
            messages = rule(label)
            for message in messages:
                yield invalid_value(path, part, f'validating label "{label}": {message}')
            if messages:
                break
    if "." not in domain:
        yield invalid_value(path, domain, "should be a domain with at least two segments separated by dots")


def _create(found: CertificateSigningRequest) -> Errors:
    spec = found.spec
    if problem := _request_problem(spec.request):
        yield invalid_value(SPEC.child("request"), spec.request, problem)
    if not spec.usages:
        yield required(SPEC.child("usages"))
    seen: set[str] = set()
    for index, usage in enumerate(spec.usages):
        if usage not in _USAGES:
            yield not_supported(SPEC.child("usages").index(index), usage, _USAGES)
        if usage in seen:
            yield duplicate(SPEC.child("usages").index(index), usage)
        seen.add(usage)
    if spec.signer_name == "kubernetes.io/legacy-unknown":
        message = "the legacy signerName is not allowed via this API version"
        yield invalid_value(SPEC.child("signerName"), spec.signer_name, message)
    else:
        yield from signer_name(spec.signer_name, SPEC.child("signerName"))
    if spec.expiration_seconds is not None and spec.expiration_seconds < _MIN_SECONDS:
        message = "may not specify a duration less than 600 seconds (10 minutes)"
        yield invalid_value(SPEC.child("expirationSeconds"), spec.expiration_seconds, message)
    yield from _status(found)


def _status(found: CertificateSigningRequest) -> Errors:
    seen: set[str] = set()
    for index, condition in enumerate(found.status.conditions):
        path = _CONDITIONS.index(index)
        if not condition.type:
            yield required(path.child("type"))
        allowed = ("True",) if condition.type in _LASTING else _STATUS_VALUES
        yield from checks.required_supported(path.child("status"), condition.status, allowed)
        if condition.type in seen:
            yield duplicate(path.child("type"), condition.type)
        if {condition.type, *seen} >= {"Approved", "Denied"} and condition.type in ("Approved", "Denied"):
            yield invalid_value(_CONDITIONS, condition.type, "Approved and Denied conditions are mutually exclusive")
        seen.add(condition.type)
    if problem := _certificate_problem(found.status.certificate):
        yield invalid_value(_CERTIFICATE, "<certificate data>", problem)


def _kept(new: CertificateSigningRequest, old: CertificateSigningRequest) -> Errors:
    """A decision stands once it is made."""
    for kind in _LASTING:
        if any(one.type == kind for one in old.status.conditions) and not any(
            one.type == kind for one in new.status.conditions
        ):
            yield forbidden(_CONDITIONS, f'updates may not remove a condition of type "{kind}"')


def _undecided(new: CertificateSigningRequest, old: CertificateSigningRequest) -> Errors:
    for kind in ("Approved", "Denied"):
        before = [one for one in old.status.conditions if one.type == kind]
        after = [one for one in new.status.conditions if one.type == kind]
        if len(after) > len(before):
            yield forbidden(_CONDITIONS, f'updates may not add a condition of type "{kind}"')
        elif len(after) == len(before) and after != before:
            yield forbidden(_CONDITIONS, f'updates may not modify a condition of type "{kind}"')


def _update(new: CertificateSigningRequest, old: CertificateSigningRequest) -> Errors:
    yield from _status(new)
    yield from _kept(new, old)
    yield from _undecided(new, old)
    if new.status.certificate != old.status.certificate:
        yield forbidden(_CERTIFICATE, "updates may not set certificate content")


def _status_update(new: CertificateSigningRequest, old: CertificateSigningRequest) -> Errors:
    yield from _status(new)
    yield from _kept(new, old)
    yield from _undecided(new, old)
    if old.status.certificate and new.status.certificate != old.status.certificate:
        yield forbidden(_CERTIFICATE, "updates may not modify existing certificate content")


def approval(new: CertificateSigningRequest, old: CertificateSigningRequest) -> Errors:
    """The ``approval`` subresource, which alone may decide."""
    yield from _status(new)
    yield from _kept(new, old)
    if new.status.certificate != old.status.certificate:
        yield forbidden(_CERTIFICATE, "updates may not set certificate content")


CATALOG = {CertificateSigningRequest: Rules(name=names.anything, create=_create, update=_update, status=_status_update)}
