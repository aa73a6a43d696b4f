"""What is asked of a body before anything reads it, and of numbers in queries."""

from __future__ import annotations

import pytest

from pykube.api.patch import json_patch
from pykube.apiserver import json_body, parameters, yaml_body
from pykube.apiserver.request import parse_query
from pykube.errors import BadRequest, Invalid

DEEP = 50_000


@pytest.mark.parametrize("text", [b"[" * DEEP, b'{"a":' * DEEP, b"[" * DEEP + b"]" * DEEP])
def test_nesting_has_an_end(text: bytes) -> None:
    with pytest.raises(BadRequest, match="exceeded max depth"):
        json_body.check(text)
    with pytest.raises(BadRequest, match="exceeded max depth"):
        yaml_body.to_json(text)


def test_brackets_side_by_side_or_in_strings_are_no_nesting() -> None:
    json_body.check(b"[" + b"[]," * 1000 + b"[]]")
    json_body.check(b'["' + b"[{" * 1000 + b'\\"["]')


def test_a_body_is_text() -> None:
    with pytest.raises(BadRequest, match="couldn't decode JSON"):
        json_body.check(b'"\xed\xa0\x80"')


def test_aliases_do_not_grow_without_end() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(name)}: &{chr(name)} [{','.join([f'*{chr(name - 1)}'] * 9)}]\n" for name in range(ord("b"), ord("k"))
    )
    with pytest.raises(BadRequest, match="excessive aliasing"):
        yaml_body.to_json(bomb.encode())
    with pytest.raises(BadRequest, match="error converting YAML to JSON"):
        yaml_body.to_json(b"&a [*a]")
    assert yaml_body.to_json(b"a: &a [1]\nb: *a") == b'{"a": [1], "b": [1]}'


@pytest.mark.parametrize("text", [b"a: .nan", b"a: .inf", b"? [a]\n: b", b"a: [", b"a: \xff"])
def test_yaml_that_is_no_json(text: bytes) -> None:
    with pytest.raises(BadRequest, match="error converting YAML to JSON"):
        yaml_body.to_json(text)


@pytest.mark.parametrize(("text", "number"), [("5", 5), ("-1", -1), ("+7", 7), ("007", 7), (str(2**63 - 1), 2**63 - 1)])
def test_numbers(text: str, number: int) -> None:
    assert parameters.whole_number(parse_query(f"limit={text.replace('+', '%2B')}"), "limit") == number


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "invalid syntax"),
        ("x", "invalid syntax"),
        ("1_0", "invalid syntax"),
        ("٣", "invalid syntax"),
        (" 1", "invalid syntax"),
        (str(2**63), "value out of range"),
        ("9" * 5000, "value out of range"),
    ],
)
def test_no_numbers(text: str, why: str) -> None:
    with pytest.raises(BadRequest) as told:
        parameters.whole_number(parse_query(f"limit={text}"), "limit")
    assert told.value.message == f'strconv.ParseInt: parsing "{text}": {why}'


@pytest.mark.parametrize("text", ["x", "-1", "٣", "9" * 19, "9" * 5000])
def test_no_revisions(text: str) -> None:
    with pytest.raises(BadRequest, match="ParseUint"):
        parameters.revision(text)


def test_copies_in_a_patch_do_not_grow_without_end() -> None:
    doubling = [{"op": "copy", "from": "", "path": "/a"}, {"op": "copy", "from": "", "path": "/b"}] * 40
    with pytest.raises(Invalid):
        json_patch.apply({"x": "y" * 1000}, doubling)


def test_an_index_of_many_digits() -> None:
    with pytest.raises(Invalid):
        json_patch.apply([1], [{"op": "remove", "path": "/" + "9" * 5000}])
