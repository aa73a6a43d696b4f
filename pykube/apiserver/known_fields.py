"""A quick way to see that a body has no unknown and no duplicate fields, which is nearly always so.

For each type a twin is made that refuses unknown fields and cares for nothing else, so that the look runs in msgspec's
C code. Only when it finds something does the slow, exact check (pykube.api.strict) say what.
"""

from __future__ import annotations

import functools
from typing import Any, get_origin

import msgspec

from pykube.api.schema import FieldInfo, Struct, fields_of


def clean(cls: type[Struct], body: bytes) -> bool:
    """True when there is certainly nothing to complain about; False when the exact check has to look.

    A key that stands twice is seen by length: decoding and encoding again then gives less than there was, white space
    aside.
    """
    if not known(cls, body):
        return False
    again = len(msgspec.json.encode(msgspec.json.decode(body)))
    return again == len(body) or again == len(msgspec.json.format(body, indent=-1))


def known(cls: type[Struct], body: bytes) -> bool:
    """True when there are certainly no unknown fields; for what has been decoded before, where no key stands twice."""
    decoder = _decoder(cls)
    if decoder is None:
        return False
    try:
        decoder.decode(body)
    except msgspec.MsgspecError:
        return False
    return True


@functools.cache
def _decoder(cls: type[Struct]) -> msgspec.json.Decoder[Any] | None:
    try:
        return msgspec.json.Decoder(_twin(cls, ()))
    except RecursionError:
        return None


def _made(cls: type[Struct], path: tuple[type[Struct], ...]) -> type[msgspec.Struct]:
    fields: list[tuple[str, Any, Any]] = [
        (f"f{position}", _type(info, (*path, cls)), msgspec.field(default=None, name=name))
        for position, (name, info) in enumerate(fields_of(cls).items())
    ]
    return msgspec.defstruct(f"Strict{cls.__name__}", fields, forbid_unknown_fields=True, gc=False)


_twins: dict[type[Struct], type[msgspec.Struct]] = {}


def _twin(cls: type[Struct], path: tuple[type[Struct], ...]) -> type[msgspec.Struct]:
    """The twin of `cls`; raises RecursionError for a type that contains itself."""
    if cls in path:
        raise RecursionError
    if cls not in _twins:
        _twins[cls] = _made(cls, path)
    return _twins[cls]


def _type(info: FieldInfo, path: tuple[type[Struct], ...]) -> Any:
    """The type of a field in a twin: its structs' twins, and anything for everything else."""
    if info.struct is None:
        return msgspec.Raw
    twin = _twin(info.struct, path)
    origin = get_origin(info.type)
    if origin is list:
        return list[twin] | None  # type: ignore[valid-type]
    if origin is dict:
        return dict[str, twin] | None  # type: ignore[valid-type]
    return twin | None
