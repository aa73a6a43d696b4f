"""Parsers of what strangers send: whatever comes, the answer is a refusal and never another failure."""

import base64
import contextlib
import json
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from pykube.apiserver.authn.jose import JoseError, read_keys, split
from pykube.apiserver.authn.review_client import ReviewError, _status
from pykube.apiserver.authn.x509 import CertificateReader, ClientCertificate
from pykube.pki.ca import CertificateAuthority, Profile

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
HEADERS = st.fixed_dictionaries({}, optional={"alg": VALUES, "kid": VALUES, "crit": VALUES, "typ": VALUES})
JWKS = st.fixed_dictionaries(
    {},
    optional={
        name: VALUES | st.sampled_from(["RSA", "EC", "sig", "P-256", "AQAB", "AA", "ES256"])
        for name in ("kty", "use", "alg", "kid", "n", "e", "crv", "x", "y")
    },
)


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@settings(max_examples=200, deadline=None)
@given(st.text() | st.from_regex(r"[\w-]*\.[\w-]*\.[\w-]*", fullmatch=True))
def test_any_text(text):
    with contextlib.suppress(JoseError):
        split(text)


@settings(max_examples=200, deadline=None)
@given(HEADERS | VALUES, VALUES, st.binary(max_size=80))
def test_any_header_and_claims(header, claims, signature):
    token = f"{part(header)}.{part(claims)}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
    try:
        found = split(token)
    except JoseError:
        return
    assert isinstance(found.algorithm, str)
    assert isinstance(found.kid, str)
    assert found.signature == signature


@settings(max_examples=300, deadline=None)
@given(st.lists(JWKS, max_size=3) | VALUES)
def test_any_key_set(keys):
    document = json.dumps({"keys": keys}).encode()
    with contextlib.suppress(JoseError):
        read_keys(document)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "\xff", ""])
def test_depths(text):
    with pytest.raises(JoseError):
        read_keys(text.encode("latin-1"))
    deep = base64.urlsafe_b64encode(text.encode("latin-1")).rstrip(b"=").decode()
    with pytest.raises(JoseError):
        split(f"{deep}.{part({})}.AA")
    with pytest.raises((ReviewError, RecursionError)):
        _status(text.encode("latin-1"), "TokenReview")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return CertificateAuthority.load_or_create(tmp_path_factory.mktemp("ca"), datetime.now(UTC))


@pytest.fixture(scope="module")
def certificate(authority):
    profile = Profile(common_name="system:node:n", organizations=("system:nodes",), client=True)
    pem, _ = authority.issue(profile, datetime.now(UTC))
    return x509.load_pem_x509_certificate(pem)


def test_a_version_that_nobody_knows(authority, certificate):
    der = bytearray(certificate.public_bytes(Encoding.DER))
    place = der.index(b"\xa0\x03\x02\x01\x02")
    der[place + 4] = 9
    found = CertificateReader([authority.certificate])._verify(bytes(der))
    assert found == "x509: malformed certificate: 9 is not a valid X509 version"


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_damaged_certificates(authority, certificate, data):
    der = bytearray(certificate.public_bytes(Encoding.DER))
    for _ in range(data.draw(st.integers(1, 3))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    found = CertificateReader([authority.certificate])._verify(bytes(der))
    if isinstance(found, ClientCertificate):
        assert found.user.name == "system:node:n"
        assert bytes(der) == certificate.public_bytes(Encoding.DER)
