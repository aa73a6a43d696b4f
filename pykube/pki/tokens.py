"""Service-account tokens: JSON Web Tokens (RFC 7519) signed with ES256, and the key set to check them with (RFC 7517).

Claims: those of upstream's bound tokens (``kubernetes.io`` with namespace, serviceaccount and what the token is bound
to); of its older, Secret-based tokens they are read, not made.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from pykube import errors

from . import files
from .ca import key_pem, load_key

LEGACY_ISSUER = "kubernetes/serviceaccount"
LEGACY = "kubernetes.io/serviceaccount/"
WIDTH = 32
"""Bytes of each number in a P-256 signature or key."""


@dataclass(frozen=True, slots=True)
class Reference:
    """An object that a token is bound to."""

    name: str
    uid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whom a token speaks for, and what it lives with: it is void once one of these objects is gone."""

    namespace: str
    service_account: Reference
    pod: Reference | None = None
    node: Reference | None = None
    secret: Reference | None = None
    warn_after: int = 0
    """Seconds since 1970 after which using the token is worth a warning; 0: never."""
    id: str = ""
    """The token's ``jti``."""


class Tokens:
    """Signs and checks the tokens of one cluster."""

    def __init__(
        self, issuer: str, key: ec.EllipticCurvePrivateKey, others: Sequence[ec.EllipticCurvePublicKey] = ()
    ) -> None:
        """`others`: keys of the past, or of other servers, whose tokens are accepted too."""
        self.issuer = issuer
        self._use(key, (key.public_key(), *others))

    def _use(self, key: ec.EllipticCurvePrivateKey, accepted: Iterable[ec.EllipticCurvePublicKey]) -> None:
        self._key = key
        self._kid = key_id(key.public_key())
        self._keys = {key_id(other): other for other in accepted}

    def adopt(self, newer: Tokens) -> None:
        """Sign and accept from now on with the keys of `newer`; whoever holds this object need not hear of it."""
        self._use(newer._key, newer._keys.values())

    @classmethod
    def load_or_create(cls, folder: Path, issuer: str) -> Tokens:
        """With the key of ``<folder>/sa.key``, made if missing; ``sa-*.pub`` beside it hold further keys.

        Raises:
            ValueError: a file holds no such key.
        """
        path = folder / "sa.key"
        if not path.exists():
            files.write(path, key_pem(ec.generate_private_key(ec.SECP256R1())))
        key = load_key(path)
        files.write_if_changed(folder / "sa.pub", public_pem(key.public_key()), mode=0o644)
        return cls(issuer, key, [_load_public(file) for file in sorted(folder.glob("sa-*.pub"))])

    def issue(
        self, identity: Identity, audiences: Sequence[str], now: datetime, *, seconds: int
    ) -> tuple[str, Mapping[str, Any]]:
        """A token for a service account, valid for that many seconds from now, and its claims."""
        moment = int(now.timestamp())
        claims = {
            "aud": list(audiences) or [self.issuer],
            "exp": moment + seconds,
            "iat": moment,
            "iss": self.issuer,
            "jti": str(uuid.uuid4()),
            "kubernetes.io": _bound(identity),
            "nbf": moment,
            "sub": f"system:serviceaccount:{identity.namespace}:{identity.service_account.name}",
        }
        return self.sign(claims), claims

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A token with these claims."""
        header = {"alg": "ES256", "kid": self._kid}
        text = f"{_encode(msgspec.json.encode(header))}.{_encode(msgspec.json.encode(claims))}"
        r, s = decode_dss_signature(self._key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{text}.{_encode(r.to_bytes(WIDTH, 'big') + s.to_bytes(WIDTH, 'big'))}"

    def verify(self, token: str, audiences: Sequence[str], now: datetime) -> Mapping[str, Any]:
        """The claims of a token that is ours, in its time, and meant for one of `audiences` (empty: for anyone).

        Raises:
            errors.Unauthorized: it is not; the message says what is wrong with it.
        """
        header, claims, signature, text = _split(token)
        if header.get("alg") != "ES256":
            raise errors.Unauthorized(f"the token's algorithm {header.get('alg')!r} is not accepted")
        candidates = [self._keys[header["kid"]]] if header.get("kid") in self._keys else list(self._keys.values())
        if not any(_signed(key, signature, text) for key in candidates):
            raise errors.Unauthorized("the token's signature is invalid")
        if claims.get("iss") not in (self.issuer, LEGACY_ISSUER):
            raise errors.Unauthorized(f"the token's issuer {claims.get('iss')!r} is unknown")
        moment = now.timestamp()
        if moment >= _seconds(claims, "exp", float("inf")):
            raise errors.Unauthorized("the token has expired")
        if moment < _seconds(claims, "nbf", 0):
            raise errors.Unauthorized("the token is not valid yet")
        meant_for = claims.get("aud", [])
        meant_for = [meant_for] if isinstance(meant_for, str) else meant_for
        if audiences and meant_for and not set(audiences) & set(meant_for):
            raise errors.Unauthorized(f"the token's audiences {meant_for} are not among {list(audiences)}")
        return claims

    def claims_to_be_ours(self, token: str) -> bool:
        """Whether the token, unchecked, names us as its issuer: others may be other authenticators' business."""
        try:
            return _split(token)[1].get("iss") in (self.issuer, LEGACY_ISSUER)
        except errors.Unauthorized:
            return False

    def jwks(self) -> dict[str, Any]:
        """The key set, as ``/openid/v1/jwks`` serves it."""
        return {"keys": [_jwk(kid, key) for kid, key in self._keys.items()]}

    def openid_configuration(self, jwks_uri: str) -> dict[str, Any]:
        """The document of ``/.well-known/openid-configuration``."""
        return {
            "issuer": self.issuer,
            "jwks_uri": jwks_uri,
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
        }


