"""How wanted seats are summed up."""

import pytest

from pykube.apiserver.flowcontrol.demand import Demand


def test_a_period_has_average_deviation_and_most():
    demand = Demand()
    demand.lasted(0, 5.0)
    demand.highest = 4
    demand.lasted(4, 5.0)
    demand.turn(4)
    assert (demand.average, demand.deviation, demand.watermark) == (2.0, 2.0, 4)
    assert demand.smoothed == 4.0


def test_smoothed_demand_rises_at_once_and_falls_slowly():
    demand = Demand()
    demand.lasted(10, 10.0)
    demand.turn(0)
    assert demand.smoothed == 10.0
    for _ in range(30):
        demand.lasted(0, 10.0)
        demand.turn(0)
    assert demand.smoothed == pytest.approx(5.0, abs=0.1)


def test_what_is_in_use_when_a_period_begins_counts_for_it():
    demand = Demand()
    demand.highest = 9
    demand.turn(3)
    demand.turn(3)
    assert demand.watermark == 3
