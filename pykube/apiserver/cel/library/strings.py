"""Functions of strings. Positions count characters.

Source: cel-go, ext/strings.go in version 2, and common/types/string.go.
"""

from __future__ import annotations

import re
from typing import Any, Final

from ..declarations import function, method
from ..errors import EvaluationError
from ..limits import check_characters
from ..values import text_of
from .formatting import format_text

_SPACE: Final = (
    " \t\n\v\f\r\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_UPPER: Final = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_LOWER: Final = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_ESCAPES: Final = str.maketrans(
    {
        "\a": "\\a",
        "\b": "\\b",
        "\f": "\\f",
        "\n": "\\n",
        "\r": "\\r",
        "\t": "\\t",
        "\v": "\\v",
        "\\": "\\\\",
        '"': '\\"',
    }
)
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


def _out_of_range(index: int) -> EvaluationError:
    return EvaluationError(f"index out of range: {index}")


def _char_at(text: str, index: int) -> str:
    if not 0 <= index <= len(text):
        raise _out_of_range(index)
    return text[index : index + 1]


def _index_of(text: str, part: str, start: int = 0) -> int:
    if not part:
        return start
    if start < 0:
        raise _out_of_range(start)
    return text.find(part, start)


def _last_index_of(text: str, part: str, start: int | None = None) -> int:
    if not part:
        return len(text) if start is None else start
    if start is None:
        return text.rfind(part)
    if start < 0:
        raise _out_of_range(start)
    return text.rfind(part, 0, start + len(part)) if start < len(text) else -1


def _lower(text: str) -> str:
    return text.translate(_LOWER)


def _upper(text: str) -> str:
    return text.translate(_UPPER)


def _replace(text: str, old: str, new: str, count: int = -1) -> str:
    times = text.count(old) if count < 0 else min(count, text.count(old))
    check_characters(len(text) + times * max(len(new) - len(old), 0))
    return text.replace(old, new, max(count, -1))


def _split(text: str, separator: str, count: int = -1) -> list[str]:
    if count == 0:
        return []
    if not separator:
        if count < 0 or count >= len(text):
            return list(text)
        return [*text[: count - 1], text[count - 1 :]]
    return text.split(separator, count - 1 if count > 0 else -1)


def _substring(text: str, start: int, end: int | None = None) -> str:
    if end is None:
        if not 0 <= start <= len(text):
            raise _out_of_range(start)
        return text[start:]
    if start > end:
        raise EvaluationError(f"invalid substring range. start: {start}, end: {end}")
    for place in (start, end):
        if not 0 <= place <= len(text):
            raise _out_of_range(place)
    return text[start:end]


def _trim(text: str) -> str:
    return text.strip(_SPACE)


def _quote(text: str) -> str:
    return f'"{_SURROGATES.sub("�", text).translate(_ESCAPES)}"'


def _join(items: list[Any], separator: str = "") -> str:
    for item in items:
        if not isinstance(item, str):
            raise EvaluationError(f"join: invalid input: {text_of(item)}")
    check_characters(sum(map(len, items)) + len(separator) * len(items))
    return separator.join(items)


def _contains(text: str, part: str) -> bool:
    return part in text


def _ends_with(text: str, part: str) -> bool:
    return text.endswith(part)


def _starts_with(text: str, part: str) -> bool:
    return text.startswith(part)


OVERLOADS: Final = (
    method("contains_string", "contains", "string, string -> bool", _contains),
    method("ends_with_string", "endsWith", "string, string -> bool", _ends_with),
    method("starts_with_string", "startsWith", "string, string -> bool", _starts_with),
    method("string_char_at_int", "charAt", "string, int -> string", _char_at),
    method("string_index_of_string", "indexOf", "string, string -> int", _index_of),
    method("string_index_of_string_int", "indexOf", "string, string, int -> int", _index_of),
    method("string_last_index_of_string", "lastIndexOf", "string, string -> int", _last_index_of),
    method("string_last_index_of_string_int", "lastIndexOf", "string, string, int -> int", _last_index_of),
    method("string_lower_ascii", "lowerAscii", "string -> string", _lower),
    method("string_replace_string_string", "replace", "string, string, string -> string", _replace),
    method("string_replace_string_string_int", "replace", "string, string, string, int -> string", _replace),
    method("string_split_string", "split", "string, string -> list(string)", _split),
    method("string_split_string_int", "split", "string, string, int -> list(string)", _split),
    method("string_substring_int", "substring", "string, int -> string", _substring),
    method("string_substring_int_int", "substring", "string, int, int -> string", _substring),
    method("string_trim", "trim", "string -> string", _trim),
    method("string_upper_ascii", "upperAscii", "string -> string", _upper),
    method("string_format", "format", "string, list(dyn) -> string", format_text),
    function("strings_quote", "strings.quote", "string -> string", _quote),
    method("list_join", "join", "list(string) -> string", _join),
    method("list_join_string", "join", "list(string), string -> string", _join),
)
