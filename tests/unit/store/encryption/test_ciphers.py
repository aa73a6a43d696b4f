from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from pykube.store.encryption.ciphers import AesCbc, AesGcm, CannotOpen, Cipher, SecretBox, SeededAesGcm

KEY = bytes(range(32))
OTHER = bytes(range(1, 33))
CONTEXT = b"/registry/secrets/default/a"

Make = Callable[[bytes], Cipher]

each = pytest.mark.parametrize("make", [AesGcm, SeededAesGcm, SecretBox])


@each
def test_what_is_closed_is_opened(make: Make) -> None:
    for plain in (b"", b"x", b"secret" * 1000):
        sealed = make(KEY).seal(plain, CONTEXT)
        assert plain == make(KEY).open(sealed, CONTEXT)
        assert len(plain) < 2 or plain not in sealed


@each
def test_nothing_is_closed_twice_the_same_way(make: Make) -> None:
    cipher = make(KEY)
    assert cipher.seal(b"a", CONTEXT) != cipher.seal(b"a", CONTEXT)


@each
def test_another_key_opens_nothing_and_tells_nothing(make: Make) -> None:
    sealed = make(KEY).seal(b"the plain text", CONTEXT)
    with pytest.raises(CannotOpen) as caught:
        make(OTHER).open(sealed, CONTEXT)
    assert "another key" in str(caught.value)
    for hidden in ("the plain text", KEY.hex(), OTHER.hex(), str(KEY)):
        assert hidden not in str(caught.value)


@each
def test_damage_is_noticed(make: Make) -> None:
    sealed = make(KEY).seal(b"the plain text", CONTEXT)
    for at in range(len(sealed)):
        with pytest.raises(CannotOpen):
            make(KEY).open(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :], CONTEXT)
        with pytest.raises(CannotOpen):
            make(KEY).open(sealed[:at], CONTEXT)


@pytest.mark.parametrize("make", [AesGcm, SeededAesGcm])
def test_a_value_that_was_moved_to_another_key_of_the_store_is_not_opened(make: Make) -> None:
    sealed = make(KEY).seal(b"x", CONTEXT)
    with pytest.raises(CannotOpen):
        make(KEY).open(sealed, b"/registry/secrets/default/b")


@pytest.mark.parametrize("size", [16, 24, 32])
def test_aes_gcm_puts_its_nonce_before_the_text(size: int) -> None:
    nonce = bytes(12)
    assert AesGcm(KEY[:size]).open(nonce + AESGCM(KEY[:size]).encrypt(nonce, b"x", CONTEXT), CONTEXT) == b"x"


def test_the_key_of_a_value_is_derived_as_upstream_does() -> None:
    info, nonce = bytes(range(32)), bytes(12)
    derived = HKDFExpand(hashes.SHA256(), 32, info).derive(KEY)
    sealed = info + nonce + AESGCM(derived).encrypt(nonce, b"x", CONTEXT)
    assert SeededAesGcm(KEY).open(sealed, CONTEXT) == b"x"


def test_secretbox_is_that_of_nacl() -> None:
    """The test vector of NaCl's own documentation (tests/secretbox.c)."""
    key = bytes.fromhex("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389")
    nonce = bytes.fromhex("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37")
    sealed = bytes.fromhex(
        "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186a"
        "c0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae"
        "90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5"
    )
    plain = SecretBox(key).open(nonce + sealed, b"")
    assert plain.startswith(bytes.fromhex("be075fc53c81f2d5cf141316ebeb0c7b"))
    assert len(plain) == 131


def test_aes_cbc_is_read_only() -> None:
    vector, padder = bytes(16), padding.PKCS7(128).padder()
    writer = BlockCipher(AES(KEY), CBC(vector)).encryptor()
    sealed = vector + writer.update(padder.update(b"plain text") + padder.finalize()) + writer.finalize()
    assert AesCbc(KEY).open(sealed, CONTEXT) == b"plain text"
    with pytest.raises(CannotOpen):
        AesCbc(KEY).open(sealed[:-1], CONTEXT)
    with pytest.raises(NotImplementedError):
        AesCbc(KEY).seal(b"x", CONTEXT)
