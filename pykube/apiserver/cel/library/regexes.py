"""Regular expressions: ``matches``, ``find`` and ``findAll``."""

from __future__ import annotations

from typing import Any, Final

from pykube.api.regexp import Regexp, compiled

from ..declarations import function, method
from ..errors import EvaluationError


def matches(text: Any, pattern: Any) -> bool:
    """``text.matches(pattern)``"""
    if not isinstance(text, str) or not isinstance(pattern, str):
        raise EvaluationError("no such overload")
    try:
        return compiled(pattern).test(text)
    except ValueError as error:
        raise EvaluationError(str(error)) from None


def _searching(pattern: str) -> Regexp:
    try:
        return compiled(pattern)
    except ValueError as error:
        raise EvaluationError(f"Illegal regex: {error}") from None


def _find(text: str, pattern: str) -> str:
    return _searching(pattern).find(text)


def _find_all(text: str, pattern: str, most: int = -1) -> list[str]:
    return _searching(pattern).find_all(text, max(most, -1))


SEARCHES: Final = frozenset({"find", "findAll", "matches"})
"""Functions whose second argument is compiled beforehand if it is written in the expression."""
OVERLOADS: Final = (
    function("matches", "matches", "string, string -> bool", matches),
    method("matches_string", "matches", "string, string -> bool", matches),
    method("string_find_string", "find", "string, string -> string", _find),
    method("string_find_all_string", "findAll", "string, string -> list(string)", _find_all),
    method("string_find_all_string_int", "findAll", "string, string, int -> list(string)", _find_all),
)
