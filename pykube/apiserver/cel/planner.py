"""From a checked tree to closures that evaluate it, with the cost of every step.

What a step costs is known beforehand for most of them. Such costs are added up while planning, and taken at once where
the evaluation branches: at its start, behind ``&&``, ``||`` and ``?:``, and in every round of a loop.

Source: cel-go, interpreter/planner.go, decorators.go (constants) and runtimecost.go (prices).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from pykube.api.regexp import compiled

from . import runtime_costs, selections
from .checker import Checked
from .dispatch import dispatcher
from .errors import CompileError, EvaluationError
from .escaping import keyword_field
from .folds import FoldSlots, added_item, binder, gatherer, lister, quantifier
from .frame import Frame, Run
from .library.conversions import FOLDED
from .library.operators import contained
from .library.regexes import SEARCHES
from .logic import and_runner, conditional_runner, or_runner
from .makers import list_maker, map_maker, object_maker
from .syntax import Call, Fold, Ident, ListNode, Literal, MapNode, Node, Select, StructNode
from .types import Kind, Type
from .values import TypeName, equal


@dataclass(frozen=True, slots=True)
class Plan:
    """How to evaluate a part."""

    run: Run
    cost: int = 0
    """What it costs apart from what `run` takes by itself."""
    constant: bool = False
    attribute: bool = False
    """A variable or a selection from something: selections from it cost only themselves."""
    root: int = 0
    """How much of the cost of an attribute is not counted behind ``?`` and ``:``."""
    value: Any = None
    """Of a constant."""


def constant(value: Any) -> Plan:
    """The plan of what is known already."""
    return Plan(lambda _: value, constant=True, value=value)


class Planner:
    """Plans one expression."""

    def __init__(self, checked: Checked, variables: dict[str, Type]) -> None:
        self.slots = 0
        """How many variables of loops there are."""
        self._checked = checked
        self._variables = variables
        self._scopes: list[dict[str, int]] = []
        self._planners: dict[type[Node], Callable[[Any], Plan]] = {
            Literal: lambda node: constant(node.value),
            Ident: self._ident,
            Select: self._select,
            Call: self._call,
            ListNode: self._list,
            MapNode: self._map,
            StructNode: self._struct,
            Fold: self._fold,
        }

    def plan(self, node: Node) -> Plan:
        """The plan of a node and all below it."""
        name = self._checked.names.get(node.id)
        if name is not None:
            return _variable(name, self._variables[name].view)
        return self._planners[type(node)](node)

    def _ident(self, node: Ident) -> Plan:
        for scope in reversed(self._scopes):
            if node.name in scope:
                return _local(scope[node.name])
        return constant(TypeName(_runtime_name(node.name)))

    def _select(self, node: Select) -> Plan:
        if self._checked.is_type_name(node):
            return constant(TypeName(_runtime_name(_dotted(node))))
        operand = self.plan(node.operand)
        name, declared = self._field(node.operand, node.field)
        if node.test:
            cost = operand.cost if operand.attribute else operand.cost + 1
            return Plan(selections.presence(operand.run, name, declared=declared), cost, attribute=True)
        run = selections.declared_field(operand.run, name) if declared else selections.field(operand.run, name)
        return _qualified(operand, run, 1)

    def _field(self, operand: Node, field: str) -> tuple[str, bool]:
        """The key of a field, and whether it is one of a declared object.

        Those that are called like keywords are known under escaped names, and null is the same as not being there.
        """
        kind = self._checked.type_of(operand)
        if kind.kind is Kind.OPAQUE and kind.parameters:
            kind = kind.parameters[0]
        if kind.kind is not Kind.OBJECT:
            return field, False
        return (keyword_field(field) if kind.find(field) is None else field), True

    def _call(self, node: Call) -> Plan:
        special = _SPECIAL.get(node.function)
        if special is not None:
            return special(self, node)
        target = [node.target] if node.target is not None and node.id in self._checked.methods else []
        nodes = [*target, *node.arguments]
        arguments = [self.plan(one) for one in nodes]
        overloads = self._checked.overloads[node.id]
        only = overloads[0].id if len(overloads) == 1 else ""
        function = overloads[0].function
        if only == "in_list" and arguments[1].constant:
            return _membership(arguments[0], arguments[1].value)
        call = dispatcher(function, overloads, [self._checked.type_of(one) for one in nodes])
        if function in SEARCHES and len(arguments) > 1 and arguments[1].constant:
            _compile_pattern(arguments[1].value)
        if function in FOLDED and len(arguments) == 1 and arguments[0].constant:
            return _folded(call, arguments[0].value)
        return _called(call, arguments, only, function)

    def _list(self, node: ListNode) -> Plan:
        items = [self.plan(one) for one in node.items]
        if not node.optional:
            if all(item.constant for item in items):
                return constant([item.value for item in items])
            runs = [item.run for item in items]
            cost = runtime_costs.LIST_COST + sum(item.cost for item in items)
            return Plan(lambda frame: [run(frame) for run in runs], cost)
        cost = runtime_costs.LIST_COST + sum(item.cost for item in items)
        return Plan(list_maker([item.run for item in items], node.optional), cost)

    def _map(self, node: MapNode) -> Plan:
        keys = [self.plan(entry.key) for entry in node.entries if isinstance(entry.key, Node)]
        values = [self.plan(entry.value) for entry in node.entries]
        optional = [entry.optional for entry in node.entries]
        parts = [*keys, *values]
        run = map_maker([key.run for key in keys], [value.run for value in values], optional)
        if all(part.constant for part in parts) and not any(optional):
            return constant(run(Frame({}, 0, 0)))
        return Plan(run, runtime_costs.MAP_COST + sum(part.cost for part in parts))

    def _struct(self, node: StructNode) -> Plan:
        values = [self.plan(entry.value) for entry in node.entries]
        name = node.name.removeprefix(".")
        parts = [(str(entry.key), value.run, entry.optional) for entry, value in zip(node.entries, values, strict=True)]
        return Plan(object_maker(name, parts), runtime_costs.STRUCT_COST + sum(value.cost for value in values))

    def _fold(self, node: Fold) -> Plan:
        whole, start = self.plan(node.range), self.plan(node.start)
        slots = FoldSlots(self.slots, self.slots + 1, self.slots + 2 if node.variable2 else None)
        self.slots += 3
        self._scopes.append({node.accumulator: slots.accumulator})
        self._scopes.append(
            {node.variable: slots.first, **({node.variable2: self.slots - 1} if node.variable2 else {})}
        )
        loop = self._loop(node, slots, whole.run, start.run)
        self._scopes.pop()
        result = self.plan(node.result)
        self._scopes.pop()
        return Plan(loop(result.run), whole.cost + start.cost + result.cost)

    def _loop(self, node: Fold, slots: FoldSlots, whole: Run, start: Run) -> Callable[[Run], Run]:
        """What makes the loop from how its result is computed."""
        condition, step = self.plan(node.condition), node.step
        if not isinstance(step, Call):
            return lambda result: binder(slots, start, result)
        if step.function in ("_&&_", "_||_"):
            body = self.plan(step.arguments[1])
            price = condition.cost + 1 + body.cost
            decisive = step.function == "_||_"
            return lambda _: quantifier(
                slots, whole, body.run, price=price, check_price=condition.cost, decisive=decisive
            )
        item = added_item(node)
        if item is None:
            general = self.plan(step)
            return lambda result: gatherer(slots, whole, start, general.run, result, price=general.cost)
        added = self.plan(item)
        list_price = 0 if added.constant else runtime_costs.LIST_COST + added.cost
        question = self.plan(step.arguments[0]) if step.function == "_?_:_" else None
        return lambda result: lister(
            slots,
            whole,
            added.run,
            question.run if question is not None else None,
            result,
            price=list_price + 2,
            question_price=question.cost if question is not None else 0,
        )

    def special_logic(self, node: Call) -> Plan:
        """``&&`` and ``||``"""
        one, two = (self.plan(argument) for argument in node.arguments)
        maker = and_runner if node.function == "_&&_" else or_runner
        return Plan(maker(one.run, two.run, two.cost), one.cost)

    def special_conditional(self, node: Call) -> Plan:
        """``a ? b : c``"""
        question, yes, no = (self.plan(argument) for argument in node.arguments)
        run = conditional_runner(question.run, yes.run, yes.cost - yes.root, no.run, no.cost - no.root)
        return Plan(run, question.cost, attribute=True)

    def special_equality(self, node: Call) -> Plan:
        """``==`` and ``!=``"""
        one, two = (self.plan(argument) for argument in node.arguments)
        return Plan(_equality(one.run, two.run, wanted=node.function == "_==_"), one.cost + two.cost)

    def special_not_false(self, node: Call) -> Plan:
        """The condition of loops that stop at the first failure."""
        inner = self.plan(node.arguments[0])
        return Plan(inner.run, inner.cost + 1)

    def special_index(self, node: Call) -> Plan:
        """``a[b]``, ``a[?b]`` and ``a.?b``"""
        operand, key = (self.plan(argument) for argument in node.arguments)
        optional = node.function != "_[_]"
        if node.function == "_?._":
            name, declared = self._field(node.arguments[0], key.value)
            return _qualified(operand, selections.optional_field(operand.run, name, declared=declared), 1)
        run = (selections.optional_item if optional else selections.item)(operand.run, key.run)
        price = 1 if key.constant else key.cost if key.attribute else key.cost + 1
        return _qualified(operand, run, price)

    def special_or(self, node: Call) -> Plan:
        """``a.or(b)`` and ``a.orValue(b)``: the second is only looked at if the first is missing."""
        assert node.target is not None
        one, two = self.plan(node.target), self.plan(node.arguments[0])
        return Plan(selections.alternative(one.run, two.run, two.cost, value=node.function == "orValue"), one.cost)


_SPECIAL: Final[dict[str, Callable[[Planner, Call], Plan]]] = {
    "_&&_": Planner.special_logic,
    "_||_": Planner.special_logic,
    "_?_:_": Planner.special_conditional,
    "_==_": Planner.special_equality,
    "_!=_": Planner.special_equality,
    "@not_strictly_false": Planner.special_not_false,
    "_[_]": Planner.special_index,
    "_[?_]": Planner.special_index,
    "_?._": Planner.special_index,
    "or": Planner.special_or,
    "orValue": Planner.special_or,
}


def _dotted(node: Node) -> str:
    return f"{_dotted(node.operand)}.{node.field}" if isinstance(node, Select) else getattr(node, "name", "")


def _runtime_name(name: str) -> str:
    return name.removeprefix(".")


def _local(slot: int) -> Plan:
    return Plan(lambda frame: frame.slots[slot], 1, attribute=True, root=1)


def _variable(name: str, view: Callable[[Any], Any] | None) -> Plan:
    def run(frame: Frame) -> Any:
        known = frame.known
        return known[name] if name in known else frame.load(name, view)

    return Plan(run, 1, attribute=True, root=1)


def _qualified(operand: Plan, run: Run, price: int) -> Plan:
    """A selection from `operand`; from what is no attribute it costs one more."""
    if operand.attribute:
        return Plan(run, operand.cost + price, attribute=True, root=operand.root)
    return Plan(run, operand.cost + 1 + price, attribute=True, root=1)


def _equality(one: Run, two: Run, *, wanted: bool) -> Run:
    price = runtime_costs.equality

    def run(frame: Frame) -> bool:
        try:
            left, right = one(frame), two(frame)
        except EvaluationError:
            frame.cost += 1
            raise
        frame.cost += price(left, right)
        return equal(left, right) is wanted

    return run


def _membership(item: Plan, items: list[Any]) -> Plan:
    """``x in ['a', 'b']``: free of charge beyond that of x."""
    if not items:
        return constant(False)
    if all(type(one) is str for one in items):
        known, inner = frozenset(items), item.run

        def run(frame: Frame) -> bool:
            value = inner(frame)
            return type(value) is str and value in known

        return Plan(run, item.cost)
    return Plan(lambda frame: contained(item.run(frame), items), item.cost)


def _compile_pattern(pattern: Any) -> None:
    try:
        compiled(pattern)
    except ValueError as error:
        raise CompileError(f"program instantiation failed: {error}") from None


def _folded(call: Callable[..., Any], value: Any) -> Plan:
    try:
        return constant(call(value))
    except EvaluationError as error:
        raise CompileError(f"program instantiation failed: {error}") from None


def _called(call: Callable[..., Any], arguments: list[Plan], overload: str, function: str) -> Plan:
    price = runtime_costs.cost_of(function, overload)
    runs = [argument.run for argument in arguments]
    cost = sum(argument.cost for argument in arguments)
    if price is not None:
        return Plan(_priced(call, runs, price, runtime_costs.beforehand(overload)), cost)
    if len(runs) == 1:
        (only,) = runs
        return Plan(lambda frame: call(only(frame)), cost + 1)
    if len(runs) == 2:
        one, two = runs
        return Plan(lambda frame: call(one(frame), two(frame)), cost + 1)
    return Plan(lambda frame: call(*[run(frame) for run in runs]), cost + 1)


def _priced(
    call: Callable[..., Any], runs: list[Run], price: runtime_costs.Cost, beforehand: runtime_costs.Cost | None
) -> Run:
    def run(frame: Frame) -> Any:
        values = [one(frame) for one in runs]
        if beforehand is not None:
            cost = beforehand(values, None)
            frame.spend(cost)
            frame.cost -= cost
        result = call(*values)
        frame.spend(price(values, result))
        return result

    return run
