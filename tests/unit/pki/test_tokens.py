from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pykube import errors
from pykube.pki.tokens import Identity, Reference, Tokens, identity_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ISSUER = "https://kubernetes.default.svc.cluster.local"
POD = Identity(
    namespace="default",
    service_account=Reference("web", "uid-1"),
    pod=Reference("web-0", "uid-2"),
    node=Reference("n1", "uid-3"),
    warn_after=1_767_229_207,
)


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens.load_or_create(tmp_path, ISSUER)


def test_a_token_comes_back_as_the_identity_that_it_was_issued_for(tokens: Tokens) -> None:
    token, claims = tokens.issue(POD, [ISSUER], NOW, seconds=3600)
    assert tokens.verify(token, [ISSUER], NOW) == claims
    found = identity_of(claims)
    assert (found.namespace, found.service_account, found.pod, found.node) == (
        POD.namespace,
        POD.service_account,
        POD.pod,
        POD.node,
    )
    assert found.id == claims["jti"]
    assert claims["sub"] == "system:serviceaccount:default:web"
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["kubernetes.io"] == {
        "namespace": "default",
        "node": {"name": "n1", "uid": "uid-3"},
        "pod": {"name": "web-0", "uid": "uid-2"},
        "serviceaccount": {"name": "web", "uid": "uid-1"},
        "warnafter": 1_767_229_207,
    }


@pytest.mark.parametrize(
    ("audiences", "later", "message"),
    [
        (["vault"], timedelta(0), "audiences"),
        ([ISSUER], timedelta(seconds=3600), "expired"),
        ([ISSUER], timedelta(seconds=-1), "not valid yet"),
    ],
)
def test_a_token_is_refused_elsewhere_and_out_of_its_time(
    tokens: Tokens, audiences: list[str], later: timedelta, message: str
) -> None:
    token, _ = tokens.issue(POD, [], NOW, seconds=3600)
    with pytest.raises(errors.Unauthorized, match=message):
        tokens.verify(token, audiences, NOW + later)


def test_a_changed_token_is_refused(tokens: Tokens) -> None:
    token, _ = tokens.issue(POD, [], NOW, seconds=3600)
    head, body, signature = token.split(".")
    forged = f"{head}.{body[:-4]}AAAA.{signature}"
    for bad in (forged, f"{head}.{body}.{signature[:-8]}", f"{head}.{body}.", "a.b.c", "", "é.é.é", token + ".x"):
        with pytest.raises(errors.Unauthorized):
            tokens.verify(bad, [], NOW)


def test_a_token_without_a_signature_algorithm_is_refused(tokens: Tokens) -> None:
    token, _ = tokens.issue(POD, [], NOW, seconds=3600)
    _, body, signature = token.split(".")
    with pytest.raises(errors.Unauthorized, match="algorithm"):
        tokens.verify(f"eyJhbGciOiJub25lIn0.{body}.{signature}", [], NOW)


def test_tokens_of_a_previous_key_stay_good_while_it_is_listed(tmp_path: Path) -> None:
    old = Tokens.load_or_create(tmp_path, ISSUER)
    token, _ = old.issue(POD, [], NOW, seconds=3600)
    (tmp_path / "sa.pub").rename(tmp_path / "sa-2025.pub")
    (tmp_path / "sa.key").unlink()
    new = Tokens.load_or_create(tmp_path, ISSUER)
    assert new.verify(token, [], NOW)
    (tmp_path / "sa-2025.pub").unlink()
    with pytest.raises(errors.Unauthorized, match="signature"):
        Tokens.load_or_create(tmp_path, ISSUER).verify(token, [], NOW)


def test_the_key_set_names_the_key_that_signs(tokens: Tokens) -> None:
    token, _ = tokens.issue(POD, [], NOW, seconds=3600)
    (key,) = tokens.jwks()["keys"]
    assert (key["kty"], key["crv"], key["alg"]) == ("EC", "P-256", "ES256")
    assert len(key["x"]) == len(key["y"]) == 43
    assert tokens.openid_configuration("https://host/openid/v1/jwks")["issuer"] == ISSUER
    assert json.dumps(tokens.jwks())
    assert tokens.claims_to_be_ours(token)
    assert not tokens.claims_to_be_ours("opaque")


def test_legacy_claims_are_read(tokens: Tokens) -> None:
    prefix = "kubernetes.io/serviceaccount/"
    claims: dict[str, Any] = {
        "iss": "kubernetes/serviceaccount",
        "sub": "system:serviceaccount:kube-system:old",
        prefix + "namespace": "kube-system",
        prefix + "secret.name": "old-token",
        prefix + "service-account.name": "old",
        prefix + "service-account.uid": "uid-9",
    }
    found = identity_of(tokens.verify(tokens.sign(claims), [ISSUER], NOW))
    assert (found.namespace, found.service_account, found.secret) == (
        "kube-system",
        Reference("old", "uid-9"),
        Reference("old-token"),
    )


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"kubernetes.io": "x"},
        {"kubernetes.io": {"namespace": "a", "serviceaccount": {"name": "b"}}, "sub": "system:serviceaccount:a:c"},
    ],
)
def test_claims_that_name_no_service_account_are_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(errors.Unauthorized):
        identity_of(claims)
