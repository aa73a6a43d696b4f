"""What an expression costs at most, from the sizes that the types of its variables declare.

Source: cel-go, checker/cost.go; k8s.io/apiextensions-apiserver, pkg/apiserver/schema/cel (the sizes).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from . import call_estimates
from .call_estimates import CallEstimate, Operand
from .checker import Checked
from .ranges import NEVER, ONE, UNKNOWN, ZERO, CostRange, fixed
from .runtime_costs import LIST_COST, MAP_COST, STRUCT_COST
from .syntax import ACCUMULATOR, Call, Fold, Ident, ListNode, Literal, MapNode, Node, Select, StructNode
from .types import Kind, Type

_SCALARS: Final = frozenset({Kind.BOOL, Kind.DOUBLE, Kind.DURATION, Kind.INT, Kind.TIMESTAMP, Kind.UINT})
_WITH_FIELDS: Final = frozenset({Kind.MAP, Kind.OBJECT, Kind.PARAMETER})
_SIZED: Final = frozenset({Kind.DYN, Kind.LIST, Kind.MAP, Kind.STRING, Kind.BYTES, Kind.OPAQUE, Kind.PARAMETER})
_OLD_ACCUMULATOR: Final = "__result__"


def estimate(checked: Checked, variables: Mapping[str, Type]) -> CostRange:
    """The least and the most that an evaluation costs."""
    return _Coster(checked, variables).cost(checked.root)


@dataclass(frozen=True, slots=True)
class _Entries:
    """How large keys and values of a list or map are."""

    kind: Kind
    key: CostRange
    value: CostRange

    def either(self, other: _Entries | None) -> _Entries | None:
        if other is None:
            return None
        return _Entries(self.kind, self.key.either(other.key), self.value.either(other.value))


@dataclass(frozen=True, slots=True)
class _Source:
    """Where in the type of a variable a value comes from; None if that has no such place."""

    type: Type | None


@dataclass(frozen=True, slots=True)
class _Local:
    """What is known about the value of a loop's variable."""

    source: _Source | None
    """None if it comes from no variable."""
    size: CostRange | None
    entries: _Entries | None = None


