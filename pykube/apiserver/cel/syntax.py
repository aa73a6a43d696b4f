"""The tree of a parsed expression, and reading it from the bytes that the parser gives.

The bytes are a ``cel.expr.ParsedExpr`` in Protocol Buffers' wire format, wrapped in an ``Any``; only the fields that
are needed are read. Source: cel-spec, proto/cel/expr/syntax.proto.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, Final

from ..protobuf import wire
from .values import UInt

ACCUMULATOR: Final = "@result"
"""The variable in which macros gather their result."""


@dataclass(slots=True, eq=False)
class Node:
    """A part of an expression; `id` tells where in the text it came from."""

    id: int


@dataclass(slots=True, eq=False)
class Literal(Node):
    value: Any


@dataclass(slots=True, eq=False)
class Ident(Node):
    name: str


@dataclass(slots=True, eq=False)
class Select(Node):
    """``operand.field``, or ``has(operand.field)``."""

    operand: Node
    field: str
    test: bool = False


@dataclass(slots=True, eq=False)
class Call(Node):
    """A function, an operator under its internal name, or with a target a method."""

    target: Node | None
    function: str
    arguments: list[Node]


@dataclass(slots=True, eq=False)
class ListNode(Node):
    items: list[Node]
    optional: frozenset[int] = frozenset()


@dataclass(slots=True, eq=False)
class Entry:
    """One entry of a map or field of an object; `key` of a field is its name."""

    id: int
    key: Node | str
    value: Node
    optional: bool


@dataclass(slots=True, eq=False)
class MapNode(Node):
    entries: list[Entry]


@dataclass(slots=True, eq=False)
class StructNode(Node):
    name: str
    entries: list[Entry]


@dataclass(slots=True, eq=False)
class Fold(Node):
    """A loop over `range`, which is what macros such as ``all`` and ``map`` become."""

    range: Node
    variable: str
    variable2: str
    accumulator: str
    start: Node
    condition: Node
    step: Node
    result: Node


class Offsets:
    """Where in the text the nodes stand. Decoded when it is asked for first, which is in case of errors only."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._known: dict[int, int] | None = None
        self._last = 0

    def _all(self) -> dict[int, int]:
        if self._known is None:
            entries = [dict(wire.fields(entry)) for number, entry in wire.fields(self._data) if number == 4]
            self._known = {entry.get(1, 0): entry.get(2, 0) for entry in entries}
        return self._known

    def of(self, node: int) -> int:
        """The offset of the node with this id."""
        return self._all().get(node, 0)

    def add(self, offset: int) -> int:
        """The id of a new node at this place."""
        known = self._all()
        self._last = self._last or max(known, default=0)
        self._last += 1
        known[self._last] = offset
        return self._last


@dataclass(frozen=True, slots=True)
class Parsed:
    """A tree, its text and the offset of every node in it."""

    root: Node
    text: str
    offsets: Offsets


def read(data: bytes, text: str) -> Parsed:
    """The tree in the parser's answer for `text`."""
    parsed = dict(wire.fields(dict(wire.fields(data))[2]))
    return Parsed(_node(parsed[2]), text, Offsets(parsed.get(3, b"")))


def _node(data: bytes) -> Node:
    identity = 0
    for number, value in wire.fields(data):
        if number == 2:
            identity = value
        elif number == 3:
            return Literal(identity, _constant(value))
        elif number == 4:
            return Ident(identity, dict(wire.fields(value)).get(1, b"").decode())
        elif number == 5:
            return _select(identity, value)
        elif number == 6:
            return _call(identity, value)
        elif number == 7:
            return _list(identity, value)
        elif number == 8:
            return _struct(identity, value)
        elif number == 9:
            return _fold(identity, value)
    return Literal(identity, None)


def _constant(data: bytes) -> Any:
    for number, value in wire.fields(data):
        match number:
            case 2:
                return bool(value)
            case 3:
                return value - (1 << 64) if value >= 1 << 63 else value
            case 4:
                return UInt(value)
            case 5:
                return struct.unpack("<d", value)[0]
            case 6:
                return value.decode()
            case 7:
                return value
    return None


def _select(identity: int, data: bytes) -> Select:
    fields = dict(wire.fields(data))
    return Select(identity, _node(fields[1]), fields[2].decode(), bool(fields.get(3)))


def _call(identity: int, data: bytes) -> Call:
    target: Node | None = None
    function = ""
    arguments: list[Node] = []
    for number, value in wire.fields(data):
        if number == 1:
            target = _node(value)
        elif number == 2:
            function = value.decode()
        elif number == 3:
            arguments.append(_node(value))
    return Call(identity, target, function, arguments)


def _list(identity: int, data: bytes) -> ListNode:
    items: list[Node] = []
    optional: set[int] = set()
    for number, value in wire.fields(data):
        if number == 1:
            items.append(_node(value))
        elif isinstance(value, int):
            optional.add(value)
        else:
            position = 0
            while position < len(value):
                index, position = wire.varint(value, position)
                optional.add(index)
    return ListNode(identity, items, frozenset(optional))


def _struct(identity: int, data: bytes) -> MapNode | StructNode:
    name = ""
    entries: list[Entry] = []
    for number, value in wire.fields(data):
        if number == 1:
            name = value.decode()
        else:
            fields = dict(wire.fields(value))
            key = fields[2].decode() if 2 in fields else _node(fields[3])
            entries.append(Entry(fields.get(1, 0), key, _node(fields[4]), bool(fields.get(5))))
    return StructNode(identity, name, entries) if name else MapNode(identity, entries)


def _fold(identity: int, data: bytes) -> Fold:
    fields = dict(wire.fields(data))
    names = {number: fields.get(number, b"").decode() for number in (1, 3, 8)}
    nodes = {number: _node(fields[number]) for number in (2, 4, 5, 6, 7)}
    return Fold(identity, nodes[2], names[1], names[8], names[3], nodes[4], nodes[5], nodes[6], nodes[7])
