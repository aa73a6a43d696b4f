"""Quantities print and compare as the Kubernetes API's do."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pykube.api.quantity import Format, Quantity, QuantityError


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("0", "0"),
        ("0Ki", "0"),
        ("1000m", "1"),
        ("0.5", "500m"),
        ("100m", "100m"),
        ("1.5", "1500m"),
        ("1000", "1k"),
        ("1500", "1500"),
        ("1024Ki", "1Mi"),
        ("1Ki", "1Ki"),
        ("1.5Gi", "1536Mi"),
        ("0.5Ki", "512"),
        ("100Ki", "100Ki"),
        ("12e6", "12e6"),
        ("1E3", "1e3"),
        ("1e2", "100"),
        ("1E", "1E"),
        ("1n", "1n"),
        ("0.1n", "1n"),
        ("-0.1n", "-1n"),
        ("1u", "1u"),
        ("+5", "5"),
        ("007", "7"),
        (".5", "500m"),
        ("1.", "1"),
        ("-1Gi", "-1Gi"),
        ("9Ei", "9223372036854775807"),
        ("0.3Ki", "307200m"),
        ("1.1Ki", "1126400m"),
        (" 2 ", "2"),
        (3, "3"),
        (0.25, "250m"),
        (1e-05, "10e-6"),
    ],
)
def test_canonical_text(written: str | int | float, printed: str) -> None:
    assert str(Quantity.parse(written)) == printed


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("", "quantities must match the regular expression"),
        ("1 Gi", "quantities must match"),
        ("1Gi.", "quantities must match"),
        ("abc", "quantities must match"),
        (".", "unable to parse numeric part"),
        ("1Gib", "quantities must match"),
        ("1mm", "unable to parse quantity's suffix"),
        ("1e", "unable to parse quantity's suffix"),
        ("1ki", "unable to parse quantity's suffix"),
        ("1e999999999", "unable to parse numeric part"),
    ],
)
def test_no_quantity(written: str, message: str) -> None:
    with pytest.raises(QuantityError, match=message):
        Quantity.parse(written)


def test_value_and_milli_round_up() -> None:
    assert Quantity.parse("1.1").value == 2
    assert Quantity.parse("-1.1").value == -2
    assert Quantity.parse("100u").milli == 1
    assert Quantity.parse("2").milli == 2000


def test_arithmetic_keeps_the_notation_of_the_left() -> None:
    assert str(Quantity.parse("1Gi") + Quantity.parse("1024Mi")) == "2Gi"
    assert str(Quantity() + Quantity.parse("1Gi")) == "1Gi"
    assert str(Quantity.parse("1") - Quantity.parse("100m")) == "900m"
    assert str(Quantity.parse("250m") * 4) == "1"
    assert -Quantity.parse("1") < Quantity()


def test_is_a_value() -> None:
    one = Quantity.parse("1")
    assert one == Quantity.parse("1000m")
    assert hash(one) == hash(Quantity.parse("1000m"))
    assert one != "1"
    assert copy.deepcopy(one) is one
    assert pickle.loads(pickle.dumps(one)) == one
    with pytest.raises(AttributeError):
        one._nano = 3
    assert bool(one)
    assert not Quantity()


quantities = st.builds(
    Quantity, st.integers(-(10**30), 10**30), st.sampled_from([Format.DECIMAL_SI, Format.DECIMAL_EXPONENT])
) | st.builds(lambda value: Quantity.of(value, Format.BINARY_SI), st.integers(-(2**63) + 1, 2**63 - 1))


@given(quantities)
def test_text_parses_back_to_the_same_amount(quantity: Quantity) -> None:
    assert Quantity.parse(str(quantity)) == quantity


@given(quantities)
def test_canonical_text_settles(quantity: Quantity) -> None:
    # A text without a suffix does not tell that its amount was once binary, so only the second reading is stable.
    settled = str(Quantity.parse(str(quantity)))
    assert str(Quantity.parse(settled)) == settled


@given(quantities, quantities)
def test_addition_commutes_and_subtraction_undoes(left: Quantity, right: Quantity) -> None:
    assert left + right == right + left
    assert left + right - right == left


@given(quantities, quantities)
def test_order_follows_the_sign_of_the_difference(left: Quantity, right: Quantity) -> None:
    assert (left < right) == ((left - right).sign < 0)


@pytest.mark.parametrize("written", ["9" * 5000, "1." + "9" * 500, "1e" + "9" * 5000, "1e99999999999", "1e٣"])
def test_more_digits_than_anybody_needs(written: str) -> None:
    with pytest.raises(QuantityError):
        Quantity.parse(written)
