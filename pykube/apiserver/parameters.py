"""Numbers in the query of a request, read as Go reads them (strconv), with its complaints."""

from __future__ import annotations

import re

from pykube.errors import BadRequest

from .request import Query

_SIGNED = re.compile(r"[+-]?[0-9]+")
_MAX_DIGITS = 19
"""Of a number of 64 bits."""


def whole_number(query: Query, name: str) -> int | None:
    """A parameter that is a number of 64 bits; None when it is not given.

    Raises:
        BadRequest: it is no such number.
    """
    text = query.get(name)
    if text is None:
        return None
    if not _SIGNED.fullmatch(text):
        raise BadRequest(_complaint("ParseInt", text, "invalid syntax"))
    if len(text.lstrip("+-0")) > _MAX_DIGITS or not -(2**63) <= int(text) < 2**63:
        raise BadRequest(_complaint("ParseInt", text, "value out of range"))
    return int(text)


def revision(text: str) -> int:
    """A resourceVersion; "" and "0" are 0.

    Raises:
        BadRequest: it is no number of 64 bits.
    """
    if not text:
        return 0
    if not text.isascii() or not text.isdigit():
        raise BadRequest(f'resourceVersion: Invalid value: "{text}": {_complaint("ParseUint", text, "invalid syntax")}')
    if len(text.lstrip("0")) > _MAX_DIGITS or int(text) >= 2**63:
        why = _complaint("ParseUint", text, "value out of range")
        raise BadRequest(f'resourceVersion: Invalid value: "{text}": {why}')
    return int(text)


def _complaint(function: str, text: str, why: str) -> str:
    return f'strconv.{function}: parsing "{text}": {why}'
