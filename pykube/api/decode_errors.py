"""What is wrong with data that does not fit its type, in the words that clients of the API know.

Go's decoder names the innermost struct and the path of fields to the value, without the positions in lists and the keys
of maps. It goes on after a value of the wrong type, but stops at once where a type reads itself (quantities, times):
such an error is told even when a plain one came before it.

Source: sigs.k8s.io/json, and ``UnmarshalJSON`` of the types that have it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from types import UnionType
from typing import Any, Union, get_args, get_origin

from .go_names import EMBEDDED, go_type, struct_name
from .go_times import RFC3339, RFC3339_MICRO, time_error
from .microtime import MicroTime
from .quantity import Quantity, QuantityError
from .schema import Struct, fields_of, strip

_SELF_READ = (Quantity, datetime, MicroTime)
_INTEGERS = {"int32": 2**31, "int64": 2**63}
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")


@dataclass(frozen=True, slots=True)
class _Finding:
    text: str
    final: bool = False
    """The type read the value itself, which ends the decoding."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands, and what Go calls the type that is wanted there."""

    go: str
    struct: str = ""
    path: tuple[str, ...] = ()

    def item(self) -> _Place:
        """The same field, one level into its list or map."""
        if self.go == "v1.ResourceList":
            return replace(self, go="resource.Quantity")
        return replace(self, go=self.go.partition("]")[2])

    def mismatch(self, what: str) -> _Finding:
        where = f"struct field {self.struct}.{'.'.join(self.path)}" if self.struct else "value"
        return _Finding(f"json: cannot unmarshal {what} into Go {where} of type {self.go}")


def explain(cls: type[Any], data: Any) -> str:
    """Why plain `data` is no object of `cls`; empty when nothing wrong is found."""
    if not (isinstance(cls, type) and issubclass(cls, Struct)):
        return ""
    first = ""
    for finding in _value(cls, data, _Place(struct_name(cls))):
        if finding.final:
            return finding.text
        first = first or finding.text
    return first


def _value(kind: Any, value: Any, place: _Place) -> Iterator[_Finding]:
    kind = strip(kind)[0]
    if value is None or kind is Any:
        return
    if isinstance(kind, type) and issubclass(kind, Struct):
        if isinstance(value, dict):
            yield from _members(kind, value, place.path)
        else:
            yield place.mismatch(_what(value))
    elif (shape := get_origin(kind)) in (list, dict):
        if isinstance(value, shape):
            for item in value.values() if isinstance(value, dict) else value:
                yield from _value(get_args(kind)[-1], item, place.item())
        else:
            yield place.mismatch(_what(value))
    elif shape in (Union, UnionType):
        for finding in _alternatives(set(get_args(kind)), value):
            yield replace(finding, final=True)
    elif kind in _SELF_READ:
        if text := _self_read(kind, value):
            yield _Finding(text, final=True)
    else:
        yield from _scalar(kind, value, place)


def _members(cls: type[Struct], data: dict[str, Any], path: tuple[str, ...]) -> Iterator[_Finding]:
    fields = fields_of(cls)
    for name, value in data.items():
        if (field := fields.get(name)) is None:
            continue
        embedded = EMBEDDED.get(cls.__name__)
        through = (embedded.name,) if embedded is not None and name in embedded.fields else ()
        place = _Place(go_type(cls, field), cls.__name__, (*path, *through, name))
        yield from _value(field.type, value, place)


def _self_read(kind: Any, value: Any) -> str:
    """What quantities and times say about a value that they cannot read."""
    if kind is Quantity:
        try:
            Quantity.parse(value)
        except QuantityError as error:
            return str(error)
    elif kind is datetime or kind is MicroTime:
        if not isinstance(value, str):
            return _Place("string").mismatch(_what(value)).text
        return time_error(value, RFC3339 if kind is datetime else RFC3339_MICRO)
    return ""


def _alternatives(kinds: set[Any], value: Any) -> Iterator[_Finding]:
    """A number or a name, or one of the unions in a JSON schema: each is read with a decoder of its own."""
    if kinds == {int, str}:
        if not isinstance(value, str):
            yield from _scalar(int, value, _Place("int32"))
        return
    for kind in kinds:
        if isinstance(value, dict) and isinstance(kind, type) and issubclass(kind, Struct):
            yield from _members(kind, value, ())
        elif isinstance(value, list) and get_origin(kind) is list:
            item = strip(get_args(kind)[0])[0]
            go = struct_name(item) if issubclass(item, Struct) else "string"
            yield from _value(kind, value, _Place(f"[]{go}"))
    if bool in kinds and not isinstance(value, bool | dict):
        yield _Finding("boolean or JSON schema expected")


def _scalar(kind: Any, value: Any, place: _Place) -> Iterator[_Finding]:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind is int and number:
        limit = _INTEGERS.get(place.go, 2**63)
        if (isinstance(value, float) and not value.is_integer()) or not -limit <= value < limit:
            yield place.mismatch(f"number {value}")
    elif kind is bytes and isinstance(value, str):
        if (offset := _base64_error(value)) is not None:
            yield _Finding(f"illegal base64 data at input byte {offset}")
    elif not (number if kind is float else isinstance(value, kind) and (kind is bool or not isinstance(value, bool))):
        yield place.mismatch(_what(value))


def _what(value: Any) -> str:
    """What JSON calls a value."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def _base64_error(text: str) -> int | None:
    """At which byte Go's decoder (encoding/base64) gives up; None when it does not."""
    raw = text.encode()
    kept = [(at, chr(byte)) for at, byte in enumerate(raw) if byte not in b"\r\n"]
    for position, (at, char) in enumerate(kept):
        if char in _BASE64:
            continue
        within = position % 4
        if char != "=" or within < 2:
            return at
        rest = kept[position + 1 :]
        if within == 2:
            if not rest:
                return len(raw)
            if rest[0][1] != "=":
                return rest[0][0] - 1
            rest = rest[1:]
        return rest[0][0] if rest else None
    return len(raw) - len(kept) % 4 if len(kept) % 4 else None
