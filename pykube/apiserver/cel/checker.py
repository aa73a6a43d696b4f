"""Which type every part of an expression has, and which overloads its calls mean.

Literals of lists and maps may be mixed here; `validators` are stricter. Source: cel-go, checker/checker.go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from . import types, unification
from .complaints import Complaints
from .declarations import Overload
from .errors import CompileError
from .escaping import keyword_field
from .syntax import Call, Entry, Fold, Ident, ListNode, Literal, MapNode, Node, Parsed, Select, StructNode
from .types import Kind, Type
from .unification import assignable, assignable_all, most_general, substitute
from .values import UInt

_LITERALS: Final[dict[type, Type]] = {
    type(None): types.NULL,
    bool: types.BOOL,
    int: types.INT,
    UInt: types.UINT,
    float: types.DOUBLE,
    str: types.STRING,
    bytes: types.BYTES,
}
TYPE_NAMES: Final[dict[str, Type]] = {
    "bool": types.BOOL,
    "bytes": types.BYTES,
    "double": types.DOUBLE,
    "google.protobuf.Duration": types.DURATION,
    "google.protobuf.Timestamp": types.TIMESTAMP,
    "int": types.INT,
    "list": types.list_of(types.DYN),
    "map": types.map_of(types.DYN, types.DYN),
    "null_type": types.NULL,
    "optional_type": types.optional_of(types.DYN),
    "string": types.STRING,
    "type": types.TYPE,
    "uint": types.UINT,
    "net.IP": types.opaque("net.IP"),
    "net.CIDR": types.opaque("net.CIDR"),
}
"""Types that expressions may name."""
_AGGREGATES: Final = (Kind.DYN, Kind.ERROR, Kind.PARAMETER)


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may refer to."""

    variables: Mapping[str, Type]
    functions: Mapping[str, tuple[Overload, ...]]
    object_type: Callable[[str], Type | None] = field(default=lambda _: None)
    """The type that ``Name{}`` makes, None if there is none of that name."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A tree and what is known about its nodes, by their ids."""

    parsed: Parsed
    types: Mapping[int, Type]
    names: Mapping[int, str]
    """The variables that identifiers and selections refer to; absent for names of types and of loops' variables."""
    overloads: Mapping[int, tuple[Overload, ...]]
    methods: frozenset[int]
    """Calls whose target is their first argument; for others it is a part of their name."""

    @property
    def root(self) -> Node:
        """The whole expression."""
        return self.parsed.root

    def type_of(self, node: Node) -> Type:
        """The type of a node."""
        return self.types.get(node.id, types.DYN)

    def is_type_name(self, node: Select) -> bool:
        """Whether a selection is no selection, but the name of a type with dots."""
        return node.operand.id not in self.types


def check(parsed: Parsed, scope: Scope) -> Checked:
    """Find all types.

    Raises:
        CompileError: something does not fit.
    """
    checker = _Checker(parsed, scope)
    checker.visit(parsed.root)
    if checker.complaints:
        raise CompileError(f"compilation failed: {checker.complaints}")
    final = {node: substitute(checker.mapping, kind, rest_to_dyn=True) for node, kind in checker.types.items()}
    return Checked(parsed, final, checker.names, checker.overloads, frozenset(checker.methods))


def qualified_name(node: Node) -> str:
    """``a.b.c`` for selections from identifiers, otherwise empty."""
    if isinstance(node, Ident):
        return node.name
    if isinstance(node, Select) and not node.test:
        operand = qualified_name(node.operand)
        return f"{operand}.{node.field}" if operand else ""
    return ""


