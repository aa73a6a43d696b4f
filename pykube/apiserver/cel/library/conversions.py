"""Turning values of one type into another, and ``type``, ``dyn``, ``size``.

Source: cel-go, common/stdlib/standard.go and ConvertToType in common/types.
"""

from __future__ import annotations

import re
from typing import Any, Final

from ..declarations import function, method
from ..errors import EvaluationError
from ..moments import parse_duration, parse_timestamp, timestamp
from ..numbers import MAX_INT, MAX_UINT, MIN_INT, double_text
from ..values import Duration, Timestamp, TypeName, UInt, text_of, type_name

_SECOND: Final = 1_000_000_000
_INTEGER: Final = re.compile(r"[+-]?[0-9]+")
_UNSIGNED: Final = re.compile(r"[0-9]+")
_FLOAT: Final = re.compile(
    r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|inf(?:inity)?|nan)", re.IGNORECASE | re.ASCII
)
_BOOLS: Final = {
    **dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True),
    **dict.fromkeys(("0", "f", "F", "FALSE", "false", "False"), False),
}
_WIDEST: Final = 2.0**63


def _mismatch(value: Any, wanted: str) -> EvaluationError:
    return EvaluationError(f"type conversion error from '{type_name(value)}' to '{wanted}'")


def _same(value: Any) -> Any:
    return value


def _to_bool(value: str) -> bool:
    if value not in _BOOLS:
        raise _mismatch(value, "bool")
    return _BOOLS[value]


def _to_bytes(value: str) -> bytes:
    return value.encode()


def _to_double(value: Any) -> float:
    if isinstance(value, str) and not _FLOAT.fullmatch(value):
        raise _mismatch(value, "double")
    return float(value)


def _to_int(value: Any) -> int:
    if isinstance(value, Timestamp):
        return value.nanos // _SECOND
    if isinstance(value, Duration):
        return value.nanos
    if isinstance(value, str):
        if not _INTEGER.fullmatch(value) or not MIN_INT <= int(value) <= MAX_INT:
            raise _mismatch(value, "int")
        return int(value)
    if isinstance(value, float):
        if not -_WIDEST < value < _WIDEST:
            raise EvaluationError("integer overflow")
        return int(value)
    if value > MAX_INT:
        raise EvaluationError("integer overflow")
    return int(value)


def _to_uint(value: Any) -> UInt:
    if isinstance(value, str):
        if not _UNSIGNED.fullmatch(value) or int(value) > MAX_UINT:
            raise _mismatch(value, "uint")
        return UInt(value)
    if not 0 <= value < 2 * _WIDEST:
        raise EvaluationError("unsigned integer overflow")
    return UInt(int(value))


def to_string(value: Any) -> str:
    """``string(value)``"""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise EvaluationError("invalid UTF-8 in bytes, cannot convert to string") from None
    if isinstance(value, float):
        return double_text(value)
    return text_of(value)


def _to_duration(value: Any) -> Duration:
    if isinstance(value, int):
        return Duration(value)
    found = parse_duration(value)
    if found is None:
        raise _mismatch(value, "google.protobuf.Duration")
    return found


def _to_timestamp(value: Any) -> Timestamp:
    if isinstance(value, int):
        return timestamp(value * _SECOND)
    found = parse_timestamp(value)
    if found is None:
        raise _mismatch(value, "google.protobuf.Timestamp")
    return timestamp(found.nanos, found.offset)


def _size(value: Any) -> int:
    return len(value)


def _type(value: Any) -> TypeName:
    return TypeName(type_name(value))


OVERLOADS: Final = (
    function("size_bytes", "size", "bytes -> int", _size),
    method("bytes_size", "size", "bytes -> int", _size),
    function("size_list", "size", "list(A) -> int", _size),
    method("list_size", "size", "list(A) -> int", _size),
    function("size_map", "size", "map(A, B) -> int", _size),
    method("map_size", "size", "map(A, B) -> int", _size),
    function("size_string", "size", "string -> int", _size),
    method("string_size", "size", "string -> int", _size),
    function("type", "type", "A -> type(A)", _type),
    function("to_dyn", "dyn", "A -> dyn", _same),
    function("bool_to_bool", "bool", "bool -> bool", _same),
    function("string_to_bool", "bool", "string -> bool", _to_bool),
    function("bytes_to_bytes", "bytes", "bytes -> bytes", _same),
    function("string_to_bytes", "bytes", "string -> bytes", _to_bytes),
    function("double_to_double", "double", "double -> double", _same),
    function("int64_to_double", "double", "int -> double", _to_double),
    function("string_to_double", "double", "string -> double", _to_double),
    function("uint64_to_double", "double", "uint -> double", _to_double),
    function("duration_to_duration", "duration", "duration -> duration", _same),
    function("int64_to_duration", "duration", "int -> duration", _to_duration),
    function("string_to_duration", "duration", "string -> duration", _to_duration),
    function("int64_to_int64", "int", "int -> int", _same),
    function("double_to_int64", "int", "double -> int", _to_int),
    function("duration_to_int64", "int", "duration -> int", _to_int),
    function("string_to_int64", "int", "string -> int", _to_int),
    function("timestamp_to_int64", "int", "timestamp -> int", _to_int),
    function("uint64_to_int64", "int", "uint -> int", _to_int),
    function("string_to_string", "string", "string -> string", _same),
    function("bool_to_string", "string", "bool -> string", to_string),
    function("bytes_to_string", "string", "bytes -> string", to_string),
    function("double_to_string", "string", "double -> string", to_string),
    function("duration_to_string", "string", "duration -> string", to_string),
    function("int64_to_string", "string", "int -> string", to_string),
    function("timestamp_to_string", "string", "timestamp -> string", to_string),
    function("uint64_to_string", "string", "uint -> string", to_string),
    function("timestamp_to_timestamp", "timestamp", "timestamp -> timestamp", _same),
    function("int64_to_timestamp", "timestamp", "int -> timestamp", _to_timestamp),
    function("string_to_timestamp", "timestamp", "string -> timestamp", _to_timestamp),
    function("uint64_to_uint64", "uint", "uint -> uint", _same),
    function("double_to_uint64", "uint", "double -> uint", _to_uint),
    function("int64_to_uint64", "uint", "int -> uint", _to_uint),
    function("string_to_uint64", "uint", "string -> uint", _to_uint),
)
FOLDED: Final = frozenset({"bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "uint"})
"""Conversions that cost nothing when their argument is written in the expression: they are done when it is compiled."""
