"""Quantities such as ``500Mi`` and versions such as ``1.2.3-rc.1``.

Source: k8s.io/apiserver, pkg/cel/library/quantity.go and semverlib.go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from pykube.api.quantity import Format, Quantity, QuantityError

from ..declarations import function, method
from ..errors import EvaluationError
from ..numbers import MAX_INT, MIN_INT

_VERSION: Final = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*))*))?"
    r"(?:\+([\da-zA-Z-]+(?:\.[\da-zA-Z-]+)*))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class QuantityValue:
    """A quantity among values."""

    quantity: Quantity
    type_name: ClassVar[str] = "kubernetes.Quantity"

    def __str__(self) -> str:
        return str(self.quantity)


@dataclass(frozen=True, slots=True)
class SemverValue:
    """A version; what stands behind ``+`` takes no part in comparing."""

    major: int
    minor: int
    patch: int
    release: tuple[tuple[int, int, str], ...]
    """What stands behind ``-``, so that tuples compare as versions do; a release is later than all before it."""
    type_name: ClassVar[str] = "kubernetes.Semver"

    @property
    def order(self) -> tuple[object, ...]:
        """What versions are compared by."""
        return (self.major, self.minor, self.patch, not self.release, self.release)


def _quantity(text: str) -> QuantityValue:
    try:
        return QuantityValue(Quantity.parse(text))
    except QuantityError as error:
        raise EvaluationError(str(error)) from None


def _is_quantity(text: str) -> bool:
    try:
        Quantity.parse(text)
    except QuantityError:
        return False
    return True


def _exact(value: QuantityValue) -> int | None:
    """The number, if it is one of 64 bits without a fraction."""
    amount = value.quantity
    return amount.value if amount.is_integer and MIN_INT <= amount.value <= MAX_INT else None


def _as_integer(value: QuantityValue) -> int:
    found = _exact(value)
    if found is None:
        raise EvaluationError("cannot convert value to integer")
    return found


def _compare(one: QuantityValue, two: QuantityValue) -> int:
    return (one.quantity > two.quantity) - (one.quantity < two.quantity)


def _add(one: QuantityValue, two: QuantityValue | int) -> QuantityValue:
    return QuantityValue(
        one.quantity + (Quantity.of(two, Format.DECIMAL_EXPONENT) if isinstance(two, int) else two.quantity)
    )


def _sub(one: QuantityValue, two: QuantityValue | int) -> QuantityValue:
    return QuantityValue(
        one.quantity - (Quantity.of(two, Format.DECIMAL_EXPONENT) if isinstance(two, int) else two.quantity)
    )


def _parse_semver(text: str) -> SemverValue | None:
    found = _VERSION.fullmatch(text)
    if found is None:
        return None
    parts = tuple(
        (0, int(part), "") if part.isdigit() else (1, 0, part) for part in (found[4] or "").split(".") if part
    )
    numbers = [int(found[place]) for place in (1, 2, 3)]
    return SemverValue(numbers[0], numbers[1], numbers[2], parts) if max(numbers) < 2**64 else None


def _normalized(text: str) -> str:
    """Without ``v`` and leading zeros, and with all three numbers."""
    parts = text.removeprefix("v").split(".", 2)
    for place, part in enumerate(parts):
        if len(part) > 1:
            bare = part.lstrip("0")
            parts[place] = bare if bare[:1].isdigit() else f"0{bare}"
    if len(parts) < 3 and re.search(r"[+-]", parts[-1]):
        raise EvaluationError("short version cannot contain PreRelease/Build meta data")
    return ".".join([*parts, "0", "0"][:3])


def _semver(text: str, normalize: bool = False) -> SemverValue:
    found = _parse_semver(_normalized(text) if normalize else text)
    if found is None:
        raise EvaluationError(_semver_error(text))
    return found


def _semver_error(text: str) -> str:
    if not text:
        return "Version string empty"
    if text.count(".") < 2:
        return "No Major.Minor.Patch elements found"
    return f'Invalid character(s) found in version "{text}"'


def _is_semver(text: str, normalize: bool = False) -> bool:
    try:
        _semver(text, normalize)
    except EvaluationError:
        return False
    return True


def _compare_versions(one: SemverValue, two: SemverValue) -> int:
    return (one.order > two.order) - (one.order < two.order)


OVERLOADS: Final = (
    function("string_to_quantity", "quantity", "string -> Quantity", _quantity),
    function("is_quantity_string", "isQuantity", "string -> bool", _is_quantity),
    function("quantity_sign", "sign", "Quantity -> int", lambda one: one.quantity.sign),
    method("quantity_is_greater_than", "isGreaterThan", "Quantity, Quantity -> bool", lambda a, b: _compare(a, b) > 0),
    method("quantity_is_less_than", "isLessThan", "Quantity, Quantity -> bool", lambda a, b: _compare(a, b) < 0),
    method("quantity_compare_to", "compareTo", "Quantity, Quantity -> int", _compare),
    method("quantity_get_float", "asApproximateFloat", "Quantity -> double", lambda one: float(one.quantity)),
    method("quantity_get_int", "asInteger", "Quantity -> int", _as_integer),
    method("quantity_is_integer", "isInteger", "Quantity -> bool", lambda one: _exact(one) is not None),
    method("quantity_add", "add", "Quantity, Quantity -> Quantity", _add),
    method("quantity_add_int", "add", "Quantity, int -> Quantity", _add),
    method("quantity_sub", "sub", "Quantity, Quantity -> Quantity", _sub),
    method("quantity_sub_int", "sub", "Quantity, int -> Quantity", _sub),
    function("string_to_semver", "semver", "string -> Semver", _semver),
    function("string_bool_to_semver", "semver", "string, bool -> Semver", _semver),
    function("is_semver_string", "isSemver", "string -> bool", _is_semver),
    function("is_semver_string_bool", "isSemver", "string, bool -> bool", _is_semver),
    method(
        "semver_is_greater_than", "isGreaterThan", "Semver, Semver -> bool", lambda a, b: _compare_versions(a, b) > 0
    ),
    method("semver_is_less_than", "isLessThan", "Semver, Semver -> bool", lambda a, b: _compare_versions(a, b) < 0),
    method("semver_compare_to", "compareTo", "Semver, Semver -> int", _compare_versions),
    method("semver_major", "major", "Semver -> int", lambda one: one.major),
    method("semver_minor", "minor", "Semver -> int", lambda one: one.minor),
    method("semver_patch", "patch", "Semver -> int", lambda one: one.patch),
)
