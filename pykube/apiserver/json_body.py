"""What is asked of a body in JSON before anything reads it: that it is text, and how deep it may be nested.

Everything that walks through an object does so by recursion, and Python's has an end: what is nested deeper than
anybody needs is refused at the door, so that nothing behind it has to think of that. Upstream allows 10,000 levels.
"""

from __future__ import annotations

import re

from pykube.errors import BadRequest

MAX_DEPTH = 200
"""Levels of lists and objects; the deepest schemas of custom resources that are known have about 60."""

_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


def check(body: bytes) -> None:
    """Raise BadRequest for JSON that is no UTF-8 or that is nested too deep.

    Most bodies have too few brackets to be so, which is seen at once.
    """
    try:
        if not body.isascii():
            body.decode()
    except UnicodeDecodeError as error:
        raise BadRequest(f"the object provided is unrecognized: couldn't decode JSON: {error}") from error
    if len(body.translate(None, _NO_BRACKETS)) <= MAX_DEPTH:
        return
    depth = 0
    for bracket in _STRING.sub(b"", body).translate(None, _NO_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            raise BadRequest("the object provided is unrecognized: couldn't decode JSON: exceeded max depth")
