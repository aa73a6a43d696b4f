"""The keys of service-account tokens, as files: ``sa.key`` signs, it and each ``sa-<id>.pub`` are accepted."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from . import files
from .ca import key_pem, load_key
from .tokens import key_id, public_pem


def rotate(folder: Path) -> str:
    """Sign with a new key from now on, and go on to accept the old one; the new key's id.

    Raises:
        ValueError: ``sa.key`` is broken.
        OSError: a file cannot be read or written.
    """
    with files.locked(folder):
        old = load_key(folder / "sa.key").public_key()
        # first, so that no token is void for a moment, nor after a crash
        files.write(folder / f"sa-{key_id(old)[:12]}.pub", public_pem(old), mode=0o644)
        new = ec.generate_private_key(ec.SECP256R1())
        files.write(folder / "sa.key", key_pem(new))
        files.write(folder / "sa.pub", public_pem(new.public_key()), mode=0o644)
    return key_id(new.public_key())


def forget_old(folder: Path) -> list[str]:
    """Accept the signing key alone; the names of the files that went. Tokens of the others are void then."""
    with files.locked(folder):
        old = sorted(folder.glob("sa-*.pub"))
        for file in old:
            file.unlink()
    return [file.name for file in old]
