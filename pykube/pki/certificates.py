"""Certificates on disk: made when missing, made anew when their time or what they are for runs out."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from . import files
from .ca import LEAF_LIFETIME, CertificateAuthority, Profile, load_key, signed_by

RENEW_AFTER = 2 / 3
"""The share of a certificate's life after which it is renewed."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path

    @classmethod
    def at(cls, folder: Path, name: str) -> Pair:
        """``<folder>/<name>.crt`` and ``.key``."""
        return cls(folder / f"{name}.crt", folder / f"{name}.key")

    def renew_at(self) -> datetime:
        """The moment from which `ensure` renews it."""
        certificate = x509.load_pem_x509_certificate(self.certificate.read_bytes())
        life = certificate.not_valid_after_utc - certificate.not_valid_before_utc
        return certificate.not_valid_before_utc + life * RENEW_AFTER


def ensure(
    pair: Pair,
    authority: CertificateAuthority,
    profile: Profile,
    now: datetime,
    *,
    lifetime: timedelta = LEAF_LIFETIME,
    anew: bool = False,
) -> bool:
    """Have a certificate for `profile` in place; whether one was issued.

    A good one is left alone, unless it is to be made `anew`. One that is missing, broken, of another authority or
    profile, in the last third of its life or expired is replaced, with a new key. The key is written first: a server
    that is killed between the two writes finds a pair that does not match, and replaces it here when it starts again.
    """
    if not anew and pair.certificate.exists() and pair.key.exists() and _serves(pair, authority, profile, now):
        return False
    certificate, key = authority.issue(profile, now, lifetime=lifetime)
    files.write(pair.key, key)
    files.write(pair.certificate, certificate, mode=0o644)
    return True


def _serves(pair: Pair, authority: CertificateAuthority, profile: Profile, now: datetime) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(pair.certificate.read_bytes())
        matches = certificate.public_key() == load_key(pair.key).public_key()
    except ValueError:
        return False
    fresh = certificate.not_valid_before_utc <= now < pair.renew_at()
    return (
        matches
        and fresh
        and signed_by(certificate, authority.certificate)
        and profile_of(certificate) == _sorted(profile)
    )


def profile_of(certificate: x509.Certificate) -> Profile:
    """What a certificate was issued for; names and addresses sorted."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        dns_names = names.get_values_for_type(x509.DNSName)
        addresses = [str(address) for address in names.get_values_for_type(x509.IPAddress)]
    except x509.ExtensionNotFound:
        dns_names, addresses = [], []
    usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    found = Profile(
        common_name=_attributes(certificate, NameOID.COMMON_NAME)[0],
        organizations=_attributes(certificate, NameOID.ORGANIZATION_NAME),
        server=ExtendedKeyUsageOID.SERVER_AUTH in usages,
        client=ExtendedKeyUsageOID.CLIENT_AUTH in usages,
        dns_names=tuple(dns_names),
        addresses=tuple(addresses),
    )
    return _sorted(found)


def _attributes(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> tuple[str, ...]:
    return tuple(str(attribute.value) for attribute in certificate.subject.get_attributes_for_oid(oid))


def _sorted(profile: Profile) -> Profile:
    return Profile(
        common_name=profile.common_name,
        organizations=tuple(sorted(profile.organizations)),
        server=profile.server,
        client=profile.client,
        dns_names=tuple(sorted(profile.dns_names)),
        addresses=tuple(sorted(str(ipaddress.ip_address(address)) for address in profile.addresses)),
    )
