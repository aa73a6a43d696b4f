"""Regular expressions as Go has them: RE2's syntax, matched in time linear in the text whatever the expression.

Users bring their own in schemas and CEL; Python's engine reads some of them otherwise and can take for ever on others.
Source: https://github.com/google/re2/wiki/Syntax, and Go's regexp/syntax for the words of its errors.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

import re2

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False

_WORDS: Mapping[str, str] = {
    "missing )": "missing closing )",
    "missing ]": "missing closing ]",
    "unexpected )": "unexpected )",
    "no argument for repetition operator": "missing argument to repetition operator",
    "bad repetition operator": "invalid nested repetition operator",
    "invalid repetition size": "invalid repeat count",
    "invalid perl operator": "invalid or unsupported Perl syntax",
    "invalid named capture group": "invalid named capture",
    "trailing \\": "trailing backslash at end of expression",
    "pattern too large - compile failed": "expression too large",
}
"""What RE2 says, and what Go says instead."""


class Regexp:
    """A compiled expression."""

    def __init__(self, pattern: str) -> None:
        """
        Raises:
            ValueError: it is none; the text is that of Go's error.
        """
        try:
            self._compiled = re2.compile(pattern, _OPTIONS)
        except re2.error as error:
            raise ValueError(f"error parsing regexp: {_told(error, pattern)}") from None

    def test(self, text: str) -> bool:
        """Whether it matches anywhere in the text."""
        return self._compiled.search(text) is not None

    def find(self, text: str) -> str:
        """The first match, empty if there is none."""
        return next(self._matches(text), "")

    def find_all(self, text: str, most: int = -1) -> list[str]:
        """The matches from left to right, at most so many if that is not negative."""
        return [
            found for _, found in zip(range(most if most >= 0 else len(text) + 1), self._matches(text), strict=False)
        ]

    def _matches(self, text: str) -> Iterator[str]:
        """An empty match right behind another one does not count, as in Go."""
        position, last = 0, -1
        while position <= len(text):
            match = self._compiled.search(text, position)
            if match is None:
                return
            start, end = match.span()
            if end > start or start != last:
                yield text[start:end]
            last = end
            position = end if end > start else end + 1


def _told(error: re2.error, pattern: str) -> str:
    raw = error.args[0]
    text = raw.decode(errors="replace") if isinstance(raw, bytes) else str(raw)
    code, _, where = text.partition(": ")
    return f"{_WORDS.get(code, code)}: `{where or pattern}`"


compiled = functools.lru_cache(maxsize=512)(Regexp)
"""The same, made once for each of the expressions in use; raises ValueError."""
