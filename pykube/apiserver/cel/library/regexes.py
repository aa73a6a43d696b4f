"""Regular expressions in RE2's syntax, matched in time linear in the text whatever the expression.

Python's own engine is the fastest for the short and simple, but can take for ever on others. So it gets only
expressions that it cannot get lost in, with texts short enough; the rest goes to RE2 within Google's library (whether
there is a match) and to `automaton` (where it is).
"""

from __future__ import annotations

import functools
import re
from typing import Any, Final

from ..declarations import function, method
from ..errors import EvaluationError
from ..parsing import library
from .automaton import Automaton

_SIMPLE_ESCAPES: Final = frozenset("dDwWbB.-+*?()[]{}|^$/\\:@_,!#%&=~;<>'\" ntrfv")
_LONGEST: Final = {0: 1 << 20, 1: 1000, 2: 100}
"""By the number of quantifiers: the longest text in which Python's engine finds out fast enough in the worst case."""
_QUANTIFIER: Final = re.compile(r"[*+?]\??|\{\d+(?:,\d*)?\}\??", re.ASCII)


class Pattern:
    """A compiled expression."""

    def __init__(self, text: str) -> None:
        """
        Raises:
            EvaluationError: it is none, with the text of Go's regexp.
        """
        _matches("", text)
        self._text = text
        translated = _translate(text)
        self._quick = re.compile(translated[0], re.ASCII) if translated is not None else None
        self._limit = _LONGEST.get(translated[1], 0) if translated is not None else 0
        self._automaton: Automaton | None = None

    def test(self, text: str) -> bool:
        """Whether it matches anywhere in the text."""
        if self._quick is not None and len(text) <= self._limit:
            return self._quick.search(text) is not None
        return _matches(text, self._text)

    def find(self, text: str) -> str:
        """The first match, empty if there is none."""
        found = self.find_all(text, 1)
        return found[0] if found else ""

    def find_all(self, text: str, most: int = -1) -> list[str]:
        """The matches from left to right, at most so many if that is not negative."""
        if self._automaton is None:
            self._automaton = Automaton(self._text)
        found: list[str] = []
        position, last = 0, -1
        while position <= len(text) and len(found) != most:
            span = self._search(text, position)
            if span is None:
                break
            start, end = span
            # An empty match right behind another one does not count.
            if end > start or start != last:
                found.append(text[start:end])
            last = end
            position = end if end > start else end + 1
        return found

    def _search(self, text: str, position: int) -> tuple[int, int] | None:
        if self._quick is not None and len(text) <= self._limit:
            match = self._quick.search(text, position)
            return match.span() if match is not None else None
        assert self._automaton is not None
        return self._automaton.search(text, position)


compiled = functools.lru_cache(maxsize=512)(Pattern)


@functools.cache
def _re2() -> Any:
    """An expression of the library's own evaluator."""
    cel = library()
    environment = cel.NewEnv(variables={"text": cel.Type.STRING, "pattern": cel.Type.STRING})
    return environment.compile("text.matches(pattern)")


def _matches(text: str, pattern: str) -> bool:
    """Whether RE2 finds a match.

    Raises:
        EvaluationError: the pattern is no expression.
    """
    found = _re2().eval(data={"text": text, "pattern": pattern}).value()
    if found is True or found is False:
        return bool(found)
    # The library gives errors as values.
    reason, _, where = str(found).rpartition("invalid regular expression: ")[2].rpartition(": ")
    reason = "missing closing )" if reason == "missing )" else reason
    raise EvaluationError(f"error parsing regexp: {reason}: `{where}`")


def _translate(text: str) -> tuple[str, int] | None:
    """The same for Python with the number of its quantifiers, None if Python reads it otherwise or may get lost."""
    parts: list[str] = []
    count, position = 0, 0
    quantified = [False]
    while position < len(text):
        character = text[position]
        piece = character
        if character == "\\":
            piece = text[position : position + 2]
            if piece[1:] not in _SIMPLE_ESCAPES:
                return None
        elif character == "[":
            found = re.compile(r"\[\^?\]?(?:\\.|[^\]\[\\])*\]").match(text, position)
            if found is None or any(f"\\{letter}" in found[0] for letter in "spPSQCAzb") or "&&" in found[0]:
                return None
            piece = found[0]
        elif character == "(":
            if text.startswith("(?", position) and not text.startswith("(?:", position):
                return None
            piece = "(?:" if text.startswith("(?:", position) else "("
            quantified.append(False)
        elif character == ")":
            inner = quantified.pop()
            following = _QUANTIFIER.match(text, position + 1)
            if inner and following is not None and following[0][0] != "?":
                return None
            quantified[-1] = quantified[-1] or inner
        elif (repeat := _QUANTIFIER.match(text, position)) is not None:
            piece = repeat[0]
            count += piece[0] != "?"
            quantified[-1] = True
        elif character == "$":
            piece = r"\Z"
        parts.append(piece)
        position += len(piece) if character != "$" else 1
    return "".join(parts), count


def matches(text: Any, pattern: Any) -> bool:
    """``text.matches(pattern)``"""
    if not isinstance(text, str) or not isinstance(pattern, str):
        raise EvaluationError("no such overload")
    return compiled(pattern).test(text)


def _searching(pattern: str) -> Pattern:
    try:
        return compiled(pattern)
    except EvaluationError as error:
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
