"""A real OpenID Connect issuer over TLS: discovery document, key set, and tokens signed with any of its keys."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from tests.fakes.loopback import Certificates, http_server

_HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
_CURVES = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@lru_cache(maxsize=8)
def rsa_key(number: int, bits: int = 2048) -> rsa.RSAPrivateKey:
    """One of several keys; they are slow to make."""
    return rsa.generate_private_key(65537, bits)


def key_for(algorithm: str) -> Private:
    """A key that signs by the algorithm."""
    return ec.generate_private_key(_CURVES[algorithm]) if algorithm in _CURVES else rsa_key(1)


def encode(data: Any) -> str:
    """base64url without padding, of bytes or of JSON."""
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def sign(key: Private, algorithm: str, kid: str, claims: Any) -> str:
    """A token in compact form."""
    text = f"{encode({'alg': algorithm, 'kid': kid} if kid else {'alg': algorithm})}.{encode(claims)}"
    digest = _HASHES[algorithm[2:]]
    if isinstance(key, ec.EllipticCurvePrivateKey):
        width = (key.curve.key_size + 7) // 8
        r, s = decode_dss_signature(key.sign(text.encode(), ec.ECDSA(digest)))
        return f"{text}.{encode(r.to_bytes(width) + s.to_bytes(width))}"
    how: Any = padding.PKCS1v15()
    if algorithm.startswith("PS"):
        how = padding.PSS(padding.MGF1(digest), digest.digest_size)
    return f"{text}.{encode(key.sign(text.encode(), how, digest))}"


def jwk(key: Private, kid: str) -> dict[str, str]:
    """The public half of a key."""

    def number(value: int) -> str:
        return encode(value.to_bytes((value.bit_length() + 7) // 8))

    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        return {"kty": "RSA", "kid": kid, "use": "sig", "n": number(numbers.n), "e": number(numbers.e)}
    point = key.public_key().public_numbers()
    name = {256: "P-256", 384: "P-384", 521: "P-521"}[key.curve.key_size]
    width = (key.curve.key_size + 7) // 8
    x, y = encode(point.x.to_bytes(width)), encode(point.y.to_bytes(width))
    return {"kty": "EC", "kid": kid, "use": "sig", "crv": name, "x": x, "y": y}


class Issuer:
    """What it signs with, and what it was asked for."""

    def __init__(self, url: str, ca: str) -> None:
        self.url = url
        self.ca = ca
        self.keys: dict[str, Private] = {"one": key_for("ES256")}
        self.says: dict[str, Any] = {}
        self.asked: list[str] = []
        self.broken = False
        self.documents: dict[str, str] = {}
        self.shown: list[str] = []

    async def handle(self, http: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(http.path)
        if self.broken:
            return web.Response(status=500)
        if http.path in self.documents:
            self.shown.append(http.headers.get("Authorization", ""))
            return web.Response(text=self.documents[http.path])
        if http.path.endswith("/openid-configuration"):
            return web.json_response({"issuer": self.url, "jwks_uri": f"{self.url}/keys", **self.says})
        return web.json_response({"keys": [jwk(key, kid) for kid, key in self.keys.items()]})

    def token(self, claims: Mapping[str, Any], *, kid: str = "one", algorithm: str = "ES256") -> str:
        """A token with these claims, issuer included."""
        return sign(self.keys[kid], algorithm, kid, {"iss": self.url, **claims})


@asynccontextmanager
async def oidc_issuer(folder: Path) -> AsyncIterator[Issuer]:
    """An issuer that listens; its certificate is from an authority with its files in `folder`."""
    certificates = Certificates(folder)
    issuer = Issuer("", certificates.ca_file.read_text())
    async with http_server(issuer.handle, certificates.server_context()) as port:
        issuer.url = f"https://127.0.0.1:{port}"
        yield issuer
