"""Signed JSON Web Tokens (RFC 7519, 7515) and the keys that check them (RFC 7517, 7518): asymmetric algorithms only.

A key decides which algorithms it may be used with; what the token's header names is only ever compared with that.
Hence neither ``none`` nor an HMAC with a public key for its secret can be verified at all.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

_HASHES: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}
_CURVES: Final[Mapping[str, tuple[ec.EllipticCurve, str]]] = {
    "P-256": (ec.SECP256R1(), "ES256"),
    "P-384": (ec.SECP384R1(), "ES384"),
    "P-521": (ec.SECP521R1(), "ES512"),
}
_RSA: Final = frozenset(f"{kind}{size}" for kind in ("RS", "PS") for size in _HASHES)
ALGORITHMS: Final = _RSA | {name for _, name in _CURVES.values()}
MIN_RSA_BITS: Final = 2048
"""RFC 7518, section 3.3."""


class JoseError(ValueError):
    """It is no token, or no key; the message says why."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token in its parts; nothing of it is to be believed before `Key.signed` says so."""

    algorithm: str
    kid: str
    claims: Mapping[str, Any]
    signature: bytes
    text: bytes
    """What is signed."""


def split(token: str) -> Token:
    """The parts of a token in compact form.

    Raises:
        JoseError: it is none, or demands what nobody here understands.
    """
    try:
        head, body, signature = token.split(".")
        header, claims = _json(head), _json(body)
        raw = _decode(signature)
    except (ValueError, RecursionError) as error:
        raise JoseError("malformed token") from error
    if "crit" in header:
        raise JoseError("the token's header has critical parts that are not understood")
    algorithm, kid = header.get("alg"), header.get("kid", "")
    if not isinstance(algorithm, str) or not isinstance(kid, str):
        raise JoseError("malformed token")
    return Token(algorithm, kid, claims, raw, f"{head}.{body}".encode())


def _json(part: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(_decode(part))
    except msgspec.DecodeError as error:
        raise ValueError from error
    if not isinstance(found, dict):
        raise ValueError
    return found


@dataclass(frozen=True, slots=True)
class Key:
    """A public key of an issuer."""

    kid: str
    public: rsa.RSAPublicKey | ec.EllipticCurvePublicKey
    algorithms: frozenset[str]

    def signed(self, token: Token) -> bool:
        """Whether the holder of this key has signed the token."""
        if token.algorithm not in self.algorithms:
            return False
        digest = _HASHES[token.algorithm[2:]]
        try:
            if isinstance(self.public, ec.EllipticCurvePublicKey):
                self.public.verify(_der(token.signature, self.public), token.text, ec.ECDSA(digest))
            else:
                self.public.verify(token.signature, token.text, _padding(token.algorithm, digest), digest)
        except (InvalidSignature, ValueError):
            return False
        return True


def _padding(algorithm: str, digest: hashes.HashAlgorithm) -> padding.AsymmetricPadding:
    if algorithm.startswith("PS"):
        return padding.PSS(padding.MGF1(digest), digest.digest_size)
    return padding.PKCS1v15()


def _der(signature: bytes, key: ec.EllipticCurvePublicKey) -> bytes:
    width = (key.curve.key_size + 7) // 8
    if len(signature) != 2 * width:
        raise ValueError("the signature has another length")
    return encode_dss_signature(int.from_bytes(signature[:width]), int.from_bytes(signature[width:]))


def read_keys(document: bytes) -> list[Key]:
    """The keys of a JWK set that can check signatures; others are left out.

    Raises:
        JoseError: it is no JWK set.
    """
    try:
        found = msgspec.json.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise JoseError(f"the key set is no JSON: {error}") from error
    listed = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        raise JoseError("the key set has no keys")
    return [key for jwk in listed if isinstance(jwk, dict) and (key := _key(jwk)) is not None]


def _key(jwk: Mapping[str, Any]) -> Key | None:
    if jwk.get("use", "sig") != "sig":
        return None
    try:
        public, algorithms = _rsa(jwk) if jwk.get("kty") == "RSA" else _ec(jwk)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    if named := jwk.get("alg"):
        algorithms &= {named}
    return Key(str(jwk.get("kid", "")), public, algorithms)


def _rsa(jwk: Mapping[str, Any]) -> tuple[rsa.RSAPublicKey, frozenset[str]]:
    key = rsa.RSAPublicNumbers(_number(jwk["e"]), _number(jwk["n"])).public_key()
    if key.key_size < MIN_RSA_BITS:
        raise ValueError("the key is too short")
    return key, _RSA


def _ec(jwk: Mapping[str, Any]) -> tuple[ec.EllipticCurvePublicKey, frozenset[str]]:
    if jwk["kty"] != "EC":
        raise ValueError("a key of another kind")
    curve, algorithm = _CURVES[jwk["crv"]]
    public = ec.EllipticCurvePublicNumbers(_number(jwk["x"]), _number(jwk["y"]), curve).public_key()
    return public, frozenset({algorithm})


def _number(text: str) -> int:
    return int.from_bytes(_decode(text))


def _decode(text: str) -> bytes:
    if "=" in text:
        raise ValueError("base64url here has no padding")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error
