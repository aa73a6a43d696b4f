"""Numbers given out one by one."""

import random

import pytest

from pykube.apiserver.resources.pool import FullError, OutOfRangeError, Pool, TakenError, static_band


def test_the_upper_part_goes_first():
    pool = Pool(1, 10, static=4, draw=random.Random(1))
    upper = {pool.next(()) for _ in range(6)}
    assert upper == {5, 6, 7, 8, 9, 10}
    assert {pool.next(()) for _ in range(4)} == {1, 2, 3, 4}
    with pytest.raises(FullError):
        pool.next(())


def test_certain_numbers():
    pool = Pool(1, 10, static=0)
    pool.take(3, used={4})
    with pytest.raises(TakenError):
        pool.take(3, ())
    with pytest.raises(TakenError):
        pool.take(4, {4})
    with pytest.raises(OutOfRangeError):
        pool.take(11, ())
    pool.settle(3)
    pool.take(3, ())


@pytest.mark.parametrize(("size", "expected"), [(8, 0), (254, 16), (65534, 256), (1024, 64)])
def test_the_band_for_those_who_ask(size, expected):
    assert static_band(size, divisor=16, least=16, most=256) == expected
