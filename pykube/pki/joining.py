"""What an agent that joins by a token needs of cryptography, in a module of its own: others do without its 12 MB."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

from . import files, kubeconfig
from .agent_files import FINGERPRINT, AgentFiles
from .ca import key_pem, signed_by
from .certificates import RENEW_AFTER, Pair

NODES = "system:nodes"
NODE_PREFIX = "system:node:"


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate that an agent has."""

    renew_at: datetime
    expires: datetime
    names: frozenset[str]
    """Host names and addresses that it is for."""
    issuer: str
    """The fingerprint of the trusted authority that it comes from; empty: of none of them."""


def fingerprint(certificate: x509.Certificate) -> str:
    """What tells an authority apart in the annotations of Nodes."""
    return certificate.fingerprint(hashes.SHA256()).hex()[:FINGERPRINT]


def public_key_hash(certificate: x509.Certificate) -> str:
    """``sha256:<hex>`` of the public key, RFC 7469's fingerprint, as kubeadm prints it."""
    der = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"sha256:{hashlib.sha256(der).hexdigest()}"


def public_key_hashes(pem: bytes) -> tuple[str, ...]:
    """Those of all certificates in `pem`.

    Raises:
        ValueError: there are none.
    """
    return tuple(public_key_hash(one) for one in x509.load_pem_x509_certificates(pem))


def only_known(pem: bytes, known: Iterable[str]) -> bytes:
    """The certificates of `pem` whose public keys have one of the hashes `known`; empty: there is none.

    Raises:
        ValueError: `pem` holds no certificates.
    """
    wanted = set(known)
    found = (one for one in x509.load_pem_x509_certificates(pem) if public_key_hash(one) in wanted)
    return b"".join(one.public_bytes(Encoding.PEM) for one in found)


def request(node: str, names: Sequence[str] = (), addresses: Sequence[str] = ()) -> tuple[bytes, bytes]:
    """A new key and a request for a certificate of the node's agent, both as PEM; with names it is for a server."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = [
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, NODES),
        x509.NameAttribute(NameOID.COMMON_NAME, NODE_PREFIX + node),
    ]
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(subject))
    general = [x509.DNSName(name) for name in names]
    found = [*general, *(x509.IPAddress(ipaddress.ip_address(address)) for address in addresses)]
    if found:
        builder = builder.add_extension(x509.SubjectAlternativeName(found), critical=False)
    return key_pem(key), builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def held(path: Path, authorities: bytes) -> Held | None:
    """The certificate in a file with its key; None: there is none, or the two do not belong together."""
    try:
        pem = path.read_bytes()
        certificate = x509.load_pem_x509_certificate(pem)
        key = load_pem_private_key(pem, None)
    except (OSError, ValueError):
        return None
    if key.public_key() != certificate.public_key():
        return None
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return Held(
        renew_at=begins + (ends - begins) * RENEW_AFTER,
        expires=ends,
        names=_names(certificate),
        issuer=next(
            (fingerprint(one) for one in x509.load_pem_x509_certificates(authorities) if signed_by(certificate, one)),
            "",
        ),
    )


def keep(files_of: AgentFiles, *, server: str, node: str, authorities: bytes, key: bytes, certificate: bytes) -> None:
    """Put a new agent's credentials in place; the client's certificate comes last, it says that all is there."""
    files.write(files_of.authorities, authorities, mode=0o644)
    pair = Pair(files_of.joined_client, files_of.joined_client)
    kubeconfig.write(
        files_of.kubeconfig,
        server=server,
        authority=files_of.authorities,
        user=NODE_PREFIX + node,
        credentials=pair,
        embed=False,
    )
    files.write(files_of.joined_client, key + certificate)


def _names(certificate: x509.Certificate) -> frozenset[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    addresses = (str(address) for address in found.get_values_for_type(x509.IPAddress))
    return frozenset([*found.get_values_for_type(x509.DNSName), *addresses])
