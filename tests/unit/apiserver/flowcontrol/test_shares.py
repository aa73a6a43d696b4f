"""The division of seats among levels."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pykube.apiserver.flowcontrol.demand import Demand
from pykube.apiserver.flowcontrol.shares import Borrower, Limits, Share, Wish, current, divide, limits, widest_request


def test_seats_follow_shares_and_are_rounded_up():
    found = limits(Share(shares=20, lendable_percent=50), total=600, all_shares=245)
    assert found == Limits(nominal=49, least=24, most=649)


def test_borrowing_may_be_limited():
    found = limits(Share(shares=1, borrowing_percent=50), total=100, all_shares=10)
    assert found == Limits(nominal=10, least=10, most=15)


def test_no_shares_no_seats():
    assert limits(Share(shares=0), total=100, all_shares=10).nominal == 0
    assert limits(Share(shares=0), total=100, all_shares=0).nominal == 0


def test_one_request_takes_a_small_part_of_a_level():
    assert widest_request(66, 6) == 10
    assert widest_request(20, 6) == 3
    assert widest_request(3, 6) == 1


@st.composite
def wishes(draw):
    least = draw(st.integers(0, 50))
    most = least + draw(st.integers(0, 100))
    target = least + draw(st.floats(0, 100))
    return Wish(target, least, most)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.lists(wishes(), min_size=1, max_size=8), st.integers(0, 500))
def test_a_division_gives_out_everything_within_the_bounds(found, total):
    assume(sum(wish.least for wish in found) <= total <= sum(wish.most for wish in found))
    parts = divide(total, found)
    assert sum(parts) == pytest.approx(total, abs=1e-6)
    for part, wish in zip(parts, found, strict=True):
        assert wish.least <= part <= wish.most


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.lists(wishes(), min_size=2, max_size=8), st.integers(0, 500))
def test_who_is_at_no_bound_gets_the_same_part_of_the_target(found, total):
    parts = divide(total, found)
    ratios = [
        part / wish.target
        for part, wish in zip(parts, found, strict=True)
        if wish.target > 0.01 and wish.least + 1e-6 < part < wish.most - 1e-6
    ]
    for ratio in ratios:
        assert ratio == pytest.approx(ratios[0], rel=1e-6)


def level(shares, lendable=0, *, used=0, smoothed=0.0, borrowing=None):
    demand = Demand()
    demand.watermark, demand.smoothed = used, smoothed
    share = Share(shares=shares, lendable_percent=lendable, borrowing_percent=borrowing)
    return Borrower(limits(share, total=100, all_shares=100), demand)


def test_a_level_that_wants_more_gets_what_others_lend():
    busy, idle = level(20, 50, used=60, smoothed=60.0), level(80, 50)
    assert current([busy, idle]) == [60, 40]


def test_lenders_keep_what_they_use():
    assert current([level(20, 50, used=90, smoothed=90.0), level(80, 50, used=70, smoothed=60.0)]) == [30, 70]


def test_a_borrower_keeps_to_its_limit():
    assert current([level(20, borrowing=50, used=90, smoothed=90.0), level(80, 50, borrowing=100)]) == [30, 70]


def test_what_exempt_requests_use_is_not_given_out():
    exempt = Borrower(Limits(), level(0, used=30).demand, exempt=True)
    one, other = level(50, 100, used=50, smoothed=50.0), level(50, 100, used=50, smoothed=50.0)
    assert current([exempt, one, other]) == [30, 35, 35]


def test_exempt_requests_do_not_take_what_levels_keep():
    exempt = Borrower(Limits(), level(0, used=1000).demand, exempt=True)
    assert current([exempt, level(50, 20), level(50, 0)]) == [1000, 40, 50]
