"""What calls of functions cost at most, and how large their results are.

Source: cel-go, checker/cost.go, ext/lists.go and ext/sets.go; k8s.io/apiserver, pkg/cel/library/cost.go. These figures
are part of the API: which rules a definition may have depends on them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .ranges import MOST, ONE, UNKNOWN, ZERO, CostRange, fixed
from .runtime_costs import CHECK_COST, LIST_COST, REGEX_FACTOR, STRING_FACTOR, STRUCT_COST
from .syntax import Literal, Node
from .types import Kind, Type

_NAME_FORMAT_REGEX: Final = 128
_FORMAT: Final = 64
_ADDRESS: Final = CostRange(4, 16)


@dataclass(frozen=True, slots=True)
class Operand:
    """The target or an argument of a call."""

    node: Node
    type: Type
    known: CostRange | None
    """Its size, if anything is known about it."""
    item: CostRange | None
    """The size of its items, if they are declared anywhere."""

    @property
    def size(self) -> CostRange:
        """Its size."""
        return self.known or UNKNOWN


@dataclass(frozen=True, slots=True)
class CallEstimate:
    """The cost of a call without that of its arguments, and the size of its result if that is a list, map or string."""

    cost: CostRange
    result: CostRange | None = None


_Estimate = Callable[[Operand | None, list[Operand]], CallEstimate | None]


def of_call(function: str, overload: str, target: Operand | None, arguments: list[Operand]) -> CallEstimate:
    """The estimate for one overload."""
    for table, key in ((_BY_OVERLOAD_FIRST, overload), (_BY_FUNCTION, function), (_BY_OVERLOAD, overload)):
        estimate = table.get(key)
        found = estimate(target, arguments) if estimate is not None else None
        if found is not None:
            return found
    if overload.endswith(("_sort", "_sortByAssociatedKeys")):
        return _sorted(overload, target, arguments)
    return CallEstimate(ONE)


def _traversal(of: CostRange, factor: float = STRING_FACTOR) -> CostRange:
    return of.scaled(factor)


def _nominal(_: Operand | None, __: list[Operand]) -> CallEstimate:
    return CallEstimate(ONE)


def _check(_: Operand | None, __: list[Operand]) -> CallEstimate:
    return CallEstimate(fixed(CHECK_COST))


def _selector(_: Operand | None, arguments: list[Operand]) -> CallEstimate:
    size = arguments[0].size
    requirements = size.scaled(0.5).scaled(LIST_COST + STRUCT_COST)
    return CallEstimate(fixed(LIST_COST).plus(_traversal(size)).plus(requirements))


def _over_list(target: Operand | None, _: list[Operand]) -> CallEstimate | None:
    if target is None:
        return None
    if not target.type.parameters:
        return CallEstimate(_traversal(target.size))
    each = ONE
    if target.type.parameters[0].kind in (Kind.STRING, Kind.BYTES):
        each = each.plus(_traversal(target.item or UNKNOWN))
    return CallEstimate(target.size.times(each))


def _same_size(target: Operand | None, arguments: list[Operand]) -> CallEstimate | None:
    operand = target or (arguments[0] if len(arguments) == 1 else None)
    return CallEstimate(_traversal(operand.size), operand.size) if operand is not None else None


def _first(factor: float = STRING_FACTOR) -> _Estimate:
    return lambda _, arguments: CallEstimate(_traversal(arguments[0].size, factor)) if arguments else None


def _replace(target: Operand | None, arguments: list[Operand]) -> CallEstimate | None:
    if target is None or len(arguments) < 2:
        return None
    size, old, new = target.size, arguments[0].size, arguments[1].size
    kept_most = kept_least = 0
    if old.least == 0:
        count_most, kept_most = min(size.most + 1, MOST), size.most
    elif new.most <= old.least:
        count_most, kept_most = 0, size.most
    else:
        count_most = min(math.ceil(size.most / old.least), MOST)
    if old.most == 0:
        count_least, kept_least = min(size.least + 1, MOST), size.least
    elif old.most <= new.least:
        count_least, kept_least = 0, size.least
    else:
        count_least = math.ceil(size.least / old.most)
    result = CostRange(count_least, count_most).times(new).plus(CostRange(kept_least, kept_most))
    return CallEstimate(_traversal(size, 2 * STRING_FACTOR), result)


def _split(target: Operand | None, arguments: list[Operand]) -> CallEstimate | None:
    if target is None:
        return None
    most = _literal(arguments[1], target.size.most) if len(arguments) > 1 else target.size.most
    return CallEstimate(_traversal(target.size, 2 * STRING_FACTOR), CostRange(0, most))


def _join(target: Operand | None, arguments: list[Operand]) -> CallEstimate | None:
    if target is None:
        return None
    result = target.size.times(target.item or UNKNOWN) if target.type.parameters else ZERO
    if arguments:
        count = CostRange(max(target.size.least - 1, 0), max(target.size.most - 1, 0))
        result = result.plus(arguments[0].size.times(count))
    return CallEstimate(_traversal(result), result)


def _regex(text: CostRange, pattern: CostRange) -> CostRange:
    return _traversal(text.plus(ONE)).times(pattern.scaled(REGEX_FACTOR))


def _find(target: Operand | None, arguments: list[Operand]) -> CallEstimate | None:
    if target is None or not arguments:
        return None
    return CallEstimate(_regex(target.size, arguments[0].size), CostRange(0, target.size.most))


def _contains_ip(_: Operand | None, arguments: list[Operand]) -> CallEstimate:
    cost = _traversal(_ADDRESS.plus(_ADDRESS))
    if arguments[0].type.kind is Kind.STRING:
        cost = cost.plus(_traversal(arguments[0].size))
    return CallEstimate(cost)


def _contains_cidr(target: Operand | None, arguments: list[Operand]) -> CallEstimate:
    return CallEstimate(_contains_ip(target, arguments).cost.plus(_traversal(_ADDRESS)).plus(ONE))


def _validate(_: Operand | None, arguments: list[Operand]) -> CallEstimate:
    return CallEstimate(_traversal(arguments[0].size).scaled(_NAME_FORMAT_REGEX * REGEX_FACTOR))


_CONSTANT_EQUALITY: Final = frozenset({"net.IP", "net.CIDR", "kubernetes.Quantity", "kubernetes.Semver"})


def _opaque_equality(_: Operand | None, arguments: list[Operand]) -> CallEstimate | None:
    one, two = arguments
    if one.type != two.type:
        return None
    name = one.type.name
    if name in _CONSTANT_EQUALITY or name.startswith("kubernetes.authorization."):
        return CallEstimate(ONE)
    if name == "kubernetes.NamedFormat":
        return CallEstimate(_traversal(CostRange(1, _FORMAT)))
    if name == "kubernetes.URL":
        return CallEstimate(_traversal(CostRange(1, two.known.most if two.known is not None else 1)))
    return None


def _comparison(_: Operand | None, arguments: list[Operand]) -> CallEstimate:
    most = min(arguments[0].size.most, arguments[1].size.most)
    return CallEstimate(_traversal(CostRange(1 if most else 0, most)))


def _of_target(target: Operand | None, _: list[Operand]) -> CallEstimate | None:
    return CallEstimate(_traversal(target.size)) if target is not None else None


def _to_bytes(_: Operand | None, arguments: list[Operand]) -> CallEstimate:
    size = arguments[0].size
    return CallEstimate(_traversal(size), CostRange(size.least, min(size.most * 4, MOST)))


def _to_string(_: Operand | None, arguments: list[Operand]) -> CallEstimate:
    size = arguments[0].size
    return CallEstimate(_traversal(size), CostRange(size.least // 4, size.most))


def _quote(_: Operand | None, arguments: list[Operand]) -> CallEstimate:
    size = arguments[0].size
    return CallEstimate(_traversal(size), CostRange(size.least + 2, min(size.most * 2 + 2, MOST)))


def _in_list(_: Operand | None, arguments: list[Operand]) -> CallEstimate:
    return CallEstimate(arguments[1].size)


def _matches(target: Operand | None, arguments: list[Operand]) -> CallEstimate | None:
    return CallEstimate(_regex(target.size, arguments[0].size)) if target is not None else None


def _contains(target: Operand | None, arguments: list[Operand]) -> CallEstimate | None:
    if target is None:
        return None
    return CallEstimate(_traversal(target.size).times(_traversal(arguments[0].size)))


def _concatenation(_: Operand | None, arguments: list[Operand]) -> CallEstimate:
    size = arguments[0].size.plus(arguments[1].size)
    return CallEstimate(_traversal(size), size)


def _list_concatenation(_: Operand | None, arguments: list[Operand]) -> CallEstimate:
    return CallEstimate(ONE, arguments[0].size.plus(arguments[1].size))


def _allocating(factor: float, size: CostRange) -> CallEstimate:
    return CallEstimate(size.scaled(factor).plus(fixed(1 + LIST_COST)), size)


def _literal(operand: Operand, default: int) -> int:
    """The number that is written down as an argument."""
    value = operand.node.value if isinstance(operand.node, Literal) else None
    return max(value, 0) if type(value) is int else default


def _slice(target: Operand | None, arguments: list[Operand]) -> CallEstimate | None:
    if target is None:
        return None
    start, end = _literal(arguments[0], 0), _literal(arguments[1], target.size.most)
    return _allocating(1, fixed(end - start if end >= start else MOST))


def _range(_: Operand | None, arguments: list[Operand]) -> CallEstimate:
    return _allocating(1, fixed(_literal(arguments[0], MOST)))


def _reverse(target: Operand | None, _: list[Operand]) -> CallEstimate | None:
    return _allocating(1, target.size) if target is not None else None


def _flatten(target: Operand | None, arguments: list[Operand]) -> CallEstimate | None:
    if target is None:
        return None
    return _allocating(_literal(arguments[0], MOST) if arguments else 1, target.size)


def _distinct(target: Operand | None, _: list[Operand]) -> CallEstimate | None:
    return _allocating(2, target.size.times(target.size)) if target is not None else None


def _sorted(overload: str, target: Operand | None, arguments: list[Operand]) -> CallEstimate:
    operand = arguments[0] if arguments else target
    assert operand is not None
    factor = 2 + STRING_FACTOR if overload.startswith(("list_string", "list_bytes")) else 2.0
    return _allocating(factor, operand.size.times(operand.size))


def _sets(factor: int) -> _Estimate:
    return lambda _, both: CallEstimate(both[0].size.times(both[1].size).scaled(factor).plus(ONE))


_BY_OVERLOAD_FIRST: Final[dict[str, _Estimate]] = {
    "cidr_ip": _nominal,
    "list_slice": _slice,
    "list_flatten": _flatten,
    "list_flatten_int": _flatten,
    "lists_range": _range,
    "list_reverse": _reverse,
    "list_distinct": _distinct,
    "list_sets_contains_list": _sets(1),
    "list_sets_intersects_list": _sets(1),
    "list_sets_equivalent_list": _sets(2),
}
_BY_FUNCTION: Final[dict[str, _Estimate]] = {
    "check": _check,
    **dict.fromkeys(("fieldSelector", "labelSelector"), _selector),
    **dict.fromkeys(("isSorted", "sum", "max", "min", "indexOf", "lastIndexOf"), _over_list),
    **dict.fromkeys(("url", "jsonpatch.escapeKey", "lowerAscii", "upperAscii", "substring", "trim"), _same_size),
    "replace": _replace,
    "split": _split,
    "join": _join,
    **dict.fromkeys(("find", "findAll"), _find),
    **dict.fromkeys(("cidr", "isIP", "isCIDR", "ip", "quantity", "isQuantity", "semver", "isSemver"), _first()),
    "ip.isCanonical": _first(2 * STRING_FACTOR),
    "containsIP": _contains_ip,
    "containsCIDR": _contains_cidr,
    "validate": _validate,
    "_==_": _opaque_equality,
}
_BY_OVERLOAD: Final[dict[str, _Estimate]] = {
    "string_format": _of_target,
    "string_to_bytes": _to_bytes,
    "bytes_to_string": _to_string,
    "strings_quote": _quote,
    **dict.fromkeys(("starts_with_string", "ends_with_string"), _first()),
    "in_list": _in_list,
    "matches_string": _matches,
    "contains_string": _contains,
    **dict.fromkeys(("add_string", "add_bytes"), _concatenation),
    "add_list": _list_concatenation,
    **dict.fromkeys(
        (
            *(
                f"{word}_{kind}"
                for word in ("less", "less_equals", "greater", "greater_equals")
                for kind in ("string", "bytes")
            ),
            "equals",
            "not_equals",
        ),
        _comparison,
    ),
}
