"""Certificates for those who ask with a request of their own: PKCS #10, RFC 2986.

What stands in the request (subject, alternative names, key) goes into the certificate; what it may be used for comes
from the Kubernetes object around it. Source: the certificates API, and KEP-1513 for its signers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from .ca import LEAF_LIFETIME, CertificateAuthority

LIFETIME_MIN = timedelta(minutes=10)
"""No certificate is shorter, since all are valid from some minutes before their making."""

NODES = "system:nodes"
NODE_PREFIX = "system:node:"

_EXTENDED: Mapping[str, ObjectIdentifier] = {
    "any": ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    "server auth": ExtendedKeyUsageOID.SERVER_AUTH,
    "client auth": ExtendedKeyUsageOID.CLIENT_AUTH,
    "code signing": ExtendedKeyUsageOID.CODE_SIGNING,
    "email protection": ExtendedKeyUsageOID.EMAIL_PROTECTION,
    "s/mime": ExtendedKeyUsageOID.EMAIL_PROTECTION,
    "ipsec end system": ObjectIdentifier("1.3.6.1.5.5.7.3.5"),
    "ipsec tunnel": ObjectIdentifier("1.3.6.1.5.5.7.3.6"),
    "ipsec user": ObjectIdentifier("1.3.6.1.5.5.7.3.7"),
    "timestamping": ExtendedKeyUsageOID.TIME_STAMPING,
    "ocsp signing": ExtendedKeyUsageOID.OCSP_SIGNING,
    "microsoft sgc": ObjectIdentifier("1.3.6.1.4.1.311.10.3.3"),
    "netscape sgc": ObjectIdentifier("2.16.840.1.113730.4.1"),
}
_BASIC: Mapping[str, str] = {
    "signing": "digital_signature",
    "digital signature": "digital_signature",
    "content commitment": "content_commitment",
    "key encipherment": "key_encipherment",
    "key agreement": "key_agreement",
    "data encipherment": "data_encipherment",
    "cert sign": "key_cert_sign",
    "crl sign": "crl_sign",
    "encipher only": "encipher_only",
    "decipher only": "decipher_only",
}
_OPTIONAL = frozenset({"digital signature", "key encipherment"})


def lifetime(asked_seconds: int | None) -> timedelta:
    """How long a certificate lives whose request asks for so many seconds: at least ten minutes, at most a year."""
    if asked_seconds is None:
        return LEAF_LIFETIME
    return min(max(timedelta(seconds=asked_seconds), LIFETIME_MIN), LEAF_LIFETIME)


def sign(authority: CertificateAuthority, pem: bytes, usages: Sequence[str], now: datetime, life: timedelta) -> bytes:
    """The certificate, as PEM, for a request in PEM.

    Raises:
        ValueError: the request cannot be read, or its signature is not its key's.
    """
    request = read(pem)
    names = _alternative_names(request)
    return authority.certify(
        request.subject,
        request.public_key(),
        now,
        lifetime=life,
        key_usage=_key_usage(usages),
        extended=[_EXTENDED[usage] for usage in usages if usage in _EXTENDED],
        alternative_names=names,
    )


def read(pem: bytes) -> x509.CertificateSigningRequest:
    """The request in the PEM.

    Raises:
        ValueError: it cannot be read, or its signature is not its key's.
    """
    request = x509.load_pem_x509_csr(pem)
    if not request.is_signature_valid:
        raise ValueError("the request is not signed with its own key")
    return request


def common_name(request: x509.CertificateSigningRequest) -> str:
    """The user that the request names."""
    found = request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[-1].value) if found else ""


def names(request: x509.CertificateSigningRequest) -> tuple[frozenset[str], frozenset[str]]:
    """The host names and the addresses that the request is for; names of other kinds are left out."""
    found = _alternative_names(request)
    dns_names = frozenset(str(name.value) for name in found if isinstance(name, x509.DNSName))
    return dns_names, frozenset(str(name.value) for name in found if isinstance(name, x509.IPAddress))


def check(signer: str, request: x509.CertificateSigningRequest, usages: Sequence[str]) -> None:
    """Refuse what one of the built-in signers does not sign.

    Raises:
        ValueError: says why, in upstream's words.
        KeyError: `signer` is none of `SIGNERS`.
    """
    SIGNERS[signer](request, frozenset(usages))


def _client(_request: x509.CertificateSigningRequest, usages: frozenset[str]) -> None:
    for usage in sorted(usages - _OPTIONAL - {"client auth"}):
        raise ValueError(f"invalid usage for client certificate: {usage}")
    if "client auth" not in usages:
        raise ValueError("missing required usage for client certificate: client auth")


def _kubelet_client(request: x509.CertificateSigningRequest, usages: frozenset[str]) -> None:
    _node_subject(request)
    _refuse_names(request, "DNS", "Email", "IP", "URI")
    _exact_usages(usages, "client auth")


def _kubelet_serving(request: x509.CertificateSigningRequest, usages: frozenset[str]) -> None:
    _node_subject(request)
    if not any(isinstance(name, x509.DNSName | x509.IPAddress) for name in _alternative_names(request)):
        raise ValueError("DNS or IP subjectAltName is required")
    _refuse_names(request, "Email", "URI")
    _exact_usages(usages, "server auth")


def _anything(_request: x509.CertificateSigningRequest, _usages: frozenset[str]) -> None:
    """legacy-unknown promises nothing."""


SIGNERS: Mapping[str, Callable[[x509.CertificateSigningRequest, frozenset[str]], None]] = {
    "kubernetes.io/kube-apiserver-client": _client,
    "kubernetes.io/kube-apiserver-client-kubelet": _kubelet_client,
    "kubernetes.io/kubelet-serving": _kubelet_serving,
    "kubernetes.io/legacy-unknown": _anything,
}
"""The signers that the cluster has itself, and what each refuses."""


def _node_subject(request: x509.CertificateSigningRequest) -> None:
    subject = request.subject
    groups = [str(each.value) for each in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
    if groups != [NODES]:
        raise ValueError("subject organization is not system:nodes")
    if not common_name(request).startswith(NODE_PREFIX):
        raise ValueError("subject common name does not begin with system:node:")


_NAME_TYPES: Mapping[str, type[x509.GeneralName]] = {
    "DNS": x509.DNSName,
    "Email": x509.RFC822Name,
    "IP": x509.IPAddress,
    "URI": x509.UniformResourceIdentifier,
}


def _refuse_names(request: x509.CertificateSigningRequest, *kinds: str) -> None:
    for kind in kinds:
        if any(isinstance(name, _NAME_TYPES[kind]) for name in _alternative_names(request)):
            raise ValueError(f"{kind} subjectAltNames are not allowed")


def _exact_usages(usages: frozenset[str], needed: str) -> None:
    if needed not in usages or usages - _OPTIONAL - {needed}:
        raise ValueError(f"usages did not match [{' '.join(sorted([*_OPTIONAL, needed]))}]")


def _alternative_names(request: x509.CertificateSigningRequest) -> list[x509.GeneralName]:
    try:
        return list(request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return []


def _key_usage(usages: Sequence[str]) -> x509.KeyUsage:
    asked = {_BASIC[usage] for usage in usages if usage in _BASIC}
    flags = {name: name in asked for name in _BASIC.values()}
    if not flags["key_agreement"]:
        flags["encipher_only"] = flags["decipher_only"] = False
    return x509.KeyUsage(**flags)
