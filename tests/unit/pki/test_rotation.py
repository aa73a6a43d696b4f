"""From one authority to the next: the files after each step, and after a crash within one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from pykube.pki import rotation
from pykube.pki.ca import CertificateAuthority, Profile
from pykube.pki.rotation import Step
from tests.fakes.clock import FakeClock

NOW = FakeClock().now()


@pytest.fixture
def old(tmp_path: Path) -> CertificateAuthority:
    return CertificateAuthority.load_or_create(tmp_path, NOW)


def signer(folder: Path) -> x509.Certificate:
    return CertificateAuthority.load(folder).certificate


def test_three_steps_lead_to_another_authority(tmp_path: Path, old: CertificateAuthority) -> None:
    assert rotation.next_step(tmp_path, "ca") is Step.TRUST
    assert rotation.advance(tmp_path, "ca", NOW) is Step.TRUST
    first, second = rotation.trusted(tmp_path, "ca")
    assert (first, signer(tmp_path)) == (old.certificate, old.certificate)
    assert rotation.advance(tmp_path, "ca", NOW) is Step.ISSUE
    assert signer(tmp_path) == second
    assert len(rotation.trusted(tmp_path, "ca")) == 2
    assert rotation.advance(tmp_path, "ca", NOW) is Step.DROP
    assert rotation.trusted(tmp_path, "ca") == [second]
    assert rotation.next_step(tmp_path, "ca") is Step.TRUST
    assert not (tmp_path / "ca-next.key").exists()


def test_a_crash_before_everybody_was_told_begins_anew(tmp_path: Path, old: CertificateAuthority) -> None:
    (tmp_path / "ca-next.key").write_bytes(CertificateAuthority.create("lost", NOW).key_pem)
    assert rotation.next_step(tmp_path, "ca") is Step.TRUST
    rotation.advance(tmp_path, "ca", NOW)
    assert rotation.next_step(tmp_path, "ca") is Step.ISSUE
    assert "lost" not in [one.subject.rfc4514_string() for one in rotation.trusted(tmp_path, "ca")]


def test_an_expired_authority_is_replaced_at_once(tmp_path: Path, old: CertificateAuthority) -> None:
    later = NOW + timedelta(days=4000)
    rotation.replace_at_once(tmp_path, "ca", later)
    (only,) = rotation.trusted(tmp_path, "ca")
    assert only.not_valid_after_utc > later
    pem, _ = CertificateAuthority.load(tmp_path).issue(Profile(common_name="x", client=True), later)
    x509.load_pem_x509_certificate(pem).verify_directly_issued_by(only)
