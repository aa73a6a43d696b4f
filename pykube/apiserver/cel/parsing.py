"""From text to tree, with Google's parser.

The library takes 12 MB of memory and is imported when the first expression is compiled. Only its parser and
its regular expressions are used: see docs/decisions/0008-cel.md.
"""

from __future__ import annotations

import functools
import importlib
import re
from typing import Any, Final

from .errors import CompileError
from .macros import expand
from .syntax import Parsed, read

_WORDS: Final = {
    "has() argument must be a field selection": "invalid argument to has() macro",
    "all() variable name must be a simple identifier": "argument must be a simple name",
    "exists() variable name must be a simple identifier": "argument must be a simple name",
    "exists_one() variable name must be a simple identifier": "argument must be a simple name",
    "existsOne() variable name must be a simple identifier": "argument must be a simple name",
    "map() variable name must be a simple identifier": "argument is not an identifier",
    "filter() variable name must be a simple identifier": "argument is not an identifier",
}
"""Where the parser says the same in other words than cel-go's."""
_NOWHERE: Final = re.compile(r"\n?ERROR: <input>:4294967295:0: .*")
_WRAPPING: Final = re.compile(r"^[A-Z_]+: | \[[A-Z_]+\]$")
_SIZE: Final = re.compile(r"exceeds codepoint limit\. input size: (\d+), limit: (\d+)")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_DEPTH: Final = 32
"""How deep expressions may be nested; the parser has it built in."""


@functools.cache
def library() -> Any:
    """The module of Google's library."""
    return importlib.import_module("cel_expr_python.cel")


@functools.cache
def _environment() -> Any:
    optional = importlib.import_module("cel_expr_python.ext.ext_optional")
    return library().NewEnv(extensions=[optional.ExtOptional()])


@functools.lru_cache(maxsize=256)
def parse(text: str) -> Parsed:
    """The tree of an expression, with all macros expanded; nobody changes it any more.

    A few are remembered, since versions of a definition have the same rules and each is compiled again to be served.

    Raises:
        CompileError: the text is not of the grammar.
    """
    if not text.isascii() and _SURROGATE.search(text):
        raise CompileError("compilation failed: ERROR: <input>:-1:0: invalid UTF-8")
    try:
        data = _environment().compile(text, disable_check=True).serialize()
    except RuntimeError as error:
        raise CompileError(f"compilation failed: {_reworded(str(error))}") from None
    return expand(read(data, text))


def _reworded(message: str) -> str:
    """The parser's complaint as cel-go puts it."""
    size = _SIZE.search(message)
    if size is not None:
        return f"ERROR: <input>:-1:0: expression code point size exceeds limit: size: {size[1]}, limit {size[2]}"
    if "recursion" in message:
        return f"ERROR: <input>:-1:0: expression recursion limit exceeded: {_DEPTH}"
    message = _WRAPPING.sub("", message)
    for theirs, ours in _WORDS.items():
        message = message.replace(theirs, ours)
    return _NOWHERE.sub("", message)
