"""Certificates for requests: what each signer refuses, and what comes out."""

import ipaddress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pykube.pki import signing
from pykube.pki.ca import CertificateAuthority

NOW = datetime(2026, 5, 1, tzinfo=UTC)
CLIENT, KUBELET = "kubernetes.io/kube-apiserver-client", "kubernetes.io/kube-apiserver-client-kubelet"
SERVING = "kubernetes.io/kubelet-serving"


def request(common_name="system:node:n", groups=("system:nodes",), names=(), key=None):
    subject = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
    subject.append(x509.NameAttribute(NameOID.COMMON_NAME, common_name))
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(subject))
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(key or ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())


def pem(found):
    return found.public_bytes(serialization.Encoding.PEM)


@pytest.fixture
def authority(tmp_path):
    return CertificateAuthority.load_or_create(tmp_path, NOW)


def issued(authority, asked, usages=("client auth",), life=timedelta(days=1)):
    return x509.load_pem_x509_certificate(signing.sign(authority, pem(asked), usages, NOW, life))


def test_the_certificate_says_what_the_request_asks(authority):
    key = rsa.generate_private_key(65537, 2048)
    names = [x509.DNSName("n.example"), x509.IPAddress(ipaddress.ip_address("192.0.2.7"))]
    found = issued(authority, request("n", ("a", "b"), names, key), ("server auth", "key encipherment"))
    found.verify_directly_issued_by(authority.certificate)
    assert found.subject.rfc4514_string() == "CN=n,O=b,O=a"
    assert found.public_key() == key.public_key()
    extensions = found.extensions
    assert list(extensions.get_extension_for_class(x509.SubjectAlternativeName).value) == names
    assert list(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [ExtendedKeyUsageOID.SERVER_AUTH]
    usage = extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.key_encipherment, usage.digital_signature, usage.key_cert_sign) == (True, False, False)
    assert not extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert found.not_valid_after_utc == NOW + timedelta(days=1)


def test_no_certificate_outlives_its_authority(authority):
    found = issued(authority, request(), life=timedelta(days=36500))
    assert found.not_valid_after_utc == authority.certificate.not_valid_after_utc


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (None, timedelta(days=365)),
        (1, timedelta(minutes=10)),
        (3600, timedelta(hours=1)),
        (10**9, timedelta(days=365)),
    ],
)
def test_lifetimes(asked, given):
    assert signing.lifetime(asked) == given


def test_a_request_that_another_key_signed_is_refused():
    der = bytearray(request().public_bytes(serialization.Encoding.DER))
    der[-1] ^= 1
    broken = x509.load_der_x509_csr(bytes(der))
    with pytest.raises(ValueError, match="own key"):
        signing.read(pem(broken))


@pytest.mark.parametrize(
    ("signer", "asked", "usages", "why"),
    [
        (CLIENT, request("jane", ()), ("client auth",), None),
        (CLIENT, request("jane", ()), ("digital signature",), "missing required usage"),
        (
            CLIENT,
            request("jane", ()),
            ("client auth", "server auth"),
            "invalid usage for client certificate: server auth",
        ),
        (KUBELET, request(), ("client auth", "digital signature"), None),
        (KUBELET, request("jane"), ("client auth",), "common name does not begin"),
        (KUBELET, request(groups=("system:nodes", "system:masters")), ("client auth",), "organization is not"),
        (KUBELET, request(names=[x509.DNSName("a")]), ("client auth",), "DNS subjectAltNames are not allowed"),
        (KUBELET, request(), ("client auth", "server auth"), "usages did not match"),
        (SERVING, request(names=[x509.DNSName("a")]), ("server auth",), None),
        (SERVING, request(), ("server auth",), "DNS or IP subjectAltName is required"),
        (
            SERVING,
            request(names=[x509.DNSName("a"), x509.UniformResourceIdentifier("http://a")]),
            ("server auth",),
            "URI subjectAltNames are not allowed",
        ),
        (SERVING, request(names=[x509.DNSName("a")]), ("client auth",), "usages did not match"),
        ("kubernetes.io/legacy-unknown", request("x", ()), ("cert sign",), None),
    ],
)
def test_what_each_signer_refuses(signer, asked, usages, why):
    if why is None:
        signing.check(signer, asked, usages)
        return
    with pytest.raises(ValueError, match=why):
        signing.check(signer, asked, usages)
