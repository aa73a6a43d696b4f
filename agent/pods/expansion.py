"""``$(NAME)`` references in environment values, commands, arguments and subPathExpr."""

from __future__ import annotations

import re
from collections.abc import Mapping

_REFERENCE = re.compile(r"\$(?:\$|\(([^)]*)\))")


def expand(text: str, *sources: Mapping[str, str]) -> str:
    """Replace each reference by its value in the first source that has it; ``$$`` is a plain dollar sign.

    A reference to nothing is left as it stands, which is what upstream's third_party/forked/golang/expansion does.
    """

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name is None:
            return "$"
        for source in sources:
            if name in source:
                return source[name]
        return match.group(0)

    return _REFERENCE.sub(value, text)


def missing(text: str, *sources: Mapping[str, str]) -> list[str]:
    """The names that `text` refers to and no source has."""
    names = [match.group(1) for match in _REFERENCE.finditer(text) if match.group(1) is not None]
    return [name for name in names if not any(name in source for source in sources)]
