"""Protobuf's wire format, read without a schema: https://protobuf.dev/programming-guides/encoding/"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_SIZES: Final = {_FIXED64: 8, _FIXED32: 4}


def fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """Number and raw value of every field of a message: an int for varints, bytes for all else.

    Raises:
        ValueError, IndexError: the message is cut short, or is none.
    """
    at, end = 0, len(data)
    while at < end:
        tag = data[at]
        at += 1
        if tag >= 0x80:
            tag, at = varint(data, at - 1)
        wire = tag & 7
        if wire in (_VARINT, _BYTES):
            value = data[at]
            at += 1
            if value >= 0x80:
                value, at = varint(data, at - 1)
            if wire == _VARINT:
                yield tag >> 3, value
                continue
            size = value
        elif wire in _SIZES:
            size = _SIZES[wire]
        else:
            raise ValueError(f"wire type {wire} is unknown")
        if at + size > end:
            raise ValueError("the data ends within a field")
        yield tag >> 3, data[at : at + size]
        at += size


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A number in base 128, and where the next thing begins.

    Raises:
        ValueError, IndexError: it is too long, or cut short.
    """
    found = shift = 0
    while True:
        byte = data[at]
        at += 1
        found |= (byte & 0x7F) << shift
        if byte < 0x80:
            return found, at
        shift += 7
        if shift > 63:
            raise ValueError("a number is too long")
