"""Sets of fields: the laws of sets, and the form in which clients see them."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pykube.api.patch.apply import field_sets
from pykube.api.patch.apply.field_sets import Fields, contains, difference, intersection, paths, union

ELEMENTS = st.sampled_from(["f:a", "f:b", 'k:{"name":"x"}', 'v:"y"'])


@st.composite
def sets(draw: st.DrawFn) -> Fields:
    """Any set: places put in one by one."""
    found: Fields = {}
    for path in draw(st.lists(st.lists(ELEMENTS, min_size=1, max_size=3), max_size=6)):
        found = union(found, field_sets.of_path(*path))
    return found


def places(fields: Fields) -> set[tuple[str, ...]]:
    return set(paths(fields))


@given(sets(), sets())
def test_operations_are_those_of_sets(one: Fields, other: Fields) -> None:
    assert places(union(one, other)) == places(one) | places(other)
    assert places(intersection(one, other)) == places(one) & places(other)
    assert places(difference(one, other)) == places(one) - places(other)


@given(sets(), sets())
def test_recursive_difference_takes_what_is_below(one: Fields, other: Fields) -> None:
    kept = {path for path in places(one) if not any(path[: length + 1] in places(other) for length in range(len(path)))}
    assert places(difference(one, other, recursive=True)) == kept


@given(sets(), sets())
def test_one_set_has_one_form(one: Fields, other: Fields) -> None:
    assert union(one, other) == union(other, one)
    assert difference(union(one, other), other) == difference(one, other)
    assert (places(one) == places(other)) == (one == other)


@given(sets())
def test_reading_what_was_written_changes_nothing(fields: Fields) -> None:
    assert field_sets.parse(msgspec.json.decode(field_sets.encoded(fields))) == fields
    assert all(contains(fields, path) for path in paths(fields))


def test_difference_with_nothing_in_common_is_the_same_object() -> None:
    one: Fields = {"f:a": {"f:b": {}}}
    assert difference(one, {"f:a": {"f:c": {}}, "f:d": {}}) is one


def test_keys_are_read_into_one_form() -> None:
    written: Fields = {'k:{"protocol": "TCP", "containerPort": 80}': {".": {}}, "v: 1": {}, "x:later": {}}
    assert field_sets.parse(written) == {'k:{"containerPort":80,"protocol":"TCP"}': {".": {}}, "v:1": {}}


@pytest.mark.parametrize("broken", [[], {"f": {}}, {"name": {}}, {"k:[]": {}}, {"f:a": 1}, {"i:x": {}}, {"k:{": {}}])
def test_broken_sets_are_refused(broken: Any) -> None:
    with pytest.raises(ValueError):
        field_sets.parse(broken)


def test_paths_for_people() -> None:
    path = ("f:spec", 'k:{"containerPort":80,"protocol":"TCP"}', 'v:"a"', "i:3")
    assert field_sets.show(path) == '.spec[containerPort=80,protocol="TCP"][="a"][3]'
