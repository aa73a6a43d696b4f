"""Rules for names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pykube.api import names


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        (names.dns_label, ["a", "a-1", "0a"], ["", "-a", "A", "a.b", "a" * 64, "a\n"]),
        (names.dns_subdomain, ["a", "a.b-c"], ["", ".a", "a_b", "A", "a" * 254]),
        (names.dns_1035_label, ["a", "a1"], ["1a", "a.b", "a" * 64]),
        (names.wildcard_subdomain, ["*.a.b"], ["a.b", "*.*.a"]),
        (names.qualified_name, ["a", "A_b.c", "x.io/a"], ["", "/a", "a/", "a/b/c", "X.io/a", "a" * 64]),
        (names.label_value, ["", "a", "A_.-b"], ["-a", "a-", "a b", "a" * 64]),
        (names.config_key, ["a", ".a", "A_b"], ["", ".", "..", "..a", "a/b"]),
        (names.env_name, ["A", "a b", "1"], ["", "a=b", "ä", "\n"]),
        (names.port_name, ["http", "a-1"], ["", "1", "-a", "a--b", "A", "a" * 16]),
        (names.path_segment, ["a:b", "A"], [".", "..", "a/b", "a%b"]),
        (names.percent, ["0%", "100%"], ["%", "1", "-1%"]),
    ],
)
def test_rules(rule: names.NameRule, good: list[str], bad: list[str]) -> None:
    assert [value for value in good if rule(value)] == []
    assert [value for value in bad if not rule(value)] == []


def test_messages_are_those_of_the_api() -> None:
    assert names.dns_label("a.b") == ("must not contain dots",)
    assert names.dns_label("A") == (
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end"
        " with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is"
        " '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    )
    assert names.dns_label("a" * 64) == ("must be no more than 63 characters",)
    assert names.label_value("a" * 64) == ("must be no more than 63 bytes",)


@given(st.text("abc-", min_size=1, max_size=80))
def test_generated_names_fit(base: str) -> None:
    name = names.generate(base)
    assert len(name) <= 63
    assert name.startswith(base[:58])
    assert names.generate(base) != name
