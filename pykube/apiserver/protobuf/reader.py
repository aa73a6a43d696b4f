"""From Kubernetes' protobuf to JSON, driven by a table of field numbers (fields.json, made by table.py).

The envelope is four magic bytes and a ``runtime.Unknown`` message: apiVersion and kind in it say how to read the rest.
Source: k8s.io/apimachinery, runtime/serializer/protobuf; the wire format is protobuf's own.
"""

from __future__ import annotations

import base64
import functools
import json
import struct
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from pykube.errors import BadRequest

from . import wire

MEDIA_TYPE = "application/vnd.kubernetes.protobuf"
MAGIC = b"k8s\x00"

_LIST, _MAP, _INLINE, _ONE_OF = "*", "%", "^", "|"

Table = Mapping[str, Mapping[str, list[str]]]
"""Message -> field number -> JSON name and type, as table.py describes it."""


@functools.cache
def table() -> Table:
    """The field numbers of all messages; read when the first protobuf body comes."""
    found: Table = msgspec.json.decode(Path(__file__).with_name("fields.json").read_bytes())
    return found


def to_json(body: bytes) -> bytes:
    """The JSON of an object in the protobuf envelope.

    Raises:
        BadRequest: the envelope or its content is broken, or of a kind that is not known here.
    """
    if not body.startswith(MAGIC):
        raise BadRequest("the object provided is unrecognized (no protobuf prefix)")
    try:
        envelope = dict(wire.fields(body[len(MAGIC) :]))
        type_meta = {number: bytes(value).decode() for number, value in wire.fields(envelope.get(1, b""))}
        api_version, kind = type_meta.get(1, ""), type_meta.get(2, "")
        raw = envelope.get(2, b"")
        message = _message_of(api_version, kind)
        found = _message(message, raw)
    except (ValueError, IndexError, TypeError) as error:
        raise BadRequest(f"the object provided is unrecognized: couldn't decode protobuf: {error}") from error
    return msgspec.json.encode({"apiVersion": api_version, "kind": kind, **found})


def _message_of(api_version: str, kind: str) -> str:
    """The name in the table of a kind; meta.k8s.io's option kinds come in every group."""
    group, _, version = api_version.rpartition("/")
    name = f"{group.partition('.')[0] or 'core'}.{version}.{kind}"
    if name in table():
        return name
    shared = f"meta.v1.{kind}"
    if shared in table():
        return shared
    raise ValueError(f'no kind "{kind}" is registered for version "{api_version}"')


def _message(name: str, data: bytes) -> dict[str, Any]:
    """One message as plain data."""
    known = table()[name]
    found: dict[str, Any] = {}
    for number, value in wire.fields(data):
        field = known.get(str(number))
        if field is None:
            continue
        key, kind = field
        if kind[0] == _LIST:
            found.setdefault(key, []).append(_value(kind[1:], value))
        elif kind[0] == _MAP:
            entry = dict(wire.fields(value))
            item = _value(kind[1:], entry.get(2, b""))
            found.setdefault(key, {})[bytes(entry.get(1, b"")).decode()] = item
        elif kind[0] == _INLINE:
            found.update(_message(kind[1:], value))
        elif (single := _value(kind, value)) is not None:
            found[key] = single
    return found


def _value(kind: str, value: Any) -> Any:
    """One value; None where a message stands for nothing (the zero time)."""
    if kind[0] == _ONE_OF:
        return _one_of(_message(kind[1:], value))
    convert = _SCALARS.get(kind)
    return convert(value) if convert is not None else _message(kind, value)


def _one_of(choices: Mapping[str, Any]) -> Any:
    """The choice that was made; a truth value is on the wire even when another was."""
    return next((value for value in choices.values() if not isinstance(value, bool)), choices.get("allows"))


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _text(value: bytes) -> str:
    return bytes(value).decode()


def _quantity(value: bytes) -> str:
    return _text(dict(wire.fields(value)).get(1, b"")) or "0"


def _time(value: bytes) -> str | None:
    if not value:
        return None
    seconds = _signed(dict(wire.fields(value)).get(1, 0))
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _micro_time(value: bytes) -> str | None:
    if not value:
        return None
    parts = dict(wire.fields(value))
    moment = datetime.fromtimestamp(_signed(parts.get(1, 0)), UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{parts.get(2, 0) // 1000:06d}Z"


def _int_or_string(value: bytes) -> int | str:
    parts = dict(wire.fields(value))
    return _text(parts.get(3, b"")) if parts.get(1, 0) == 1 else _signed(parts.get(2, 0))


def _raw(value: bytes) -> Any:
    raw = dict(wire.fields(value)).get(1, b"")
    return json.loads(bytes(raw)) if raw else None


def _items(value: bytes) -> list[str]:
    return [_text(item) for number, item in wire.fields(value) if number == 1]


_SCALARS: Mapping[str, Callable[[Any], Any]] = {
    "string": _text,
    "bytes": lambda value: base64.b64encode(value).decode(),
    "int": _signed,
    "bool": bool,
    "double": lambda value: struct.unpack("<d", value)[0],
    "quantity": _quantity,
    "time": _time,
    "microtime": _micro_time,
    "intorstring": _int_or_string,
    "raw": _raw,
    "items": _items,
}
