"""Label and field selectors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pykube.api import selectors
from pykube.api.meta_v1 import LabelSelector, LabelSelectorRequirement
from pykube.api.selectors import SelectorError, parse_field_selector, parse_label_selector


@pytest.mark.parametrize(
    ("text", "printed", "matching", "other"),
    [
        ("a=b", "a=b", {"a": "b"}, {"a": "c"}),
        ("a == b", "a==b", {"a": "b"}, {}),
        ("a!=b", "a!=b", {}, {"a": "b"}),
        ("a", "a", {"a": ""}, {}),
        ("!a", "!a", {}, {"a": ""}),
        ("a in (x, y)", "a in (x,y)", {"a": "y"}, {"a": "z"}),
        ("a notin (x,y)", "a notin (x,y)", {}, {"a": "x"}),
        ("a>1", "a>1", {"a": "2"}, {"a": "1"}),
        ("a<1", "a<1", {"a": "-2"}, {"a": "x"}),
        ("a=", "a=", {"a": ""}, {"a": "b"}),
        ("a in (x,)", "a in (,x)", {"a": ""}, {"a": "y"}),
        ("b=1,a=1", "a=1,b=1", {"a": "1", "b": "1"}, {"a": "1"}),
        ("in in (in)", "in in (in)", {"in": "in"}, {}),
        ("example.com/x=1", "example.com/x=1", {"example.com/x": "1"}, {}),
    ],
)
def test_label_selector(text: str, printed: str, matching: dict[str, str], other: dict[str, str]) -> None:
    selector = parse_label_selector(text)
    assert str(selector) == printed
    assert selector.matches(matching)
    assert not selector.matches(other)


def test_empty_selects_everything_and_none_nothing() -> None:
    assert parse_label_selector("").matches({"a": "b"})
    assert selectors.from_label_selector(LabelSelector()).matches({})
    assert not selectors.from_label_selector(None).matches({})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a=b c", "found 'c', expected: ',' or 'end of string'"),
        ("a in x", "unable to parse requirement: found 'x' expected: '('"),
        ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
        (",a", "found ',', expected: !, identifier, or 'end of string'"),
        ("a,", "found '', expected: identifier after ','"),
        ("a=b!", "found '!', expected: ',' or 'end of string'"),
        ("-a=b", 'unable to parse requirement: <nil>: Invalid value: "-a": name part must consist of'),
        ("a=-b", 'unable to parse requirement: values[0][a]: Invalid value: "-b": a valid label must be'),
        ("a>x", "for 'Gt', 'Lt' operators, the value must be an integer"),
    ],
)
def test_no_label_selector(text: str, message: str) -> None:
    with pytest.raises(SelectorError) as caught:
        parse_label_selector(text)
    assert message in str(caught.value)


def test_from_a_spec() -> None:
    selector = selectors.from_label_selector(
        LabelSelector(
            match_labels={"app": "x"},
            match_expressions=[LabelSelectorRequirement(key="tier", operator="NotIn", values=["db"])],
        )
    )
    assert str(selector) == "app=x,tier notin (db)"
    assert selector.exact("app") == "x"
    with pytest.raises(SelectorError, match='"Is" is not a valid label selector operator'):
        selectors.from_label_selector(
            LabelSelector(match_expressions=[LabelSelectorRequirement(key="a", operator="Is")])
        )


def test_field_selector() -> None:
    selector = parse_field_selector("status.phase!=Failed,spec.nodeName=a")
    assert str(selector) == "spec.nodeName=a,status.phase!=Failed"
    assert selector.matches({"spec.nodeName": "a", "status.phase": "Running"})
    assert not selector.matches({"spec.nodeName": "a", "status.phase": "Failed"})
    assert selector.exact("spec.nodeName") == "a"
    assert parse_field_selector("").empty


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a", "invalid selector: 'a'; can't understand 'a'"),
        ("a=b=c", "invalid field selector: unescaped character in value: 61"),
        (r"a=\b", r"invalid field selector: invalid escape sequence: \b"),
    ],
)
def test_no_field_selector(text: str, message: str) -> None:
    with pytest.raises(SelectorError) as caught:
        parse_field_selector(text)
    assert str(caught.value) == message


@given(st.text(max_size=8))
def test_escaped_values_survive(value: str) -> None:
    assert parse_field_selector(f"metadata.name={selectors.escape(value)}").exact("metadata.name") == value


words = st.text("abcXYZ019", min_size=1, max_size=4)


@given(st.dictionaries(words, words, max_size=3), st.dictionaries(words, words, max_size=3))
def test_labels_select_their_supersets(wanted: dict[str, str], extra: dict[str, str]) -> None:
    selector = selectors.from_labels(wanted)
    assert selector.matches({**extra, **wanted})
    assert parse_label_selector(str(selector)) == selector