class _Checker:
    """Walks the tree once; loops' variables are found in the innermost scope."""

    def __init__(self, parsed: Parsed, scope: Scope) -> None:
        self.complaints = Complaints(parsed.text, parsed.offsets)
        self.types: dict[int, Type] = {}
        self.names: dict[int, str] = {}
        self.overloads: dict[int, tuple[Overload, ...]] = {}
        self.methods: set[int] = set()
        self.mapping: unification.Mapping = {}
        self._scope = scope
        self._locals: list[dict[str, Type]] = []
        self._placeholders = 0
        self._visitors: dict[type[Node], Callable[[Any], Type]] = {
            Literal: lambda node: _LITERALS[type(node.value)],
            Ident: self._ident,
            Select: self._select,
            Call: self._call,
            ListNode: self._list,
            MapNode: self._map,
            StructNode: self._struct,
            Fold: self._fold,
        }

    def visit(self, node: Node) -> Type:
        """The type of a node, which is remembered."""
        found = self._visitors[type(node)](node)
        self.types[node.id] = found
        return found

    def _assignable(self, one: Type, two: Type) -> bool:
        found = assignable(self.mapping, one, two)
        if found is None:
            return False
        self.mapping = found
        return True

    def _placeholder(self) -> Type:
        self._placeholders += 1
        return types.parameter(f"_var{self._placeholders - 1}")

    def _lookup(self, name: str, node: int) -> Type | None:
        bare = name.removeprefix(".")
        for scope in reversed(self._locals):
            if bare in scope and not name.startswith("."):
                return scope[bare]
        found = self._scope.variables.get(bare)
        if found is not None:
            self.names[node] = bare
            return found
        named = TYPE_NAMES.get(bare)
        return types.type_of(named) if named is not None else None

    def _undeclared(self, node: int, name: str) -> Type:
        self.complaints.add(node, f"undeclared reference to '{name}' (in container '')")
        return types.ERROR

    def _mismatch(self, node: int, expected: Type, found: Type) -> None:
        self.complaints.add(node, f"expected type '{expected}' but found '{found}'")

    def _ident(self, node: Ident) -> Type:
        return self._lookup(node.name, node.id) or self._undeclared(node.id, node.name)

    def _select(self, node: Select) -> Type:
        name = qualified_name(node)
        found = self._lookup(name, node.id) if name else None
        if found is not None:
            return found
        result = self._field(node.id, node.operand, node.field, optional=False)
        return types.BOOL if node.test else substitute(self.mapping, result)

    def _field(self, node: int, operand: Node, name: str, *, optional: bool) -> Type:
        whole = substitute(self.mapping, self.visit(operand))
        target, unwrapped = _unwrapped(whole)
        result = types.DYN
        if target.kind is Kind.MAP:
            result = target.parameters[1]
        elif target.kind is Kind.OBJECT:
            found = target.find(name) or target.find(keyword_field(name))
            if found is None:
                self.complaints.add(node, f"undefined field '{name}'")
            result = found or types.ERROR
        elif target.kind is Kind.PARAMETER:
            self._assignable(types.DYN, target)
        elif target.kind not in (Kind.DYN, Kind.ERROR):
            self.complaints.add(node, f"type '{target}' does not support field selection")
        return types.optional_of(result) if optional or unwrapped else result

    def _call(self, node: Call) -> Type:
        if node.function == "_?._":
            return self._optional_select(node)
        arguments = [self.visit(one) for one in node.arguments]
        if node.target is None:
            overloads = self._scope.functions.get(node.function.removeprefix("."))
            if overloads is None:
                return self._undeclared(node.id, node.function)
            return self._resolve(node, overloads, tuple(arguments), method=False)
        prefix = qualified_name(node.target)
        overloads = self._scope.functions.get(f"{prefix}.{node.function}".removeprefix(".")) if prefix else None
        if overloads is not None:
            return self._resolve(node, overloads, tuple(arguments), method=False)
        target = self.visit(node.target)
        self.methods.add(node.id)
        overloads = self._scope.functions.get(node.function)
        if overloads is None:
            return self._undeclared(node.id, node.function)
        return self._resolve(node, overloads, (target, *arguments), method=True)

    def _optional_select(self, node: Call) -> Type:
        operand, name = node.arguments
        if not isinstance(name, Literal) or not isinstance(name.value, str):
            self.complaints.add(name.id, "unsupported optional field selection")
            return types.ERROR
        return substitute(self.mapping, self._field(node.id, operand, name.value, optional=True))

    def _resolve(
        self, node: Call, overloads: tuple[Overload, ...], arguments: tuple[Type, ...], *, method: bool
    ) -> Type:
        """The overloads that fit; they all may be meant where types are not known."""
        if node.function in ("_&&_", "_||_"):
            self.overloads[node.id] = overloads
            for argument, found in zip(node.arguments, arguments, strict=True):
                if not self._assignable(found, types.BOOL):
                    self._mismatch(argument.id, types.BOOL, substitute(self.mapping, found, rest_to_dyn=False))
            return types.BOOL
        result: Type | None = None
        fitting: list[Overload] = []
        for overload in overloads:
            if overload.method is not method:
                continue
            fresh = {name: self._placeholder() for name in overload.placeholders}
            wanted = tuple(substitute(fresh, one) for one in overload.parameters) if fresh else overload.parameters
            extended = assignable_all(self.mapping, arguments, wanted)
            if extended is None:
                continue
            self.mapping = extended
            fitting.append(overload)
            returned = substitute(self.mapping, substitute(fresh, overload.result))
            if result is None:
                result = returned
            elif result.kind is not Kind.DYN and returned != result:
                result = types.DYN
        if result is None:
            self._no_overload(node, arguments, method=method)
            return types.ERROR
        self.overloads[node.id] = tuple(fitting)
        return result

    def _no_overload(self, node: Call, arguments: tuple[Type, ...], *, method: bool) -> None:
        shown = [str(substitute(self.mapping, one, rest_to_dyn=True)) for one in arguments]
        signature = f"{shown[0]}.({', '.join(shown[1:])})" if method else f"({', '.join(shown)})"
        name = node.function
        if node.target is not None and not method:
            name = f"{qualified_name(node.target)}.{name}"
        self.complaints.add(node.id, f"found no matching overload for '{name}' applied to '{signature}'")

    def _joined(self, previous: Type | None, current: Type) -> Type:
        if previous is None:
            return current
        return most_general(previous, current) if self._assignable(previous, current) else types.DYN

    def _optional_value(self, node: Node, found: Type) -> Type:
        """What is in an optional entry."""
        inner, optional = _unwrapped(found)
        if not optional and inner.kind is not Kind.DYN:
            self._mismatch(node.id, types.optional_of(inner), inner)
        return inner

    def _list(self, node: ListNode) -> Type:
        item: Type | None = None
        for index, one in enumerate(node.items):
            found = self.visit(one)
            if index in node.optional:
                found = self._optional_value(one, found)
            item = self._joined(item, found)
        return types.list_of(item or self._placeholder())

    def _map(self, node: MapNode) -> Type:
        key: Type | None = None
        value: Type | None = None
        for entry in node.entries:
            assert isinstance(entry.key, Node)
            key = self._joined(key, self.visit(entry.key))
            found = self.visit(entry.value)
            if entry.optional:
                found = self._optional_value(entry.value, found)
            value = self._joined(value, found)
        return types.map_of(key or self._placeholder(), value or self._placeholder())

    def _struct(self, node: StructNode) -> Type:
        result = self._scope.object_type(node.name.removeprefix("."))
        if result is None:
            return self._undeclared(node.id, node.name)
        for entry in node.entries:
            self._struct_field(result, entry)
        return result

    def _struct_field(self, target: Type, entry: Entry) -> None:
        found = self.visit(entry.value)
        wanted = target.find(str(entry.key))
        if entry.optional:
            found = self._optional_value(entry.value, found)
        if wanted is None:
            self.complaints.add(entry.id, f"undefined field '{entry.key}'")
        elif not self._assignable(wanted, found):
            shown = substitute(self.mapping, found)
            message = f"expected type of field '{entry.key}' is '{wanted}' but provided type is '{shown}'"
            self.complaints.add(entry.id, message)

    def _fold(self, node: Fold) -> Type:
        whole = substitute(self.mapping, self.visit(node.range))
        start = self.visit(node.start)
        self._locals.append({node.accumulator: start})
        one, two = self._variables(node, whole)
        self._locals.append({node.variable: one, **({node.variable2: two} if node.variable2 else {})})
        self._assert(node.condition, self.visit(node.condition), types.BOOL)
        self._assert(node.step, self.visit(node.step), start)
        self._locals.pop()
        result = self.visit(node.result)
        self._locals.pop()
        return substitute(self.mapping, result)

    def _variables(self, node: Fold, whole: Type) -> tuple[Type, Type]:
        """What the loop's variables are: item; or index and item; or key; or key and value."""
        if whole.kind is Kind.LIST:
            item = whole.parameters[0]
            return (types.INT, item) if node.variable2 else (item, item)
        if whole.kind is Kind.MAP:
            return whole.parameters[0], whole.parameters[1]
        if whole.kind in _AGGREGATES:
            self._assignable(types.DYN, whole)
            return types.DYN, types.DYN
        self.complaints.add(
            node.range.id,
            f"expression of type '{whole}' cannot be range of a comprehension (must be list, map, or dynamic)",
        )
        return types.ERROR, types.ERROR

    def _assert(self, node: Node, found: Type, wanted: Type) -> None:
        if not self._assignable(wanted, found):
            self._mismatch(node.id, wanted, substitute(self.mapping, found))


def _unwrapped(kind: Type) -> tuple[Type, bool]:
    """What is in an optional type, and whether it is one."""
    if kind.kind is Kind.OPAQUE and kind.name == "optional_type":
        return kind.parameters[0], True
    return kind, False
