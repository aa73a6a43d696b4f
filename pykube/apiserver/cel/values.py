"""Values of expressions, where plain Python has none that fits, and how values are compared and named.

Strings, bytes, bools, ints, floats, lists and dicts are Python's own, null is None; a `bool` is never a number here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from .errors import EvaluationError
from .numbers import double_text

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NANOS: Final = 1_000_000_000


class UInt(int):
    """An unsigned number of 64 bits."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, order=True)
class Timestamp:
    """A point in time, in nanoseconds since 1970."""

    nanos: int
    offset: int = field(default=0, compare=False)
    """The seconds by which the clock that it is printed for is ahead of UTC."""

    @property
    def moment(self) -> datetime:
        """Without what is finer than a microsecond."""
        return _EPOCH + timedelta(microseconds=self.nanos // 1000)

    def __str__(self) -> str:
        """RFC 3339 with as many digits of a second as are needed."""
        local = self.moment + timedelta(seconds=self.offset)
        hours, minutes = divmod(abs(self.offset) // 60, 60)
        zone = f"{'-' if self.offset < 0 else '+'}{hours:02}:{minutes:02}" if self.offset else "Z"
        return f"{local.isoformat()[:19]}{_fraction(self.nanos % _NANOS)}{zone}"


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A span of time in nanoseconds."""

    nanos: int

    def __str__(self) -> str:
        """Seconds, as CEL turns durations into strings: ``90s``, ``1.5s``."""
        sign = "-" if self.nanos < 0 else ""
        seconds, rest = divmod(abs(self.nanos), _NANOS)
        return f"{sign}{seconds}{_fraction(rest)}s"


def _fraction(nanos: int) -> str:
    return f".{nanos:09}".rstrip("0") if nanos else ""


@dataclass(frozen=True, slots=True)
class Optional:
    """A value that may be missing."""

    present: bool
    value: Any = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Optional) or self.present != other.present:
            return False
        return not self.present or equal(self.value, other.value)

    __hash__ = None  # type: ignore[assignment]


NONE: Final = Optional(False)


def some(value: Any) -> Optional:
    """A value that is there."""
    return Optional(True, value)


@dataclass(frozen=True, slots=True)
class TypeName:
    """What ``type(x)`` gives: types are equal if their names are."""

    name: str


class Object(dict[str, Any]):
    """What ``Object{}`` makes: fields under their real names, and the name of the type that was written."""

    __slots__ = ("type_name",)

    def __init__(self, type_name: str, fields: Mapping[str, Any]) -> None:
        super().__init__(fields)
        self.type_name = type_name


class SetList(list[Any]):
    """A list that is a set: order does not count, and ``+`` adds what is not there yet."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, list) or len(self) != len(other):
            return False
        known = set(map(_identity, self))
        return all(_identity(item) in known for item in other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None

    def plus(self, other: list[Any]) -> SetList:
        """The union; what is there already keeps its place."""
        result = SetList(self)
        known = set(map(_identity, self))
        for item in other:
            if _identity(item) not in known:
                known.add(_identity(item))
                result.append(item)
        return result


def _identity(item: Any) -> object:
    """Equal for equal items of a set, which are scalars, or lists and maps that are compared as wholes."""
    if isinstance(item, list):
        return tuple(map(_identity, item))
    if isinstance(item, dict):
        return frozenset((key, _identity(value)) for key, value in item.items())
    return (type(item) is bool, item)


class MapList(list[Any]):
    """A list whose items are known by keys: ``+`` puts items with known keys in the place of the old ones."""

    __slots__ = ("key",)

    def __init__(self, items: list[Any], key: Callable[[Any], Any]) -> None:
        super().__init__(items)
        self.key = key

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, list) or len(self) != len(other):
            return False
        theirs = {self.key(item): item for item in other}
        missing = object()
        return all(
            (found := theirs.get(self.key(item), missing)) is not missing and equal(item, found) for item in self
        )

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None

    def plus(self, other: list[Any]) -> MapList:
        """The items of both; where both have one of the same keys, that of `other` in the place of this one's."""
        merged = {self.key(item): item for item in self}
        merged.update((self.key(item), item) for item in other)
        return MapList(list(merged.values()), self.key)


def equal(one: Any, two: Any) -> bool:
    """CEL's ``==``: numbers by value whatever their type, anything else only with its own type."""
    if one is two:
        return type(one) is not float or one == one
    kind = type(one)
    if kind is str or type(two) is str:
        return bool(one == two)
    if kind is bool or type(two) is bool:
        return kind is type(two) and one is two
    if one != two:
        return False
    if isinstance(one, list):
        return isinstance(one, SetList | MapList) or all(map(equal, one, two))
    if isinstance(one, dict):
        return all(equal(value, two[key]) for key, value in one.items())
    return True


_NAMES: Final[dict[type, str]] = {
    type(None): "null_type",
    bool: "bool",
    int: "int",
    UInt: "uint",
    float: "double",
    str: "string",
    bytes: "bytes",
    list: "list",
    SetList: "list",
    MapList: "list",
    dict: "map",
    Timestamp: "google.protobuf.Timestamp",
    Duration: "google.protobuf.Duration",
    Optional: "optional_type",
    TypeName: "type",
}


def type_name(value: Any) -> str:
    """The name of a value's type, as ``type()`` and messages give it."""
    name = _NAMES.get(type(value))
    if name is not None:
        return name
    return str(value.type_name)


def size(value: Any) -> int:
    """How many characters, bytes, items or entries: what the cost of looking at all of it depends on; 1 for scalars."""
    if isinstance(value, str | bytes | list | dict):
        return len(value)
    if isinstance(value, Optional) and value.present:
        return size(value.value)
    return int(getattr(value, "byte_size", 1))


def no_such_overload(function: str, *arguments: Any) -> EvaluationError:
    """The error of a function that has nothing for arguments of such types."""
    return EvaluationError(f"no such overload: {function}({', '.join(map(type_name, arguments))})")


def text_of(value: Any) -> str:
    """A value as it stands in messages such as ``no such key: 1``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return double_text(value)
    return str(value)


def to_json(value: Any) -> Any:
    """A value as plain JSON data, where it can be; timestamps and durations stay what they are.

    Raises:
        EvaluationError: it cannot be.
    """
    if value is None or isinstance(value, str | bool | float | bytes | Timestamp | Duration):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, list):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {key if isinstance(key, str) else text_of(key): to_json(item) for key, item in value.items()}
    if isinstance(value, Optional):
        return to_json(value.value) if value.present else None
    if isinstance(value, TypeName):
        return value.name
    return value