class _Coster:
    """Walks the tree once, remembering where values come from and how large they are."""

    def __init__(self, checked: Checked, variables: Mapping[str, Type]) -> None:
        self._checked = checked
        self._variables = variables
        # As upstream has it, all that is no part of self is as large as self: oldSelf, but also names of types.
        self._root = _Source(variables.get("self"))
        self._sources: dict[int, _Source] = {}
        self._sizes: dict[int, CostRange] = {}
        self._entries: dict[int, _Entries] = {}
        self._locals: dict[str, list[_Local]] = {}
        self._costers: dict[type[Node], Callable[[Any], CostRange]] = {
            Literal: lambda _: ZERO,
            Ident: self._ident,
            Select: self._select,
            Call: self._call,
            ListNode: self._list,
            MapNode: self._map,
            StructNode: self._struct,
            Fold: self._fold,
        }

    def cost(self, node: Node) -> CostRange:
        """The cost of a node and all below it."""
        name = self._checked.names.get(node.id)
        if name is not None:
            self._sources[node.id] = self._root if self._root.type is not None else _Source(self._variables[name])
            return ONE
        return self._costers[type(node)](node)

    def _local(self, node: Node) -> _Local | None:
        if isinstance(node, Ident) and node.id not in self._checked.names:
            found = self._locals.get(node.name)
            return found[-1] if found else None
        return None

    def _ident(self, node: Ident) -> CostRange:
        local = self._local(node)
        source = local.source if local is not None else self._root
        if source is not None:
            self._sources[node.id] = source
        return ONE

    def _select(self, node: Select) -> CostRange:
        if self._checked.is_type_name(node):
            self._sources[node.id] = self._root
            return ONE
        total = self.cost(node.operand)
        if node.test:
            return total
        if self._checked.type_of(node.operand).kind in _WITH_FIELDS:
            total = total.plus(ONE)
        self._sources[node.id] = self._below(node.operand, lambda declared: declared.find(node.field))
        return total

    def _source(self, node: Node) -> _Source | None:
        local = self._local(node)
        return local.source if local is not None else self._sources.get(node.id)

    def _below(self, node: Node, step: Callable[[Type], Type | None]) -> _Source:
        """Where a part of a node's value comes from."""
        source = self._source(node)
        if source is None:
            return self._root
        return _Source(step(source.type) if source.type is not None else None)

    def _call(self, node: Call) -> CostRange:
        if node.function == "dyn":
            cost = self.cost(node.arguments[0]).plus(ONE)
            self._copy_sizes(node, node.arguments[0])
            return cost
        costs = [self.cost(one) for one in node.arguments]
        arguments = [self._operand(one) for one in node.arguments]
        total, target = ZERO, None
        if node.target is not None and node.id in self._checked.methods:
            total = self.cost(node.target)
            target = self._operand(node.target)
        calls, result = NEVER, None
        for overload in self._checked.overloads.get(node.id, ()):
            found = self._call_estimate(node, overload.function, overload.id, target, arguments, costs)
            calls = calls.either(found.cost)
            if found.result is not None:
                result = found.result if result is None else result.either(found.result)
            result = self._indexed(node, overload.id, result)
        if node.function == "_?._":
            return costs[0].plus(ONE)
        if result is not None:
            self._sizes[node.id] = result
        return total.plus(calls)

    def _indexed(self, node: Call, overload: str, result: CostRange | None) -> CostRange | None:
        """For ``a[b]``: where the value comes from and how large it is."""
        if overload in ("index_list", "index_map"):
            container = node.arguments[0]
            entries = self._entry_sizes(container)
            result = entries.value if entries is not None else None
            self._sources[node.id] = self._below(container, _element)
        return result if result is not None else self._size(node)

    def _call_estimate(
        self,
        node: Call,
        function: str,
        overload: str,
        target: Operand | None,
        arguments: list[Operand],
        costs: list[CostRange],
    ) -> CallEstimate:
        if function in ("_&&_", "_||_"):
            return CallEstimate(CostRange(costs[0].least, costs[0].plus(costs[1]).most))
        if function == "_?_:_":
            return self._conditional(node, arguments, costs)
        if overload in ("add_string", "add_bytes", "add_list"):
            one, two = (self._entry_sizes(argument) for argument in node.arguments)
            joined = one.either(two) if one is not None else None
            if joined is not None:
                self._entries[node.id] = joined
        found = call_estimates.of_call(function, overload, target, arguments)
        for cost in costs:
            found = CallEstimate(found.cost.plus(cost), found.result)
        return found

    def _conditional(self, node: Call, arguments: list[Operand], costs: list[CostRange]) -> CallEstimate:
        yes, no = (self._entry_sizes(argument) for argument in node.arguments[1:])
        joined = yes.either(no) if yes is not None else None
        if joined is not None:
            self._entries[node.id] = joined
        size = (arguments[1].known or UNKNOWN).either(arguments[2].known or UNKNOWN)
        return CallEstimate(costs[0].plus(costs[1].either(costs[2])), size)

    def _operand(self, node: Node) -> Operand:
        """What estimates of calls look at. Of accumulators nobody knows where they come from."""
        hidden = isinstance(node, Ident) and node.name in (ACCUMULATOR, _OLD_ACCUMULATOR)
        source = None if hidden else self._source(node)
        item = _element(source.type) if source is not None and source.type is not None else None
        return Operand(node, self._checked.type_of(node), self._size(node), _declared_size(item))

    def _list(self, node: ListNode) -> CostRange:
        total, size = fixed(LIST_COST), NEVER if node.items else CostRange(0, 0)
        for item in node.items:
            total = total.plus(self.cost(item))
            size = size.either(self._size(item) or UNKNOWN)
        self._entries[node.id] = _Entries(Kind.LIST, ONE, size)
        return total

    def _map(self, node: MapNode) -> CostRange:
        empty = NEVER if node.entries else CostRange(0, 0)
        total, keys, values = fixed(MAP_COST), empty, empty
        for entry in node.entries:
            assert isinstance(entry.key, Node)
            total = total.plus(self.cost(entry.key)).plus(self.cost(entry.value))
            keys = keys.either(self._size(entry.key) or UNKNOWN)
            values = values.either(self._size(entry.value) or UNKNOWN)
        self._entries[node.id] = _Entries(Kind.MAP, keys, values)
        return total

    def _struct(self, node: StructNode) -> CostRange:
        total = fixed(STRUCT_COST)
        for entry in node.entries:
            total = total.plus(self.cost(entry.value))
        return total

    def _fold(self, node: Fold) -> CostRange:
        if isinstance(node.condition, Literal) and node.condition.value is False:
            return self._bind(node)
        total = self.cost(node.range).plus(self.cost(node.start))
        start = _Local(self._source(node.start), self._size(node.start), self._entry_sizes(node.start))
        self._push(node.accumulator, start)
        names = self._push_variables(node)
        turn = self.cost(node.condition).plus(self.cost(node.step))
        for name in names:
            self._locals[name].pop()
        total = total.plus(self.cost(node.result))
        self._locals[node.accumulator].pop()
        count = self._size(node.range) or UNKNOWN
        total = total.plus(count.times(turn))
        if isinstance(node.start, Literal):
            self._set_size(node, self._size(node.start))
        elif isinstance(node.start, ListNode | MapNode):
            self._set_size(node, count)
            entries = self._entry_sizes(node.step)
            if entries is not None:
                self._entries[node.id] = entries
        return total

    def _push(self, name: str, local: _Local) -> None:
        self._locals.setdefault(name, []).append(local)

    def _push_variables(self, node: Fold) -> list[str]:
        entries = self._entry_sizes(node.range)
        kind = entries.kind if entries is not None else self._checked.type_of(node.range).kind
        key_size = entries.key if entries is not None else None
        value_size = entries.value if entries is not None else None
        key = _Local(self._below(node.range, _key), key_size)
        value = _Local(self._below(node.range, _element), value_size)
        if not node.variable2:
            self._push(node.variable, value if kind is Kind.LIST else key)
            return [node.variable]
        self._push(node.variable, key)
        self._push(node.variable2, value)
        return [node.variable, node.variable2]

    def _bind(self, node: Fold) -> CostRange:
        total = self.cost(node.range).plus(self.cost(node.start))
        self._push(
            node.accumulator, _Local(self._source(node.start), self._size(node.start), self._entry_sizes(node.start))
        )
        total = total.plus(self.cost(node.result))
        self._locals[node.accumulator].pop()
        self._copy_sizes(node, node.result)
        return total

    def _set_size(self, node: Node, size: CostRange | None) -> None:
        if size is not None:
            self._sizes[node.id] = size

    def _copy_sizes(self, node: Node, source: Node) -> None:
        self._set_size(node, self._size(source))
        entries = self._entry_sizes(source)
        if entries is not None:
            self._entries[node.id] = entries

    def _entry_sizes(self, node: Node) -> _Entries | None:
        found = self._entries.get(node.id)
        if found is not None:
            return found
        local = self._local(node)
        return local.entries if local is not None else None

    def _size(self, node: Node) -> CostRange | None:
        found = self._sizes.get(node.id) or _written_size(node)
        if found is not None:
            return found
        source = self._source(node)
        found = _declared_size(source.type) if source is not None else None
        if found is not None:
            self._sizes[node.id] = found
            return found
        if _is_scalar(self._checked.type_of(node)):
            return ONE
        local = self._local(node)
        return local.size if local is not None else None


def _written_size(node: Node) -> CostRange | None:
    """The size of what is written down in the expression."""
    match node:
        case Literal(value=value):
            return fixed(len(value) if isinstance(value, str | bytes) else 1)
        case ListNode():
            return fixed(len(node.items))
        case MapNode():
            return fixed(len(node.entries))
    return None


def _is_scalar(kind: Type) -> bool:
    if kind.kind is Kind.OPAQUE and kind.name == "optional_type":
        return _is_scalar(kind.parameters[0])
    return kind.kind in _SCALARS


def _declared_size(declared: Type | None) -> CostRange | None:
    """Upstream takes declared scalars and objects for empty."""
    if declared is None or (declared.size is None and declared.kind in _SIZED):
        return None
    return CostRange(0, declared.size or 0)


def _element(declared: Type) -> Type | None:
    """What is in a list or map."""
    return declared.parameters[-1] if declared.kind in (Kind.LIST, Kind.MAP) else None


def _key(declared: Type) -> Type | None:
    return declared.parameters[0] if declared.kind is Kind.MAP else None
