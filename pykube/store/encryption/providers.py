"""The forms in which values lie in the store: a provider each, told apart by what values begin with.

The beginnings are upstream's, so that a store moves between upstream and here: ``k8s:enc:<provider>:v1:<key>:``.
Source: k8s.io/apiserver, pkg/server/options/encryptionconfig.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from .ciphers import AesCbc, AesGcm, CannotOpen, Cipher, SecretBox
from .configuration import Keys

MARK = b"k8s:enc:"
"""What every encrypted value begins with; no object does."""


_TOLD = MARK + b" "


def telling(why: str) -> bytes:
    """What is handed out in place of a value that cannot be opened."""
    return _TOLD + why.encode()


def told(value: bytes) -> str:
    """Why a value that begins with the mark is no object."""
    if value.startswith(_TOLD):
        return value[len(_TOLD) :].decode(errors="replace")
    return "it is encrypted, and no encryption is configured"


class Provider(Protocol):
    """Writes values in one form, and reads them."""

    def knows(self, value: bytes) -> bool:
        """Whether a value has the form of this provider."""
        ...

    def seal_of(self, value: bytes) -> str:
        """With which key a value of this form is closed; never the key itself."""
        ...

    @property
    def seal(self) -> str:
        """What `seal_of` says about values that are written now."""
        ...

    async def close(self, plain: bytes, context: bytes) -> bytes:
        """A value in this form.

        Raises:
            errors.ServiceUnavailable: whoever keeps the key cannot be reached.
        """
        ...

    async def open(self, value: bytes, context: bytes) -> bytes:
        """What is behind a value of this form.

        Raises:
            CannotOpen: the key for it is not there, or does not fit.
            errors.ServiceUnavailable: whoever keeps the key cannot be reached.
        """
        ...


class Identity:
    """Values as they are."""

    seal = "no encryption"

    def knows(self, value: bytes) -> bool:
        return not value.startswith(MARK)

    def seal_of(self, value: bytes) -> str:
        return self.seal

    async def close(self, plain: bytes, context: bytes) -> bytes:
        return plain

    async def open(self, value: bytes, context: bytes) -> bytes:
        return value


CIPHERS: Mapping[str, Callable[[bytes], Cipher]] = {"aesgcm": AesGcm, "aescbc": AesCbc, "secretbox": SecretBox}
"""What makes a cipher of a key, by the name of the provider."""


class Keyed:
    """Values closed with one of several keys, which lie here; the first is written with."""

    def __init__(self, kind: str, keys: Keys) -> None:
        self._prefix = f"{MARK.decode()}{kind}:v1:"
        self._ciphers = {key.name: CIPHERS[kind](key.data) for key in keys.keys}
        self._first = keys.keys[0].name
        self._beginning = self._prefix.encode()
        self._kind = kind

    def knows(self, value: bytes) -> bool:
        return value.startswith(self._beginning)

    def seal_of(self, value: bytes) -> str:
        return self._named(self._split(value)[0])

    @property
    def seal(self) -> str:
        return self._named(self._first)

    async def close(self, plain: bytes, context: bytes) -> bytes:
        return f"{self._prefix}{self._first}:".encode() + self._ciphers[self._first].seal(plain, context)

    async def open(self, value: bytes, context: bytes) -> bytes:
        name, sealed = self._split(value)
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise CannotOpen(f"{self._named(name)} is not configured")
        try:
            return cipher.open(sealed, context)
        except CannotOpen as error:
            raise CannotOpen(f"{self._named(name)}: {error}") from error

    def _named(self, name: str) -> str:
        return f"{self._kind} key {name!r}"

    def _split(self, value: bytes) -> tuple[str, bytes]:
        """The name of a value's key, and what the key has closed."""
        name, _, sealed = value[len(self._beginning) :].partition(b":")
        return name.decode("utf-8", "replace"), sealed
