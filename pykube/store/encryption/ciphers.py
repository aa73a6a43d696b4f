"""How one key closes and opens values, in the layouts of upstream's providers.

The context is what a value belongs to, its key in the store: a value that somebody moves to another key opens nowhere.
Source: k8s.io/apiserver, pkg/storage/value/encrypt (aes, secretbox).
"""

from __future__ import annotations

import hashlib
import hmac
import importlib
import os
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

GCM_NONCE = 12
BLOCK = 16
SECRETBOX_NONCE = 24
SECRETBOX_TAG = 16
SEED = 32
"""Bytes of a seed, of what is mixed into it for each value, and of the key that comes out."""

_SHORT = "the value is shorter than its form demands"
_BROKEN = "the key does not open the value: it is another key, or the value is damaged"


class CannotOpen(Exception):
    """A value cannot be opened with a key; the text holds nothing of either."""


class Cipher(Protocol):
    """One key in use."""

    def seal(self, plain: bytes, context: bytes) -> bytes: ...

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """The value behind `sealed`; raises CannotOpen."""
        ...


class AesGcm:
    """AES-GCM with a random nonce before the text; authenticates the context as well."""

    def __init__(self, key: bytes) -> None:
        self._key = AESGCM(key)

    def seal(self, plain: bytes, context: bytes) -> bytes:
        nonce = os.urandom(GCM_NONCE)
        return nonce + self._key.encrypt(nonce, plain, context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        if len(sealed) < GCM_NONCE:
            raise CannotOpen(_SHORT)
        try:
            return self._key.decrypt(sealed[:GCM_NONCE], sealed[GCM_NONCE:], context)
        except InvalidTag as error:
            raise CannotOpen(_BROKEN) from error


class SeededAesGcm:
    """AES-GCM with a key of its own for each value, derived from a seed and 32 random bytes before the text.

    The seed is what a key management service keeps; random bytes as many as these never meet twice.
    """

    def __init__(self, seed: bytes) -> None:
        if len(seed) < SEED:
            raise CannotOpen("the seed is shorter than 32 bytes")
        self._seed = seed

    def seal(self, plain: bytes, context: bytes) -> bytes:
        info = os.urandom(SEED)
        return info + self._derived(info).seal(plain, context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        if len(sealed) < SEED:
            raise CannotOpen(_SHORT)
        return self._derived(sealed[:SEED]).open(sealed[SEED:], context)

    def _derived(self, info: bytes) -> AesGcm:
        """HKDF-Expand of RFC 5869 with SHA-256, its first block, which is all that is needed."""
        return AesGcm(hmac.new(self._seed, info + b"\x01", hashlib.sha256).digest())


class AesCbc:
    """AES-CBC with PKCS#7 padding, the initialization vector before the text. Nothing authenticates it."""

    def __init__(self, key: bytes) -> None:
        self._key = AES(key)

    def seal(self, plain: bytes, context: bytes) -> bytes:
        raise NotImplementedError("values are not written in a form that nothing authenticates")

    def open(self, sealed: bytes, context: bytes) -> bytes:
        if len(sealed) < 2 * BLOCK or len(sealed) % BLOCK:
            raise CannotOpen(_SHORT)
        reader = BlockCipher(self._key, CBC(sealed[:BLOCK])).decryptor()
        padded = reader.update(sealed[BLOCK:]) + reader.finalize()
        unpadder = padding.PKCS7(BLOCK * 8).unpadder()
        try:
            return unpadder.update(padded) + unpadder.finalize()
        except ValueError as error:
            raise CannotOpen(_BROKEN) from error


class SecretBox:
    """NaCl's XSalsa20 and Poly1305, a random nonce before the text. The context is not authenticated."""

    def __init__(self, key: bytes) -> None:
        # libsodium is loaded only where a key for it is configured
        self._sodium: Any = importlib.import_module("nacl.bindings")
        self._crypto_error: type[Exception] = importlib.import_module("nacl.exceptions").CryptoError
        self._key = key

    def seal(self, plain: bytes, context: bytes) -> bytes:
        nonce = os.urandom(SECRETBOX_NONCE)
        return nonce + bytes(self._sodium.crypto_secretbox(plain, nonce, self._key))

    def open(self, sealed: bytes, context: bytes) -> bytes:
        if len(sealed) < SECRETBOX_NONCE + SECRETBOX_TAG:
            raise CannotOpen(_SHORT)
        nonce, text = sealed[:SECRETBOX_NONCE], sealed[SECRETBOX_NONCE:]
        try:
            return bytes(self._sodium.crypto_secretbox_open(text, nonce, self._key))
        except self._crypto_error as error:
            raise CannotOpen(_BROKEN) from error
