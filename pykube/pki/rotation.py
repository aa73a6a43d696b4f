"""A new authority in the place of the old one, in steps between which nobody is cut off.

1. TRUST: the next authority is made; everybody is told to trust both.
2. ISSUE: the next one signs; everybody gets certificates of it, while those of the old one still count.
3. DROP: the old one is trusted no more.

The state is the files: ``ca.crt`` holds whom to trust, ``ca.key`` the key of the one that signs, and between the first
two steps ``ca-next.key`` that of the next. Each step ends with the writing of one file, so that a crash at any moment
leaves either the state before or the state after it.
"""

from __future__ import annotations

import enum
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from . import files
from .ca import CertificateAuthority, load_key


class Step(enum.Enum):
    """What is to be done next."""

    TRUST = "trust"
    ISSUE = "issue"
    DROP = "drop"


def next_step(folder: Path, name: str) -> Step:
    """The step that the authority ``<folder>/<name>`` waits for; TRUST where no change is under way.

    Raises:
        ValueError: a file is broken.
    """
    if _next_is_trusted(folder, name):
        return Step.ISSUE
    return Step.DROP if len(trusted(folder, name)) > 1 else Step.TRUST


def trusted(folder: Path, name: str) -> list[x509.Certificate]:
    """The certificates of all authorities that are trusted."""
    return x509.load_pem_x509_certificates((folder / f"{name}.crt").read_bytes())


def advance(folder: Path, name: str, now: datetime) -> Step:
    """Do the next step, and tell which it was. Certificates are issued by whoever calls it, after it.

    Raises:
        ValueError: a file is broken.
        OSError: a file cannot be written; nothing has changed.
    """
    with files.locked(folder):
        step = next_step(folder, name)
        authority = CertificateAuthority.load(folder, name=name)
        if step is Step.TRUST:
            common_name = f"pykube-{name}-{now:%Y%m%d%H%M%S}"
            following = CertificateAuthority.create(common_name, now)
            files.write(folder / f"{name}-next.key", following.key_pem)
            _write_bundle(folder, name, [authority.certificate, following.certificate])
        elif step is Step.ISSUE:
            files.move(folder / f"{name}-next.key", folder / f"{name}.key")
        else:
            _write_bundle(folder, name, [authority.certificate])
    return step


def replace_at_once(folder: Path, name: str, now: datetime) -> None:
    """A new authority that alone is trusted: for one that has expired, or whose key others know.

    Raises:
        OSError: a file cannot be written.
    """
    for _ in range(3):
        if advance(folder, name, now) is Step.DROP:
            return


def _next_is_trusted(folder: Path, name: str) -> bool:
    """A key without a certificate was left by a crash before everybody was told; it is made anew."""
    file = folder / f"{name}-next.key"
    if not file.exists():
        return False
    key = load_key(file).public_key()
    return any(one.public_key() == key for one in trusted(folder, name))


def _write_bundle(folder: Path, name: str, certificates: list[x509.Certificate]) -> None:
    pem = b"".join(one.public_bytes(Encoding.PEM) for one in certificates)
    files.write(folder / f"{name}.crt", pem, mode=0o644)
