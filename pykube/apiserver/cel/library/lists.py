"""Functions of lists, and of lists as sets.

Source: k8s.io/apiserver, pkg/cel/library/lists.go; cel-go, ext/lists.go in version 3 and ext/sets.go.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator
from typing import Any, Final

from ..declarations import Overload, function, method
from ..errors import EvaluationError
from ..limits import MOST_ITEMS, check_items
from ..values import Duration, UInt, equal, type_name
from .operators import add, compare, contained

_COMPARABLE: Final = {
    "int": "int",
    "uint": "uint",
    "double": "double",
    "bool": "bool",
    "duration": "duration",
    "timestamp": "timestamp",
    "string": "string",
    "bytes": "bytes",
}
_LONG_NAMES: Final = {"duration": "google.protobuf.Duration", "timestamp": "google.protobuf.Timestamp"}
_ZEROS: Final[dict[str, Any]] = {"int": 0, "uint": UInt(0), "double": 0.0, "duration": Duration(0)}


def _is_sorted(items: list[Any]) -> bool:
    return all(compare(one, two) <= 0 for one, two in itertools.pairwise(items))


def _sum(zero: Any) -> Callable[[list[Any]], Any]:
    return lambda items: functools.reduce(add, items, zero)


def _best(name: str, wanted: int) -> Callable[[list[Any]], Any]:
    """The first item that none beats; `wanted` is what comparing with a better one gives."""

    def best(items: list[Any]) -> Any:
        if not items:
            raise EvaluationError(f"{name} called on empty list")
        return functools.reduce(lambda one, two: two if compare(one, two) == wanted else one, items)

    return best


def _index_of(items: list[Any], item: Any) -> int:
    return next((place for place, one in enumerate(items) if equal(one, item)), -1)


def _last_index_of(items: list[Any], item: Any) -> int:
    return next((place for place in range(len(items) - 1, -1, -1) if equal(items[place], item)), -1)


def _slice(items: list[Any], start: int, end: int) -> list[Any]:
    where = f"cannot slice({start}, {end})"
    if start < 0 or end < 0:
        raise EvaluationError(f"{where}, negative indexes not supported")
    if start > end:
        raise EvaluationError(f"{where}, start index must be less than or equal to end index")
    if end > len(items):
        raise EvaluationError(f"{where}, list is length {len(items)}")
    return items[start:end]


def _flatten(items: list[Any], depth: int = 1) -> list[Any]:
    if depth < 0:
        raise EvaluationError("level must be non-negative")
    found = list(itertools.islice(_flat(items, depth), MOST_ITEMS + 1))
    check_items(len(found))
    return found


def _flat(items: list[Any], depth: int) -> Iterator[Any]:
    for item in items:
        if depth and isinstance(item, list):
            yield from _flat(item, depth - 1)
        else:
            yield item


def _sort(items: list[Any]) -> list[Any]:
    return _sort_by(items, items)


def _sort_by(items: list[Any], keys: list[Any]) -> list[Any]:
    if len(items) != len(keys):
        raise EvaluationError(
            "@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got "
            f"{len(items)} and {len(keys)} elements respectively"
        )
    if any(type_name(key) != type_name(keys[0]) for key in keys):
        raise EvaluationError("list elements must have the same type")

    def order(one: int, two: int) -> int:
        return compare(keys[one], keys[two])

    by_key = functools.cmp_to_key(order)
    return [items[place] for place in sorted(range(len(items)), key=by_key)]


def _range(count: int) -> list[int]:
    return list(range(count))


def _reverse(items: list[Any]) -> list[Any]:
    return list(reversed(items))


def _distinct(items: list[Any]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if not contained(item, found):
            found.append(item)
    return found


def _contains(items: list[Any], part: list[Any]) -> bool:
    return all(contained(item, items) for item in part)


def _equivalent(one: list[Any], two: list[Any]) -> bool:
    return _contains(one, two) and _contains(two, one)


def _intersects(one: list[Any], two: list[Any]) -> bool:
    return any(contained(item, two) for item in one)


def _templates() -> list[Overload]:
    """One overload for each type of item."""
    found: list[Overload] = []
    for name in _COMPARABLE:
        long = _LONG_NAMES.get(name, name)
        found += [
            method(f"list_{name}_is_sorted_bool", "isSorted", f"list({name}) -> bool", _is_sorted),
            method(f"list_{name}_max_{name}", "max", f"list({name}) -> {name}", _best("max", -1)),
            method(f"list_{name}_min_{name}", "min", f"list({name}) -> {name}", _best("min", 1)),
            method(f"list_{long}_sort", "sort", f"list({name}) -> list({name})", _sort),
            method(
                f"list_{long}_sortByAssociatedKeys",
                "@sortByAssociatedKeys",
                f"list(T), list({name}) -> list(T)",
                _sort_by,
            ),
        ]
    for name, zero in _ZEROS.items():
        found.append(method(f"list_{name}_sum_{name}", "sum", f"list({name}) -> {name}", _sum(zero)))
    return found


OVERLOADS: Final = (
    *_templates(),
    method("list_a_index_of_int", "indexOf", "list(A), A -> int", _index_of),
    method("list_a_last_index_of_int", "lastIndexOf", "list(A), A -> int", _last_index_of),
    method("list_slice", "slice", "list(T), int, int -> list(T)", _slice),
    method("list_flatten", "flatten", "list(list(T)) -> list(T)", _flatten),
    method("list_flatten_int", "flatten", "list(dyn), int -> list(dyn)", _flatten),
    function("lists_range", "lists.range", "int -> list(int)", _range),
    method("list_reverse", "reverse", "list(T) -> list(T)", _reverse),
    method("list_distinct", "distinct", "list(T) -> list(T)", _distinct),
    function("list_sets_contains_list", "sets.contains", "list(T), list(T) -> bool", _contains),
    function("list_sets_equivalent_list", "sets.equivalent", "list(T), list(T) -> bool", _equivalent),
    function("list_sets_intersects_list", "sets.intersects", "list(T), list(T) -> bool", _intersects),
)
