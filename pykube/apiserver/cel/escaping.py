"""Names of properties as identifiers: what CEL's grammar does not allow is written ``__dash__`` and the like.

Source: k8s.io/apiserver, pkg/cel/escaping.go.
"""

from __future__ import annotations

import re
from typing import Final

_RESERVED: Final = frozenset(
    [
        "true",
        "false",
        "null",
        "in",
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
    ]
)
_SPECIAL: Final = re.compile(r"__|[-./]")
_VALID: Final = re.compile(r"[a-zA-Z_./-][a-zA-Z0-9_./-]*", re.ASCII)
_WORDS: Final = {"__": "__underscores__", ".": "__dot__", "-": "__dash__", "/": "__slash__"}
_SYMBOLS: Final = {"underscores": "__", "dot": ".", "dash": "-", "slash": "/"}
_ESCAPED: Final = re.compile(r"__([^_]+)__")


def escape(name: str) -> str | None:
    """The identifier for a property's name, None if there is none."""
    if name in _RESERVED:
        return f"__{name}__"
    if not _VALID.fullmatch(name):
        return None
    return _SPECIAL.sub(lambda found: _WORDS[found[0]], name)


def unescape(identifier: str) -> str | None:
    """The property's name of an identifier, None if it is wrongly escaped."""
    found = _ESCAPED.fullmatch(identifier)
    if found is not None and found[1] in _RESERVED:
        return found[1]
    wrong = any(one not in _SYMBOLS for one in _ESCAPED.findall(identifier))
    return None if wrong else _ESCAPED.sub(lambda one: _SYMBOLS[one[1]], identifier)


def keyword_field(name: str) -> str:
    """Under which name a field that is called like a keyword is known; others as they are."""
    return f"__{name}__" if name in _RESERVED else name
