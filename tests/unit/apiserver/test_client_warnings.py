"""Warnings that an answer carries."""

from pykube.apiserver.client_warnings import EACH, TOTAL, told


def test_none_is_told_twice():
    assert told([]) == ()
    assert told(["a", "b", "a", ""]) == ["a", "b"]


def test_long_ones_are_told_as_a_whole_if_there_is_room():
    assert told(["x" * TOTAL]) == ["x" * TOTAL]


def test_too_many_are_cut():
    found = told([f"{index:04}" + "x" * 1000 for index in range(100)])
    assert {len(text) for text in found} == {EACH}
    assert len(found) == TOTAL // EACH
