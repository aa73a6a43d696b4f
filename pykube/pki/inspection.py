"""What there is of certificates on a host, and what is wrong with it. Nothing is changed here."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml
from cryptography import x509

from .ca import load_key, signed_by
from .certificates import RENEW_AFTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One certificate."""

    name: str
    subject: str = ""
    issuer: str = ""
    expires: datetime | None = None
    problems: tuple[str, ...] = ()
    """In words; none: all is well."""


def inspect_pair(
    name: str, certificate: Path, key: Path, authorities: Sequence[x509.Certificate], now: datetime
) -> Finding:
    """A certificate that is to come from one of `authorities`, and its key."""
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
    except FileNotFoundError:
        return Finding(name=name, problems=("is missing",))
    except (OSError, ValueError) as error:
        return Finding(name=name, problems=(f"cannot be read: {error}",))
    return _finding(name, found, [*_problems(found, authorities, now), *_key_problems(found, key)])


def inspect_authorities(name: str, certificates: Sequence[x509.Certificate], now: datetime) -> Iterator[Finding]:
    """The certificates of authorities that are trusted; the first signs."""
    for number, one in enumerate(certificates):
        role = "" if len(certificates) == 1 else " (signs)" if number == 0 else " (trusted)"
        yield _finding(f"{name}{role}", one, list(_time_problems(one, now)))


def inspect_kubeconfig(path: Path, authorities: Sequence[x509.Certificate], now: datetime) -> Finding:
    """The certificate that stands in a kubeconfig, and whom that file trusts."""
    try:
        document = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        user, cluster = document["users"][0]["user"], document["clusters"][0]["cluster"]
        found = x509.load_pem_x509_certificate(base64.b64decode(user["client-certificate-data"]))
        believed = x509.load_pem_x509_certificates(base64.b64decode(cluster["certificate-authority-data"]))
    except FileNotFoundError:
        return Finding(name=str(path), problems=("is missing",))
    except (OSError, ValueError, TypeError, LookupError, yaml.YAMLError) as error:
        return Finding(name=str(path), problems=(f"cannot be read: {error}",))
    problems = list(_problems(found, authorities, now))
    if authorities and authorities[0] not in believed:
        problems.append("does not trust the authority that signs")
    return _finding(str(path), found, problems)


def _finding(name: str, certificate: x509.Certificate, problems: Sequence[str]) -> Finding:
    return Finding(
        name=name,
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        expires=certificate.not_valid_after_utc,
        problems=tuple(problems),
    )


def _problems(certificate: x509.Certificate, authorities: Sequence[x509.Certificate], now: datetime) -> Iterator[str]:
    yield from _time_problems(certificate, now)
    signer = next((one for one in authorities if signed_by(certificate, one)), None)
    if signer is None:
        yield "comes from an authority that is not trusted"
    elif signer != authorities[0]:
        yield "comes from an authority that is being replaced"


def _time_problems(certificate: x509.Certificate, now: datetime) -> Iterator[str]:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now >= ends:
        yield "has expired"
    elif now < begins:
        yield "is not valid yet"
    elif now >= begins + (ends - begins) * RENEW_AFTER:
        yield "is due for renewal"


def _key_problems(certificate: x509.Certificate, key: Path) -> Iterator[str]:
    try:
        if load_key(key).public_key() != certificate.public_key():
            yield "has a key that does not belong to it"
        if key.stat().st_mode & 0o077:
            yield f"has a key that others may read ({key.stat().st_mode & 0o777:o})"
    except FileNotFoundError:
        yield "has no key"
    except (OSError, ValueError) as error:
        yield f"has a key that cannot be read: {error}"
