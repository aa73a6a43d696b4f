"""A certificate authority: a key and a self-signed certificate on disk, and what it signs. ECDSA P-256 throughout."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from . import files

CA_LIFETIME = timedelta(days=3650)
LEAF_LIFETIME = timedelta(days=365)

BACKDATED = timedelta(minutes=5)
"""Certificates are valid from a little before their making, since the clocks of hosts differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a certificate is for."""

    common_name: str
    """The user name, for a client certificate."""
    organizations: tuple[str, ...] = ()
    """The user's groups."""
    server: bool = False
    """May be shown by a server."""
    client: bool = False
    """May be shown by a client."""
    dns_names: tuple[str, ...] = ()
    """Host names that a server answers to."""
    addresses: tuple[str, ...] = ()
    """IP addresses that a server answers at."""


class CertificateAuthority:
    """Signs certificates with its key."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self.certificate = certificate
        self._key = key

    @classmethod
    def load_or_create(
        cls, folder: Path, now: datetime, *, name: str = "ca", common_name: str = "pykube-ca"
    ) -> CertificateAuthority:
        """The authority of ``<folder>/<name>.crt`` and ``.key``; made there if neither exists.

        Raises:
            ValueError: one of the files is missing or broken, or they do not belong together. Nothing is overwritten:
                a new authority would cut off everybody who trusts the old one.
        """
        certificate_file, key_file = folder / f"{name}.crt", folder / f"{name}.key"
        if not certificate_file.exists() and not key_file.exists():
            authority = cls.create(common_name, now)
            files.write(key_file, authority.key_pem)
            files.write(certificate_file, authority.pem, mode=0o644)
            return authority
        return cls.load(folder, name=name)

    @classmethod
    def load(cls, folder: Path, *, name: str = "ca") -> CertificateAuthority:
        """The authority of ``<folder>/<name>.crt`` and ``.key``.

        While one authority follows another the first file holds several certificates, all of them to be trusted; the
        one that the key belongs to is the authority that signs.

        Raises:
            ValueError: one of the files is missing or broken, or they do not belong together.
        """
        certificate_file, key_file = folder / f"{name}.crt", folder / f"{name}.key"
        for file in (certificate_file, key_file):
            if not file.exists():
                raise ValueError(f"{file} is missing, its partner is there: restore it from a backup")
        key = load_key(key_file)
        for certificate in x509.load_pem_x509_certificates(certificate_file.read_bytes()):
            if certificate.public_key() == key.public_key():
                return cls(certificate, key)
        raise ValueError(f"{certificate_file} and {key_file} do not belong together")

    @classmethod
    def create(cls, common_name: str, now: datetime) -> CertificateAuthority:
        """One with a new key, that is nowhere yet."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        builder = _builder(name, name, key.public_key(), now, CA_LIFETIME)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        builder = builder.add_extension(_key_usage(authority=True), critical=True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        return cls(builder.sign(key, hashes.SHA256()), key)

    @property
    def pem(self) -> bytes:
        """The certificate, as others are given it to trust."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The key, for its file alone."""
        return key_pem(self._key)

    def issue(self, profile: Profile, now: datetime, *, lifetime: timedelta = LEAF_LIFETIME) -> tuple[bytes, bytes]:
        """A certificate with a new key, both as PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        return self.sign(key.public_key(), profile, now, lifetime=lifetime), key_pem(key)

    def sign(
        self,
        public_key: ec.EllipticCurvePublicKey,
        profile: Profile,
        now: datetime,
        *,
        lifetime: timedelta = LEAF_LIFETIME,
    ) -> bytes:
        """A certificate, as PEM, for a key that stays where it is; it never outlives the authority's own."""
        return self.certify(
            _name(profile),
            public_key,
            now,
            lifetime=lifetime,
            key_usage=_key_usage(authority=False),
            extended=[ExtendedKeyUsageOID.SERVER_AUTH] * profile.server
            + [ExtendedKeyUsageOID.CLIENT_AUTH] * profile.client,
            alternative_names=_alternative_names(profile),
        )

    def certify(
        self,
        subject: x509.Name,
        public_key: CertificatePublicKeyTypes,
        now: datetime,
        *,
        lifetime: timedelta,
        key_usage: x509.KeyUsage,
        extended: Sequence[x509.ObjectIdentifier],
        alternative_names: Sequence[x509.GeneralName],
    ) -> bytes:
        """A certificate, as PEM, with all that stands in it; it never outlives the authority's own.

        Raises:
            ValueError: the authority itself has expired.
        """
        if now >= self.certificate.not_valid_after_utc:
            raise ValueError("the authority's certificate has expired; make it anew with: pykube certs rotate")
        lifetime = min(lifetime, self.certificate.not_valid_after_utc - now)
        builder = _builder(subject, self.certificate.subject, public_key, now, lifetime)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(key_usage, critical=True)
        if extended:
            builder = builder.add_extension(x509.ExtendedKeyUsage(extended), critical=False)
        identifier = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        issuer = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
        builder = builder.add_extension(issuer, critical=False)
        if alternative_names:
            builder = builder.add_extension(x509.SubjectAlternativeName(alternative_names), critical=False)
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def signed_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """Whether `authority` signed `certificate` itself."""
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The key as unencrypted PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def load_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """An elliptic-curve key from a PEM file.

    Raises:
        ValueError: the file holds none.
    """
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except ValueError as error:
        raise ValueError(f"{path} holds no private key: {error}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{path} holds a key of another kind than ECDSA")
    return key


def _builder(
    subject: x509.Name, issuer: x509.Name, key: CertificatePublicKeyTypes, now: datetime, lifetime: timedelta
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        public_key=key,
        serial_number=x509.random_serial_number(),
        not_valid_before=now - BACKDATED,
        not_valid_after=now + lifetime,
    )


def _name(profile: Profile) -> x509.Name:
    groups = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in profile.organizations]
    return x509.Name([*groups, x509.NameAttribute(NameOID.COMMON_NAME, profile.common_name)])


def _alternative_names(profile: Profile) -> Sequence[x509.GeneralName]:
    addresses = [x509.IPAddress(ipaddress.ip_address(address)) for address in profile.addresses]
    return [*(x509.DNSName(name) for name in profile.dns_names), *addresses]


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
