"""``"%s has %d items".format([name, count])``

Source: cel-go, ext/formatting.go: numbers with a fraction are printed as in American English, with commas between
thousands and powers of ten in small raised digits.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any, Final

from ..errors import EvaluationError
from ..limits import check_characters
from ..numbers import double_text
from ..values import Duration, Timestamp, TypeName, UInt, text_of, type_name

_CLAUSE: Final = re.compile(r"%(?:(%)|(?:(\.)(\d*))?(.)?)", re.DOTALL)
_RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_DIGITS: Final = 6
_MOST_DIGITS: Final = 1000
_SPECIAL: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def format_text(pattern: str, arguments: list[Any]) -> str:
    """The pattern with every clause replaced by an argument.

    Raises:
        EvaluationError: a clause is unknown, has no argument, or one that it cannot print.
    """
    rest = iter(arguments)
    count = length = 0

    def clause(found: re.Match[str]) -> str:
        nonlocal count, length
        if found[1]:
            return "%"
        try:
            value = next(rest)
        except StopIteration:
            raise EvaluationError(f"index {count} out of range") from None
        count += 1
        letter = found[4]
        if letter is None:
            raise EvaluationError("unexpected end of string")
        digits = int(found[3] or 0) if found[2] else _DIGITS
        printer = _PRINTERS.get(letter)
        if printer is None or digits > _MOST_DIGITS:
            raise EvaluationError(
                f'could not parse formatting clause: unrecognized formatting clause "{letter}"'
                if printer is None
                else f"could not parse formatting clause: precision {digits} is too large"
            )
        made = printer(value, digits)
        length += len(made)
        check_characters(length)
        return made

    return _CLAUSE.sub(clause, pattern)


def _wrong(what: str, value: Any) -> EvaluationError:
    return EvaluationError(f"error during formatting: {what}, was given {type_name(value)}")


def _plain(value: Any, _: int = 0) -> str:
    """``%s``"""
    if value is None:
        return "null"
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, float):
        return double_text(value)
    if isinstance(value, bool | int | Duration | Timestamp):
        return text_of(value)
    if isinstance(value, TypeName):
        return value.name
    if isinstance(value, list):
        return f"[{', '.join(map(_member, value))}]"
    if isinstance(value, dict):
        entries = sorted((_key(key), _member(one)) for key, one in value.items())
        return f"{{{', '.join(f'{key}:{one}' for key, one in entries)}}}"
    what = "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, "
    raise _wrong(f"{what}and timestamps", value)


def _member(value: Any) -> str:
    """A value within a list or map."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bytes):
        return f"b{json.dumps(value.decode(errors='replace'), ensure_ascii=False)}"
    if isinstance(value, Timestamp):
        return f'timestamp("{value}")'
    if isinstance(value, Duration):
        return f'duration("{value}")'
    if isinstance(value, TypeName):
        return f"type({value.name})"
    if isinstance(value, float):
        return _not_finite(value) if math.isnan(value) or math.isinf(value) else f"{value:.{_DIGITS}f}"
    return _plain(value)


def _key(key: Any) -> str:
    if not isinstance(key, str | bool | int):
        raise EvaluationError(f"error during formatting: no formatting function for map key of type {type_name(key)}")
    return _member(key)


def _not_finite(value: float) -> str:
    return '"NaN"' if math.isnan(value) else f'"{double_text(value)}"'


def _decimal(value: Any, _: int) -> str:
    if type(value) is not int and type(value) is not UInt:
        raise _wrong("decimal clause can only be used on integers", value)
    return str(value)


def _double(value: Any, what: str) -> float:
    if isinstance(value, str) and value in _SPECIAL:
        return _SPECIAL[value]
    if not isinstance(value, float):
        raise _wrong(f"{what} clause can only be used on doubles", value)
    return value


def _special(value: float) -> str | None:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    return None


def _fixed(value: Any, digits: int) -> str:
    number = _double(value, "fixed-point")
    return _special(number) or f"{number:,.{digits}f}"


def _scientific(value: Any, digits: int) -> str:
    number = _double(value, "scientific")
    special = _special(number)
    if special is not None:
        return special
    mantissa, _, exponent = f"{number:.{digits}e}".partition("e")
    power = f"{'-' if exponent[0] == '-' else ''}{exponent[1:].rjust(2, '0')}".translate(_RAISED)
    return f"{mantissa}×10{power}"


def _based(letter: str, what: str) -> Callable[[Any, int], str]:
    def printer(value: Any, _: int) -> str:
        if type(value) is int or type(value) is UInt:
            return format(int(value), letter)
        if letter == "b" and isinstance(value, bool):
            return "1" if value else "0"
        if letter in "xX" and isinstance(value, str | bytes):
            data = (value.encode() if isinstance(value, str) else value).hex()
            return data.upper() if letter == "X" else data
        raise _wrong(what, value)

    return printer


_HEX: Final = "only integers, byte buffers, and strings can be formatted as hex"
_PRINTERS: Final[dict[str, Callable[[Any, int], str]]] = {
    "s": _plain,
    "d": _decimal,
    "f": _fixed,
    "e": _scientific,
    "b": _based("b", "only integers and bools can be formatted as binary"),
    "x": _based("x", _HEX),
    "X": _based("X", _HEX),
    "o": _based("o", "octal clause can only be used on integers"),
}
