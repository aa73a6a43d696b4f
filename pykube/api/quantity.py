"""Fixed-point amounts such as ``100m`` or ``1Gi``, printed in the canonical form the Kubernetes API prints.

An amount is held as a whole number of billionths together with the notation it was written in; precision finer than
that is rounded away from zero when parsed. Source: k8s.io/apimachinery/pkg/api/resource.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

_NANO = 10**9
_MAX_BINARY = (2**63 - 1) * _NANO
_MAX_EXPONENT = 128
_MAX_DIGITS = 400

_SPLIT = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)\Z")

_EXPONENT = re.compile(r"[eE][+-]?[0-9]{1,10}\Z")

_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY_SUFFIX = ["", *_BINARY]
_DECIMAL_SUFFIX = {exponent: suffix for suffix, exponent in _DECIMAL.items()}


class Format(Enum):
    """The notation an amount was written in, which its canonical text keeps where it can."""

    DECIMAL_SI = "DecimalSI"
    BINARY_SI = "BinarySI"
    DECIMAL_EXPONENT = "DecimalExponent"


class QuantityError(ValueError):
    """The text is no quantity; the message is the one the Kubernetes API gives."""


_WRONG_FORMAT = (
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"  # part of the API
)
_WRONG_NUMBER = "unable to parse numeric part of quantity"
_WRONG_SUFFIX = "unable to parse quantity's suffix"


class Quantity:
    """An immutable amount. Compares and hashes by value: ``1000m`` equals ``1``.

    ``Quantity()`` is zero. Arithmetic keeps the notation of the left operand unless that is zero, as upstream does.
    """

    __slots__ = ("_format", "_nano", "_text")

    _nano: int
    _format: Format
    _text: str

    def __init__(self, nano: int = 0, notation: Format = Format.DECIMAL_SI) -> None:
        object.__setattr__(self, "_nano", nano)
        object.__setattr__(self, "_format", notation)
        object.__setattr__(self, "_text", "")

    @staticmethod
    def parse(source: str | int | float) -> Quantity:
        """The amount that `source` writes down, e.g. ``"1.5Gi"``, ``"2e3"`` or ``3``.

        Raises:
            QuantityError: not a quantity.
        """
        return _parse(source if isinstance(source, str) else repr(source))

    @staticmethod
    def of(value: int, notation: Format = Format.DECIMAL_SI) -> Quantity:
        """`value` whole units."""
        return Quantity(value * _NANO, notation)

    @staticmethod
    def of_milli(value: int, notation: Format = Format.DECIMAL_SI) -> Quantity:
        """`value` thousandths of a unit."""
        return Quantity(value * 10**6, notation)

    @property
    def nano(self) -> int:
        """Billionths of a unit, exact."""
        return self._nano

    @property
    def notation(self) -> Format:
        """How the amount was written."""
        return self._format

    @property
    def value(self) -> int:
        """Whole units, rounded away from zero."""
        return _divide_up(self._nano, _NANO)

    @property
    def milli(self) -> int:
        """Thousandths of a unit, rounded away from zero."""
        return _divide_up(self._nano, 10**6)

    @property
    def sign(self) -> int:
        """-1, 0 or 1."""
        return (self._nano > 0) - (self._nano < 0)

    @property
    def is_integer(self) -> bool:
        """True when no fraction of a unit is left over."""
        return self._nano % _NANO == 0

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Quantity does not change")

    def __float__(self) -> float:
        return self._nano / _NANO

    def __bool__(self) -> bool:
        return self._nano != 0

    def __hash__(self) -> int:
        return hash(self._nano)

    def __eq__(self, other: object) -> bool:
        return self._nano == other._nano if isinstance(other, Quantity) else NotImplemented

    def __lt__(self, other: Quantity) -> bool:
        return self._nano < other._nano

    def __le__(self, other: Quantity) -> bool:
        return self._nano <= other._nano

    def __gt__(self, other: Quantity) -> bool:
        return self._nano > other._nano

    def __ge__(self, other: Quantity) -> bool:
        return self._nano >= other._nano

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self._nano + other._nano, self._format if self._nano else other._format)

    def __sub__(self, other: Quantity) -> Quantity:
        return Quantity(self._nano - other._nano, self._format if self._nano else other._format)

    def __neg__(self) -> Quantity:
        return Quantity(-self._nano, self._format)

    def __mul__(self, factor: int) -> Quantity:
        return Quantity(self._nano * factor, self._format)

    __rmul__ = __mul__

    def __copy__(self) -> Quantity:
        return self

    def __deepcopy__(self, memo: object) -> Quantity:
        return self

    def __reduce__(self) -> tuple[type[Quantity], tuple[int, Format]]:
        return Quantity, (self._nano, self._format)

    def __str__(self) -> str:
        if not self._text:
            object.__setattr__(self, "_text", _canonical(self._nano, self._format))
        return self._text

    def __repr__(self) -> str:
        return f"Quantity.parse({str(self)!r})"


ZERO = Quantity()


@lru_cache(maxsize=8192)
def _parse(source: str) -> Quantity:
    found = _SPLIT.match(source.strip())
    if found is None or not source:
        raise QuantityError(_WRONG_FORMAT)
    sign, whole, fraction, suffix = found.groups(default="")
    if not whole and not fraction:
        # "1." and ".5" are numbers to upstream, and so is a lone sign or suffix: it reads them as zero.
        if found.group(3) is not None or not (sign or suffix):
            raise QuantityError(_WRONG_NUMBER)
        whole = "0"
    if len(whole) + len(fraction) > _MAX_DIGITS:
        raise QuantityError(_WRONG_NUMBER)
    base, exponent, notation = _suffix(suffix)
    digits = int(whole + fraction) * _NANO
    shift = -len(fraction)
    if base == 2:
        digits <<= exponent
    else:
        shift += exponent
    nano = digits * 10**shift if shift >= 0 else _divide_up(digits, 10**-shift)
    if notation is Format.BINARY_SI:
        nano = min(nano, _MAX_BINARY)
        if 0 < nano < _NANO:
            notation = Format.DECIMAL_SI
    return Quantity(-nano if sign == "-" else nano, notation)


def _suffix(suffix: str) -> tuple[int, int, Format]:
    """Base, exponent and notation that a suffix such as ``Mi``, ``m`` or ``e3`` stands for."""
    if suffix in _DECIMAL:
        return 10, _DECIMAL[suffix], Format.DECIMAL_SI
    if suffix in _BINARY:
        return 2, _BINARY[suffix], Format.BINARY_SI
    if suffix[0] in "eE":
        if not _EXPONENT.match(suffix):
            raise QuantityError(_WRONG_SUFFIX)
        exponent = int(suffix[1:])
        if abs(exponent) > _MAX_EXPONENT:  # danger: a few bytes of input must not become gigabytes of digits
            raise QuantityError(_WRONG_NUMBER)
        return 10, exponent, Format.DECIMAL_EXPONENT
    raise QuantityError(_WRONG_SUFFIX)


def _divide_up(value: int, unit: int) -> int:
    """`value` / `unit`, rounded away from zero."""
    return -(-value // unit) if value >= 0 else value // unit


def _canonical(nano: int, notation: Format) -> str:
    """No fraction, the largest suffix that keeps the amount whole, and the notation kept where nothing is lost."""
    if not nano:
        return "0"
    if notation is Format.BINARY_SI and nano % _NANO == 0 and abs(nano) >= 1024 * _NANO:
        value, power = nano // _NANO, 0
        while power < len(_BINARY_SUFFIX) - 1 and value % 1024 == 0:
            value //= 1024
            power += 1
        return f"{value}{_BINARY_SUFFIX[power]}"
    value, exponent = nano, -9
    largest = 18 if notation is not Format.DECIMAL_EXPONENT else _MAX_EXPONENT + 9
    while exponent < largest and value % 1000 == 0:
        value //= 1000
        exponent += 3
    if notation is Format.DECIMAL_EXPONENT:
        return f"{value}e{exponent}" if exponent else str(value)
    return f"{value}{_DECIMAL_SUFFIX[exponent]}"
