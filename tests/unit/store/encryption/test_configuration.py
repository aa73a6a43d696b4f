from __future__ import annotations

from typing import Any

import pytest

from pykube.store.encryption.configuration import ConfigurationError, GroupResource, parse
from tests.fakes.encrypted_store import IDENTITY, configuration, configuration_of, key, keys

KMS = {"apiVersion": "v2", "name": "vault", "endpoint": "unix:///run/kms.sock"}


def complaint(*providers: Any, resources: Any = ("secrets",)) -> str:
    with pytest.raises(ConfigurationError) as caught:
        parse(configuration(*providers, resources=resources))
    return str(caught.value)


def test_a_configuration_is_read() -> None:
    found = parse(configuration(keys("secretbox", "a", "b"), {"kms": {**KMS, "timeout": "1m1s"}}, IDENTITY))
    assert [one.name for one in found.resources[0].providers[0].secretbox.keys] == ["a", "b"]  # type: ignore[union-attr]
    assert found.resources[0].providers[1].kms.seconds == 61  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("secrets", ("", "secrets")),
        ("deployments.apps", ("apps", "deployments")),
        ("pandas.awesome.bears.example", ("awesome.bears.example", "pandas")),
        ("*.", ("", "*")),
        ("*.apps", ("apps", "*")),
        ("*.*", ("*", "*")),
    ],
)
def test_names_of_resources(text: str, expected: tuple[str, str]) -> None:
    assert GroupResource.parse(text) == expected


@pytest.mark.parametrize(
    ("resources", "told"),
    [
        (["Secrets"], "capital letters"),
        (["*"], "use '*.'"),
        (["secrets.*"], "across groups"),
        (["events.events.k8s.io"], "name 'events' instead"),
        (["secrets", "secrets"], "Duplicate value"),
        (["secrets", "*."], "overlapping"),
        (["secrets", "*.*"], "overlapping"),
        ([], "at least one resource"),
    ],
)
def test_resources_that_cannot_be(resources: list[str], told: str) -> None:
    assert told in complaint(IDENTITY, resources=resources)


def test_a_rule_behind_a_wider_one_is_refused() -> None:
    wide = {"resources": ["*.apps"], "providers": [IDENTITY]}
    narrow = {"resources": ["deployments.apps"], "providers": [IDENTITY]}
    assert parse(configuration_of(narrow, wide))
    with pytest.raises(ConfigurationError, match="masked by an earlier rule"):
        parse(configuration_of(wide, narrow))


@pytest.mark.parametrize(
    ("provider", "told"),
    [
        ({}, "names none of the providers"),
        ({**IDENTITY, **keys("aesgcm", "a")}, "more than one provider"),
        (keys("aesgcm"), "at least one keys"),
        ({"aesgcm": {"keys": [key("a", size=31)]}}, "got 31, expected one of [16 24 32]"),
        ({"secretbox": {"keys": [key("a", size=16)]}}, "got 16, expected one of [32]"),
        ({"aesgcm": {"keys": [{"name": "a"}]}}, "secret is a mandatory field"),
        ({"aesgcm": {"keys": [{**key("a"), "name": ""}]}}, "name is a mandatory field"),
        ({"aesgcm": {"keys": [key("a:b")]}}, "must not contain"),
        (keys("aesgcm", "a", "a"), "Duplicate value"),
        (keys("aescbc", "a"), "nothing authenticates them"),
        ({"kms": {**KMS, "apiVersion": "v1"}}, "only v2 is supported"),
        ({"kms": {**KMS, "name": "a:b"}}, "must not contain"),
        ({"kms": {**KMS, "endpoint": "tcp://x"}}, "only the scheme unix"),
        ({"kms": {**KMS, "timeout": "soon"}}, "positive value"),
        ({"kms": {**KMS, "cachesize": 3}}, "not supported in v2"),
        ({"rot13": {}}, "unknown field `rot13`"),
    ],
)
def test_providers_that_cannot_be(provider: Any, told: str) -> None:
    assert told in complaint(provider)


def test_two_services_of_one_name_are_refused() -> None:
    assert "Duplicate value" in complaint({"kms": KMS}, {"kms": KMS})


def test_aes_cbc_may_stand_behind_another_provider() -> None:
    assert parse(configuration(keys("aesgcm", "a"), keys("aescbc", "b")))


SECRET = "bm90IGEgc2VjcmV0IGF0IGFsbCE="


@pytest.mark.parametrize(
    "text",
    [
        f"kind: [{SECRET}",
        f"secret: {SECRET}\n\t- {SECRET}: x: y",
        f"apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources: {SECRET}",
        configuration({"aesgcm": {"keys": [{"name": "a", "secret": SECRET}]}}),
        configuration({"aesgcm": {"keys": [{"name": "a", "secret": SECRET + "!"}]}}),
        configuration({"aesgcm": {"keys": [{"name": 7, "secret": SECRET}]}}),
    ],
)
def test_no_complaint_repeats_a_secret(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(text)
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_key_is_shown_without_its_secret() -> None:
    found = parse(configuration(keys("aesgcm", "a")))
    assert key("a")["secret"] not in repr(found)
