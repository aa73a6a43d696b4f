"""What calls of functions cost when they are evaluated, where that is not simply 1.

Source: cel-go, interpreter/runtimecost.go, ext/lists.go and ext/sets.go; k8s.io/apiserver, pkg/cel/library/cost.go.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, Final

from .cost import PER_CALL_LIMIT
from .library.formats import FormatValue
from .values import UInt, size

Cost = Callable[[list[Any], Any], int]
"""From arguments and result."""

STRING_FACTOR: Final = 0.1
"""For each character looked at once."""
REGEX_FACTOR: Final = 0.25
"""For each character of a regular expression."""
LIST_COST: Final = 10
MAP_COST: Final = 30
STRUCT_COST: Final = 40
CHECK_COST: Final = 350_000
"""Asking an authorizer: only two such questions fit into one expression."""
_SELECTOR_REQUIREMENT: Final = LIST_COST + STRUCT_COST
_SCALARS: Final = frozenset({int, bool, float, UInt, type(None)})


def traversal(characters: int, factor: float = STRING_FACTOR) -> int:
    """The cost of looking at so many characters."""
    return math.ceil(characters * factor)


def equality(one: Any, two: Any) -> int:
    """The cost of ``==``: that of the shorter of the two; of a scalar and of opaque values 1."""
    if type(one) in _SCALARS or type(two) in _SCALARS:
        other = two if type(one) in _SCALARS else one
        return 1 if size(other) else 0
    if hasattr(one, "type_name") and not isinstance(one, dict):
        return 1
    return math.ceil(min(size(one), size(two)) * STRING_FACTOR)


def regex(text: Any, pattern: Any) -> int:
    """The cost of matching."""
    return math.ceil((1 + size(text)) * STRING_FACTOR) * math.ceil(size(pattern) * REGEX_FACTOR)


def _first(factor: float = STRING_FACTOR) -> Cost:
    return lambda arguments, _: math.ceil(size(arguments[0]) * factor)


def _whole(value: Any) -> int:
    """The cost of looking at all that is in a value."""
    if isinstance(value, str):
        return int(len(value.encode(errors="replace")) * STRING_FACTOR)
    if isinstance(value, bytes):
        return int(len(value) * STRING_FACTOR)
    if isinstance(value, list):
        return _sum(value)
    if isinstance(value, dict):
        return _sum(value.keys()) + _sum(value.values())
    return 1


def _sum(parts: Iterable[Any]) -> int:
    """As far as it matters: more than all that may be spent is enough."""
    total = 0
    for part in parts:
        total += _whole(part)
        if total > PER_CALL_LIMIT:
            break
    return total


def _selector(arguments: list[Any], _: Any) -> int:
    length = size(arguments[1])
    return LIST_COST + traversal(length) + math.ceil(math.ceil(length * 0.5) * _SELECTOR_REQUIREMENT)


def _contains_ip(arguments: list[Any], _: Any) -> int:
    other = traversal(len(arguments[1])) if isinstance(arguments[1], str) else 0
    return traversal(2 * size(arguments[0])) + other


def _contains_cidr(arguments: list[Any], result: Any) -> int:
    return _contains_ip(arguments, result) + traversal(size(arguments[0])) + 1


def _validate(arguments: list[Any], _: Any) -> int:
    form = arguments[0]
    assert isinstance(form, FormatValue)
    return math.ceil((1 + size(arguments[1])) * STRING_FACTOR) * math.ceil(form.cost * REGEX_FACTOR)


def _fixed(cost: int) -> Cost:
    return lambda _, __: cost


def _allocating(length: int, factor: float = 1.0) -> int:
    return int(length * factor) + 1 + LIST_COST


def _self_compared(items: list[Any]) -> int:
    factor = 2 + STRING_FACTOR if items and isinstance(items[0], str | bytes) else 2.0
    return _allocating(len(items) ** 2, factor)


def _sets(factor: int) -> Cost:
    return lambda arguments, _: 1 + size(arguments[0]) * size(arguments[1]) * factor


_BY_FUNCTION: Final[dict[str, Cost]] = {
    "check": _fixed(CHECK_COST),
    "fieldSelector": _selector,
    "labelSelector": _selector,
    **dict.fromkeys(
        ("isSorted", "sum", "max", "min", "indexOf", "lastIndexOf"), lambda arguments, _: _whole(arguments[0])
    ),
    **dict.fromkeys(("url", "lowerAscii", "upperAscii", "substring", "trim", "jsonpatch.escapeKey"), _first()),
    **dict.fromkeys(("replace", "split", "ip.isCanonical"), _first(2 * STRING_FACTOR)),
    "join": lambda _, result: math.ceil(size(result) * 2 * STRING_FACTOR),
    **dict.fromkeys(("find", "findAll"), lambda arguments, _: regex(arguments[0], arguments[1])),
    **dict.fromkeys(("cidr", "isIP", "isCIDR", "ip", "quantity", "isQuantity", "semver", "isSemver"), _first()),
    "containsIP": _contains_ip,
    "containsCIDR": _contains_cidr,
    "validate": _validate,
}
_BY_OVERLOAD: Final[dict[str, Cost]] = {
    "cidr_ip": _fixed(1),
    "list_slice": lambda _, result: _allocating(size(result)),
    "lists_range": lambda _, result: _allocating(size(result)),
    "list_reverse": lambda _, result: _allocating(size(result)),
    "list_flatten": lambda arguments, _: _allocating(size(arguments[0])),
    "list_flatten_int": lambda arguments, _: _allocating(size(arguments[0]), arguments[1]),
    "list_distinct": lambda arguments, _: _self_compared(arguments[0]),
    "list_sets_contains_list": _sets(1),
    "list_sets_intersects_list": _sets(1),
    "list_sets_equivalent_list": _sets(2),
    **dict.fromkeys(
        (
            "starts_with_string",
            "ends_with_string",
            "string_to_bytes",
            "bytes_to_string",
            "strings_quote",
            "string_format",
        ),
        _first(),
    ),
    "in_list": lambda arguments, _: size(arguments[1]),
    **dict.fromkeys(
        (
            f"{word}_{kind}"
            for word in ("less", "less_equals", "greater", "greater_equals")
            for kind in ("string", "bytes")
        ),
        lambda arguments, _: math.ceil(min(size(arguments[0]), size(arguments[1])) * STRING_FACTOR),
    ),
    **dict.fromkeys(
        ("add_string", "add_bytes"), lambda arguments, _: traversal(size(arguments[0]) + size(arguments[1]))
    ),
    "matches_string": lambda arguments, _: regex(arguments[0], arguments[1]),
    "contains_string": lambda arguments, _: traversal(size(arguments[0])) * traversal(size(arguments[1])),
}
_BEFOREHAND: Final[dict[str, Cost]] = {
    "lists_range": lambda arguments, _: _allocating(max(arguments[0], 0)),
    "list_distinct": lambda arguments, _: _self_compared(arguments[0]),
}
"""Overloads that could take too long by themselves: whether their price can be paid is asked before they run."""


def cost_of(function: str, overload: str) -> Cost | None:
    """How to price a call, None if it always costs 1; `overload` is empty where it is not known before."""
    if overload.endswith("_sort"):
        return lambda arguments, _: _self_compared(arguments[0])
    if overload.endswith("_sortByAssociatedKeys"):
        return lambda arguments, _: _self_compared(arguments[1])
    return _BY_OVERLOAD.get(overload) or _BY_FUNCTION.get(function)


def beforehand(overload: str) -> Cost | None:
    """The price that must be affordable before a call is made, None if the call takes no longer than its arguments."""
    return _BEFOREHAND.get(overload)
