"""Between bytes and types.

Decoding runs in msgspec's C code. Two things that Go accepts and msgspec does not are met on a slower second try:
``null`` for a field that cannot be None, and a number that was written with a fraction of zero.
"""

from __future__ import annotations

import contextlib
from typing import Any, TypeVar

import msgspec

from ..errors import BadRequest
from .custom import CustomObject
from .decode_errors import explain
from .meta_v1 import ObjectMeta
from .microtime import MicroTime
from .quantity import Quantity
from .schema import Struct

T = TypeVar("T")


def _to_custom(kind: type, value: Any) -> Any:
    if kind is Quantity:
        return Quantity.parse(value)
    if kind is MicroTime:
        return MicroTime.parse(value)
    if kind is CustomObject:
        return _custom_object(value)
    raise NotImplementedError(f"no decoding for {kind!r}")


def _custom_object(value: Any) -> CustomObject:
    if not isinstance(value, dict):
        raise ValueError("json: cannot unmarshal this value into an object")
    content = dict(value)
    api_version, kind = content.pop("apiVersion", None) or "", content.pop("kind", None) or ""
    if not isinstance(api_version, str) or not isinstance(kind, str):
        raise ValueError("Object 'Kind' and 'apiVersion' must be strings")
    metadata = content.pop("metadata", None)
    try:
        meta = msgspec.convert(metadata or {}, ObjectMeta, dec_hook=_to_custom)
    except msgspec.ValidationError:
        meta = from_dict(ObjectMeta, metadata)
    return CustomObject(api_version=api_version, kind=kind, metadata=meta, content=content)


def _from_custom(value: Any) -> Any:
    if isinstance(value, Quantity | MicroTime):
        return str(value)
    if isinstance(value, CustomObject):
        return msgspec.Raw(value.encode(encode(value.metadata)))
    raise NotImplementedError(f"no encoding for {type(value)!r}")


def _to_plain(value: Any) -> Any:
    if isinstance(value, CustomObject):
        return value.to_dict(to_dict(value.metadata))
    if isinstance(value, msgspec.Raw):
        return msgspec.json.decode(value)
    return _from_custom(value)


_encoder = msgspec.json.Encoder(enc_hook=_from_custom)
encode = _encoder.encode
"""The JSON of a struct or of plain data, as bytes without white space."""


_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


def decoder(cls: type[T]) -> msgspec.json.Decoder[T]:
    """The one decoder of `cls`; building it costs more than using it."""
    if (found := _decoders.get(cls)) is None:
        found = _decoders[cls] = msgspec.json.Decoder(cls, dec_hook=_to_custom)
    return found


def decode(cls: type[T], data: bytes | str) -> T:
    """An object of `cls` from JSON.

    Raises:
        BadRequest: the JSON is broken or a field has a value of the wrong type; the message names the field.
    """
    try:
        try:
            return decoder(cls).decode(data)
        except msgspec.ValidationError:
            plain = msgspec.json.decode(data)
        return from_dict(cls, plain)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest(f"the object provided is unrecognized: couldn't decode JSON: {error}") from error


def from_dict(cls: type[T], data: Any) -> T:
    """An object of `cls` from plain data as JSON gives it; ``null`` counts as absent.

    Raises:
        BadRequest: a field has a value of the wrong type; the message is the one that Go's decoder gives.
    """
    try:
        if cls is CustomObject:
            return _custom_object(data)  # type: ignore[return-value]  # null is a value to a custom kind
        # By way of JSON, in C, which is faster than making plain data of it here; nearly all data passes.
        with contextlib.suppress(msgspec.MsgspecError, TypeError, OverflowError):
            return decoder(cls).decode(encode(data))
        return msgspec.convert(_plain(data), cls, dec_hook=_to_custom)
    except (msgspec.ValidationError, ValueError) as error:
        reason = explain(cls, data) or error
        name = _kind(data) if cls is CustomObject else cls.__name__
        raise BadRequest(f"{name} in version {_version(data)} cannot be handled as a {name}: {reason}") from error


def to_dict(value: Any) -> Any:
    """Plain data: dicts, lists, strings, numbers, booleans, as JSON would have them."""
    return msgspec.to_builtins(value, enc_hook=_to_plain)


def copy(value: T) -> T:
    """A deep copy that shares nothing mutable with `value`."""
    found: T = _copy(value)
    return found


def _copy(value: Any) -> Any:
    if isinstance(value, Struct):
        cls = type(value)
        return cls(**{name: _copy(getattr(value, name)) for name in cls.__struct_fields__})
    if type(value) is list:
        return [_copy(item) for item in value]
    if type(value) is dict:
        return {key: _copy(item) for key, item in value.items()}
    if type(value) is CustomObject:
        return CustomObject(
            api_version=value.api_version,
            kind=value.kind,
            metadata=_copy(value.metadata),
            content=_copy(value.content),
        )
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _kind(data: Any) -> str:
    kind = data.get("kind") if isinstance(data, dict) else None
    return kind if isinstance(kind, str) and kind else "Object"


def _version(data: Any) -> str:
    """The version in data, without its group: upstream names no more in such messages."""
    version = data.get("apiVersion") if isinstance(data, dict) else None
    return f'"{version.rpartition("/")[2]}"' if isinstance(version, str) else '""'
