"""The operators of the language. Each looks at its arguments by itself, since most are of types known only at run time.

Source: cel-go, common/stdlib/standard.go and common/types.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from ..declarations import Overload, function
from ..errors import EvaluationError
from ..limits import check_items
from ..moments import duration, timestamp
from ..numbers import as_int, check_uint, divide, quotient, remainder
from ..values import Duration, MapList, SetList, Timestamp, UInt, equal, text_of, type_name


def add(one: Any, two: Any) -> Any:
    """``+``"""
    kind = type(one)
    if kind is type(two):
        if kind is int:
            return as_int(one + two)
        if kind is str or kind is float or kind is bytes:
            return one + two
        if kind is list:
            check_items(len(one) + len(two))
            return one + two
        if kind is UInt:
            return UInt(check_uint(one + two))
        if kind is Duration:
            return duration(one.nanos + two.nanos)
    if isinstance(one, SetList | MapList) and isinstance(two, list):
        return one.plus(two)
    if isinstance(one, list) and isinstance(two, list):
        check_items(len(one) + len(two))
        return [*one, *two]
    if kind is Timestamp and type(two) is Duration:
        return timestamp(one.nanos + two.nanos, one.offset)
    if kind is Duration and type(two) is Timestamp:
        return timestamp(one.nanos + two.nanos, two.offset)
    raise _refusal("_+_", one, (int, UInt, float, str, bytes, list, Duration, Timestamp))


def subtract(one: Any, two: Any) -> Any:
    """``-``"""
    kind = type(one)
    if kind is type(two):
        if kind is int:
            return as_int(one - two)
        if kind is float:
            return one - two
        if kind is UInt:
            return UInt(check_uint(int(one) - int(two)))
        if kind is Duration or kind is Timestamp:
            return duration(one.nanos - two.nanos)
    if kind is Timestamp and type(two) is Duration:
        return timestamp(one.nanos - two.nanos, one.offset)
    raise _refusal("_-_", one, (int, UInt, float, Duration, Timestamp))


def multiply(one: Any, two: Any) -> Any:
    """``*``"""
    kind = type(one)
    if kind is type(two):
        if kind is int:
            return as_int(one * two)
        if kind is float:
            return one * two
        if kind is UInt:
            return UInt(check_uint(one * two))
    raise _refusal("_*_", one, (int, UInt, float))


def divided(one: Any, two: Any) -> Any:
    """``/``"""
    kind = type(one)
    if kind is type(two):
        if kind is int:
            return as_int(quotient(one, two))
        if kind is float:
            return divide(one, two)
        if kind is UInt:
            return UInt(quotient(one, two))
    raise _refusal("_/_", one, (int, UInt, float))


def modulo(one: Any, two: Any) -> Any:
    """``%``"""
    kind = type(one)
    if kind is type(two):
        if kind is int:
            return remainder(one, two)
        if kind is UInt:
            return UInt(remainder(one, two))
    raise _refusal("_%_", one, (int, UInt))


def negate(one: Any) -> Any:
    """``-`` before a number"""
    kind = type(one)
    if kind is int:
        return as_int(-one)
    if kind is float:
        return -one
    if kind is Duration:
        return duration(-one.nanos)
    raise _refusal("-_", one, (bool,))


def opposite(one: Any) -> bool:
    """``!``"""
    if one is True:
        return False
    if one is False:
        return True
    raise EvaluationError("no such overload")


_NUMBERS: Final = frozenset({int, float, UInt})
_ORDERED: Final = frozenset({str, bytes, bool, Timestamp, Duration})


def compare(one: Any, two: Any, name: str = "_<_") -> int:
    """-1, 0 or 1; numbers of different types by what they are worth.

    Raises:
        EvaluationError: one does not compare with the other.
    """
    kind, other = type(one), type(two)
    if kind in _NUMBERS and other in _NUMBERS:
        if one != one or two != two:
            raise EvaluationError("NaN values cannot be ordered")
    elif kind is not other or kind not in _ORDERED:
        raise _refusal(name, one, (int, UInt, float, str, bytes, bool, Timestamp, Duration))
    return int(one > two) - int(one < two)


def less(one: Any, two: Any) -> bool:
    """``<``"""
    return (one < two) if type(one) is int is type(two) else compare(one, two, "_<_") < 0


def less_equals(one: Any, two: Any) -> bool:
    """``<=``"""
    return (one <= two) if type(one) is int is type(two) else compare(one, two, "_<=_") <= 0


def greater(one: Any, two: Any) -> bool:
    """``>``"""
    return (one > two) if type(one) is int is type(two) else compare(one, two, "_>_") > 0


def greater_equals(one: Any, two: Any) -> bool:
    """``>=``"""
    return (one >= two) if type(one) is int is type(two) else compare(one, two, "_>=_") >= 0


def contained(item: Any, where: Any) -> bool:
    """``in``"""
    if isinstance(where, list):
        if type(item) is str:
            return item in where
        return any(equal(item, known) for known in where)
    if isinstance(where, dict):
        return find(where, item) is not MISSING
    raise EvaluationError("no such overload")


MISSING: Final = object()
"""What `find` gives for a key that is not there."""


def find(mapping: dict[Any, Any], key: Any) -> Any:
    """The value of a key, or MISSING."""
    kind = type(key)
    if kind is str:
        return mapping.get(key, MISSING)
    if kind is list or kind is dict or key is None or key is Ellipsis:
        return MISSING
    try:
        value = mapping.get(key, MISSING)
    except TypeError:
        return MISSING
    if value is MISSING or kind not in (bool, int, UInt, float) or key not in (0, 1):
        return value
    # Python takes True and 1 for the same key.
    same = any(type(known) is bool for known in mapping if known == key)
    return value if same == (kind is bool) else MISSING


def index(where: Any, key: Any) -> Any:
    """``where[key]``

    Raises:
        EvaluationError: there is nothing at that place.
    """
    value = at(where, key)
    if value is MISSING:
        word = "index out of bounds" if isinstance(where, list) else "no such key"
        raise EvaluationError(f"{word}: {text_of(key)}")
    return value


def at(where: Any, key: Any) -> Any:
    """What is at a place, or MISSING.

    Raises:
        EvaluationError: lists have no such places.
    """
    if isinstance(where, dict):
        return find(where, key)
    if isinstance(where, list):
        place = _place(key)
        return where[place] if 0 <= place < len(where) else MISSING
    return MISSING


def _place(key: Any) -> int:
    kind = type(key)
    if kind is int or kind is UInt:
        return int(key)
    if kind is float and not math.isnan(key) and not math.isinf(key) and key == int(key):
        return int(key)
    raise EvaluationError(f"unsupported index type '{type_name(key)}' in list")


def _refusal(name: str, one: Any, known: tuple[type, ...]) -> EvaluationError:
    """cel-go names the operator only if it exists for no value of the first one's type."""
    return EvaluationError(
        "no such overload" if type(one) in known or isinstance(one, list) else f"no such overload: {name}"
    )


