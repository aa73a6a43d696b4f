"""Regular expressions as Go has them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pykube.api.regexp import Regexp

_ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "(a|b)", "(?:ab)", "\\d", "\\w", "^", "$", "\\b"])
_REPEATS = st.sampled_from(["", "", "*", "+", "?", "{1,2}", "*?", "+?"])


@settings(deadline=None)
@given(st.lists(st.tuples(_ATOMS, _REPEATS), min_size=1, max_size=4), st.text(alphabet="ab1 é", max_size=8))
def test_it_finds_what_python_finds(parts: list[tuple[str, str]], text: str) -> None:
    pattern = "".join(atom if atom in ("^", "$", "\\b") else atom + repeat for atom, repeat in parts)
    expected = re.compile(pattern.replace("$", r"\Z"), re.ASCII).search(text)
    assert Regexp(pattern).test(text) == (expected is not None)
    assert Regexp(pattern).find(text) == (expected[0] if expected is not None else "")


def test_no_text_takes_long() -> None:
    assert not Regexp("(a*)*(a+)+b").test("a" * 20_000)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("a*", "baaac", ["", "aaa", ""]),
        ("", "ab", ["", "", ""]),
        ("b", "äbäb", ["b", "b"]),
        ("^a", "aaa", ["a"]),
        (r"b\z", "ab\n", []),
        ("b$", "ab\n", []),
    ],
)
def test_all_matches(pattern: str, text: str, found: list[str]) -> None:
    assert Regexp(pattern).find_all(text) == found
    assert Regexp(pattern).find_all(text, 1) == found[:1]
    assert Regexp(pattern).find_all(text, 0) == []


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("(", "missing closing ): `(`"),
        ("[a", "missing closing ]: `[a`"),
        ("a**", "invalid nested repetition operator: `**`"),
        ("*", "missing argument to repetition operator: `*`"),
        ("a{1001}", "invalid repeat count: `{1001}`"),
        (r"\8", r"invalid escape sequence: `\8`"),
        ("x(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
        ("a\\", "trailing backslash at end of expression: `a\\`"),
    ],
)
def test_what_is_none_is_told_in_the_words_of_go(pattern: str, told: str) -> None:
    with pytest.raises(ValueError) as caught:
        Regexp(pattern)
    assert str(caught.value) == f"error parsing regexp: {told}"
