"""Numbers of 64 bits: overflow is an error, division truncates, and doubles print as Go prints them."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Final

from .errors import EvaluationError

MIN_INT: Final = -(2**63)
MAX_INT: Final = 2**63 - 1
MAX_UINT: Final = 2**64 - 1
_EXPONENT_FROM: Final = 6


def as_int(value: int) -> int:
    """`value`, if it is an int.

    Raises:
        EvaluationError: it needs more than 64 bits.
    """
    if MIN_INT <= value <= MAX_INT:
        return value
    raise EvaluationError("integer overflow")


def check_uint(value: int) -> int:
    """`value`, if it is a uint.

    Raises:
        EvaluationError: it is negative or needs more than 64 bits.
    """
    if 0 <= value <= MAX_UINT:
        return value
    raise EvaluationError("unsigned integer overflow")


def quotient(one: int, two: int) -> int:
    """`one` by `two`, truncated towards zero."""
    if two == 0:
        raise EvaluationError("division by zero")
    result = abs(one) // abs(two)
    return result if (one < 0) == (two < 0) else -result


def remainder(one: int, two: int) -> int:
    """What `quotient` leaves, with the sign of `one`."""
    if two == 0:
        raise EvaluationError("modulus by zero")
    result = abs(one) % abs(two)
    return -result if one < 0 else result


def divide(one: float, two: float) -> float:
    """As IEEE 754 has it: by zero is infinite or not a number."""
    if two != 0:
        return one / two
    if one == 0 or math.isnan(one):
        return math.nan
    return math.copysign(math.inf, one) * math.copysign(1.0, two)


def double_text(value: float) -> str:
    """The shortest digits that give the number again; with an exponent from 1e+06 on and below 1e-04."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits)).rstrip("0") or "0"
    point = len(digits) + exponent - 1 if any(digits) else 0
    minus = "-" if sign else ""
    if point < -4 or point >= _EXPONENT_FROM:
        rest = f".{text[1:]}" if len(text) > 1 else ""
        return f"{minus}{text[0]}{rest}e{'-' if point < 0 else '+'}{abs(point):02}"
    plain = format(Decimal(repr(value)), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