def _by_type(name: str, word: str, signatures: str, implementation: Callable[..., Any]) -> list[Overload]:
    """Overloads ``<word>_<types>``, one a line of `signatures`: id and signature."""
    found = []
    for line in signatures.strip().splitlines():
        identity, signature = line.strip().split(": ")
        found.append(function(f"{word}_{identity}", name, signature, implementation))
    return found


_ADD: Final = """
    bytes: bytes, bytes -> bytes
    double: double, double -> double
    duration_duration: duration, duration -> duration
    duration_timestamp: duration, timestamp -> timestamp
    timestamp_duration: timestamp, duration -> timestamp
    int64: int, int -> int
    list: list(A), list(A) -> list(A)
    string: string, string -> string
    uint64: uint, uint -> uint
"""
_SUBTRACT: Final = """
    double: double, double -> double
    duration_duration: duration, duration -> duration
    int64: int, int -> int
    timestamp_duration: timestamp, duration -> timestamp
    timestamp_timestamp: timestamp, timestamp -> duration
    uint64: uint, uint -> uint
"""
_THREE: Final = """
    double: double, double -> double
    int64: int, int -> int
    uint64: uint, uint -> uint
"""
_TWO: Final = """
    int64: int, int -> int
    uint64: uint, uint -> uint
"""
_COMPARE: Final = """
    bool: bool, bool -> bool
    int64: int, int -> bool
    int64_double: int, double -> bool
    int64_uint64: int, uint -> bool
    uint64: uint, uint -> bool
    uint64_double: uint, double -> bool
    uint64_int64: uint, int -> bool
    double: double, double -> bool
    double_int64: double, int -> bool
    double_uint64: double, uint -> bool
    string: string, string -> bool
    bytes: bytes, bytes -> bool
    timestamp: timestamp, timestamp -> bool
    duration: duration, duration -> bool
"""


def _special(*_: Any) -> Any:
    """In place of what the evaluator does by itself."""
    raise AssertionError


OVERLOADS: Final = (
    function("conditional", "_?_:_", "bool, A, A -> A", _special),
    function("logical_and", "_&&_", "bool, bool -> bool", _special),
    function("logical_or", "_||_", "bool, bool -> bool", _special),
    function("not_strictly_false", "@not_strictly_false", "bool -> bool", _special),
    function("equals", "_==_", "A, A -> bool", equal),
    function("not_equals", "_!=_", "A, A -> bool", lambda one, two: not equal(one, two)),
    function("logical_not", "!_", "bool -> bool", opposite),
    *_by_type("_+_", "add", _ADD, add),
    *_by_type("_-_", "subtract", _SUBTRACT, subtract),
    *_by_type("_*_", "multiply", _THREE, multiply),
    *_by_type("_/_", "divide", _THREE, divided),
    *_by_type("_%_", "modulo", _TWO, modulo),
    function("negate_double", "-_", "double -> double", negate),
    function("negate_int64", "-_", "int -> int", negate),
    *_by_type("_<_", "less", _COMPARE, less),
    *_by_type("_<=_", "less_equals", _COMPARE, less_equals),
    *_by_type("_>_", "greater", _COMPARE, greater),
    *_by_type("_>=_", "greater_equals", _COMPARE, greater_equals),
    function("index_list", "_[_]", "list(A), int -> A", _special),
    function("index_map", "_[_]", "map(A, B), A -> B", _special),
    function("optional_list_index_int", "_[_]", "optional(list(V)), int -> optional(V)", _special),
    function("optional_map_index_value", "_[_]", "optional(map(K, V)), K -> optional(V)", _special),
    function("list_optindex_optional_int", "_[?_]", "list(V), int -> optional(V)", _special),
    function("optional_list_optindex_optional_int", "_[?_]", "optional(list(V)), int -> optional(V)", _special),
    function("map_optindex_optional_value", "_[?_]", "map(K, V), K -> optional(V)", _special),
    function("optional_map_optindex_optional_value", "_[?_]", "optional(map(K, V)), K -> optional(V)", _special),
    function("in_list", "@in", "A, list(A) -> bool", contained),
    function("in_map", "@in", "A, map(A, B) -> bool", contained),
)
SELF_CHECKING: Final = frozenset(
    {"_+_", "_-_", "_*_", "_/_", "_%_", "-_", "!_", "_<_", "_<=_", "_>_", "_>=_", "@in", "_==_", "_!=_"}
)
"""Functions whose implementations look at the types of their arguments."""