def identity_of(claims: Mapping[str, Any]) -> Identity:
    """Whom checked claims speak for.

    Raises:
        errors.Unauthorized: they are no service account's.
    """
    if f"{LEGACY}service-account.name" in claims:
        found = Identity(
            namespace=claims.get(f"{LEGACY}namespace", ""),
            service_account=Reference(
                claims[f"{LEGACY}service-account.name"], claims.get(f"{LEGACY}service-account.uid", "")
            ),
            secret=Reference(claims.get(f"{LEGACY}secret.name", "")),
        )
    else:
        private = claims.get("kubernetes.io")
        account = _reference(private, "serviceaccount")
        if account is None or not isinstance(private, Mapping):
            raise errors.Unauthorized("the token names no service account")
        found = Identity(
            namespace=private.get("namespace", ""),
            service_account=account,
            pod=_reference(private, "pod"),
            node=_reference(private, "node"),
            secret=_reference(private, "secret"),
            warn_after=int(private.get("warnafter", 0)),
            id=claims.get("jti", ""),
        )
    if claims.get("sub") != f"system:serviceaccount:{found.namespace}:{found.service_account.name}":
        raise errors.Unauthorized("the token's subject is not the service account that it names")
    return found


def key_id(key: ec.EllipticCurvePublicKey) -> str:
    """The ``kid`` of a key: the digest of its DER form."""
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return _encode(hashlib.sha256(der).digest())


def _bound(identity: Identity) -> dict[str, Any]:
    found: dict[str, Any] = {"namespace": identity.namespace}
    for name in ("node", "pod", "secret"):
        reference: Reference | None = getattr(identity, name)
        if reference is not None:
            found[name] = _object(reference)
    found["serviceaccount"] = _object(identity.service_account)
    if identity.warn_after:
        found["warnafter"] = identity.warn_after
    return found


def _object(reference: Reference) -> dict[str, str]:
    return {"name": reference.name, "uid": reference.uid} if reference.uid else {"name": reference.name}


def _reference(private: Any, name: str) -> Reference | None:
    found = private.get(name) if isinstance(private, Mapping) else None
    return Reference(found.get("name", ""), found.get("uid", "")) if isinstance(found, Mapping) else None


def _split(token: str) -> tuple[Mapping[str, Any], Mapping[str, Any], bytes, bytes]:
    """Header, claims, signature, and the text that is signed."""
    try:
        head, body, signature = token.split(".")
        header, claims = msgspec.json.decode(_decode(head)), msgspec.json.decode(_decode(body))
        raw = _decode(signature)
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise errors.Unauthorized("the token is malformed") from error
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise errors.Unauthorized("the token is malformed")
    return header, claims, raw, f"{head}.{body}".encode()


def _signed(key: ec.EllipticCurvePublicKey, signature: bytes, text: bytes) -> bool:
    if len(signature) != 2 * WIDTH:
        return False
    r, s = int.from_bytes(signature[:WIDTH], "big"), int.from_bytes(signature[WIDTH:], "big")
    try:
        key.verify(encode_dss_signature(r, s), text, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _seconds(claims: Mapping[str, Any], name: str, default: float) -> float:
    value = claims.get(name, default)
    if not isinstance(value, int | float):
        raise errors.Unauthorized(f"the token's {name} is no number")
    return value


def _jwk(kid: str, key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    x, y = (_encode(number.to_bytes(WIDTH, "big")) for number in (numbers.x, numbers.y))
    return {"use": "sig", "kty": "EC", "kid": kid, "crv": "P-256", "alg": "ES256", "x": x, "y": y}


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def public_pem(key: ec.EllipticCurvePublicKey) -> bytes:
    """The key as PEM."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _load_public(path: Path) -> ec.EllipticCurvePublicKey:
    key = serialization.load_pem_public_key(path.read_bytes())
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise ValueError(f"{path} holds a key of another kind than ECDSA")
    return key
