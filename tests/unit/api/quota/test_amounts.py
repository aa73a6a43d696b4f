"""Laws of adding up and comparing."""

from hypothesis import given
from hypothesis import strategies as st

from pykube.api.quantity import Quantity
from pykube.api.quota import amounts

AMOUNTS = st.dictionaries(st.sampled_from(["cpu", "memory", "pods"]), st.integers(-5, 1000).map(Quantity.of))


def total(*several):
    found = {}
    for each in several:
        amounts.add(found, each)
    return found


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_the_order_of_adding_plays_no_part(a, b, c):
    assert total(a, b, c) == total(c, a, b) == total(total(b, c), a)


@given(AMOUNTS, AMOUNTS)
def test_growth_is_what_must_be_added(old, new):
    grown = amounts.growth(new, old)
    assert all(amount > amounts.ZERO for amount in grown.values())
    for name in new:
        assert old.get(name, amounts.ZERO) + grown.get(name, amounts.ZERO) >= new[name]
    assert amounts.growth(new, new) == {}


@given(AMOUNTS, AMOUNTS)
def test_what_does_not_exceed_fits(used, hard):
    over = amounts.exceeding(used, hard)
    assert all(used[name] > hard[name] for name in over)
    assert all(used[name] <= hard[name] for name in used.keys() & hard.keys() - set(over))


@given(AMOUNTS, AMOUNTS)
def test_the_largest_is_neither_less_than_one_nor_than_the_other(a, b):
    found = amounts.largest(a, b)
    assert all(found[name] >= amount for each in (a, b) for name, amount in each.items())
    assert all(found[name] in (a.get(name), b.get(name)) for name in found)
