from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from pykube.pki.ca import CertificateAuthority, Profile
from pykube.pki.certificates import Pair, ensure, profile_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SERVER = Profile(
    common_name="kube-apiserver", server=True, dns_names=("kubernetes", "localhost"), addresses=("10.43.0.1", "::1")
)


@pytest.fixture
def authority(tmp_path: Path) -> CertificateAuthority:
    return CertificateAuthority.load_or_create(tmp_path, NOW)


def load(pair: Pair) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pair.certificate.read_bytes())


def test_an_authority_is_made_once(tmp_path: Path) -> None:
    first = CertificateAuthority.load_or_create(tmp_path, NOW)
    again = CertificateAuthority.load_or_create(tmp_path, NOW + timedelta(days=1))
    assert first.pem == again.pem
    assert (tmp_path / "ca.key").stat().st_mode & 0o777 == 0o600
    assert {file.name for file in tmp_path.iterdir()} == {"ca.crt", "ca.key"}


def test_half_an_authority_is_refused_and_not_overwritten(tmp_path: Path) -> None:
    CertificateAuthority.load_or_create(tmp_path, NOW)
    (tmp_path / "ca.crt").unlink()
    with pytest.raises(ValueError, match=r"ca\.crt is missing"):
        CertificateAuthority.load_or_create(tmp_path, NOW)
    assert not (tmp_path / "ca.crt").exists()


def test_a_key_of_another_authority_is_refused(tmp_path: Path) -> None:
    CertificateAuthority.load_or_create(tmp_path, NOW)
    CertificateAuthority.load_or_create(tmp_path, NOW, name="other")
    (tmp_path / "other.key").rename(tmp_path / "ca.key")
    with pytest.raises(ValueError, match="do not belong together"):
        CertificateAuthority.load_or_create(tmp_path, NOW)


def test_a_certificate_says_what_its_profile_says(authority: CertificateAuthority) -> None:
    pem, _ = authority.issue(SERVER, NOW)
    certificate = x509.load_pem_x509_certificate(pem)
    certificate.verify_directly_issued_by(authority.certificate)
    assert profile_of(certificate) == SERVER
    assert certificate.not_valid_after_utc == NOW + timedelta(days=365)


def test_a_certificate_does_not_outlive_its_authority(authority: CertificateAuthority) -> None:
    late = NOW + timedelta(days=3600)
    certificate = x509.load_pem_x509_certificate(authority.issue(SERVER, late)[0])
    assert certificate.not_valid_after_utc == authority.certificate.not_valid_after_utc


def test_ensure_leaves_a_good_certificate_alone(authority: CertificateAuthority, tmp_path: Path) -> None:
    pair = Pair.at(tmp_path, "apiserver")
    assert ensure(pair, authority, SERVER, NOW)
    before = pair.certificate.read_bytes()
    assert not ensure(pair, authority, SERVER, NOW + timedelta(days=200))
    assert pair.certificate.read_bytes() == before
    assert pair.key.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("days", [245, 400])
def test_ensure_renews_after_two_thirds_of_life_and_after_expiry(
    authority: CertificateAuthority, tmp_path: Path, days: int
) -> None:
    pair = Pair.at(tmp_path, "apiserver")
    ensure(pair, authority, SERVER, NOW)
    assert ensure(pair, authority, SERVER, NOW + timedelta(days=days))
    assert load(pair).not_valid_after_utc == NOW + timedelta(days=days + 365)


def test_ensure_reissues_when_names_change_but_not_when_their_order_does(
    authority: CertificateAuthority, tmp_path: Path
) -> None:
    pair = Pair.at(tmp_path, "apiserver")
    ensure(pair, authority, SERVER, NOW)
    assert not ensure(pair, authority, replace(SERVER, dns_names=("localhost", "kubernetes")), NOW)
    moved = replace(SERVER, addresses=("10.43.0.1", "192.0.2.7"))
    assert ensure(pair, authority, moved, NOW)
    assert profile_of(load(pair)) == moved


def test_ensure_replaces_what_is_broken_or_of_another_authority(
    authority: CertificateAuthority, tmp_path: Path
) -> None:
    pair = Pair.at(tmp_path, "apiserver")
    other = CertificateAuthority.load_or_create(tmp_path / "other", NOW)
    ensure(pair, other, SERVER, NOW)
    assert ensure(pair, authority, SERVER, NOW)
    pair.key.write_bytes(b"")
    assert ensure(pair, authority, SERVER, NOW)
    pair.key.write_bytes(authority.issue(SERVER, NOW)[1])
    assert ensure(pair, authority, SERVER, NOW), "a key that does not fit"
