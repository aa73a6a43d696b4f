"""The macros that the parser does not know: loops over two variables, ``existsOne`` and ``sortBy``.

Source: cel-go, ext/comprehensions.go and ext/lists.go; the trees are the same, so that they cost the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from .complaints import Complaints
from .errors import CompileError
from .syntax import (
    ACCUMULATOR,
    Call,
    Fold,
    Ident,
    ListNode,
    Literal,
    MapNode,
    Node,
    Offsets,
    Parsed,
    Select,
    StructNode,
)

_OLD_ACCUMULATOR: Final = "__result__"
_SORTED: Final = "@__sortBy_input__"


def expand(parsed: Parsed) -> Parsed:
    """The same with all calls of these macros replaced by what they stand for.

    Raises:
        CompileError: a macro is used wrongly.
    """
    expander = _Expander(parsed.offsets, Complaints(parsed.text, parsed.offsets))
    root = expander.visit(parsed.root)
    if expander.complaints:
        raise CompileError(f"compilation failed: {expander.complaints}")
    return Parsed(root, parsed.text, parsed.offsets)


class _Expander:
    """Walks a tree from its leaves up and makes new nodes at the place of the macro's call."""

    def __init__(self, offsets: Offsets, complaints: Complaints) -> None:
        self.complaints = complaints
        self._offsets = offsets
        self._at = 0

    def visit(self, node: Node) -> Node:
        match node:
            case Select():
                node.operand = self.visit(node.operand)
            case ListNode():
                node.items = [self.visit(item) for item in node.items]
            case MapNode() | StructNode():
                for entry in node.entries:
                    entry.key = entry.key if isinstance(entry.key, str) else self.visit(entry.key)
                    entry.value = self.visit(entry.value)
            case Fold():
                for name in ("range", "start", "condition", "step", "result"):
                    setattr(node, name, self.visit(getattr(node, name)))
            case Call():
                return self._call(node)
        return node

    def _call(self, node: Call) -> Node:
        node.target = self.visit(node.target) if node.target is not None else None
        node.arguments = [self.visit(one) for one in node.arguments]
        macro = _MACROS.get((node.function, len(node.arguments)))
        if macro is None or node.target is None:
            return node
        self._at = self._offsets.of(node.id)
        return macro(self, node.target, node.arguments) or node

    def new(self) -> int:
        """The id of a new node."""
        return self._offsets.add(self._at)

    def literal(self, value: Any) -> Literal:
        return Literal(self.new(), value)

    def call(self, function: str, *arguments: Node) -> Call:
        return Call(self.new(), None, function, list(arguments))

    def accumulator(self) -> Ident:
        return Ident(self.new(), ACCUMULATOR)

    def name(self, node: Node, message: str = "argument must be a simple name") -> str:
        """The name of a loop's variable; empty after a complaint."""
        if not isinstance(node, Ident):
            self.complaints.add(node.id, message)
            return ""
        if node.name in (ACCUMULATOR, _OLD_ACCUMULATOR):
            self.complaints.add(node.id, "iteration variable overwrites accumulator variable")
            return ""
        return node.name

    def fold(
        self, target: Node, names: tuple[str, str], *, start: Node, condition: Node, step: Node, result: Node
    ) -> Fold:
        return Fold(self.new(), target, *names, ACCUMULATOR, start, condition, step, result)


_Macro = Callable[[_Expander, Node, list[Node]], Node | None]


def _two(make: _Expander, arguments: list[Node]) -> tuple[str, str] | None:
    one, two = make.name(arguments[0]), make.name(arguments[1])
    if one and one == two:
        make.complaints.add(arguments[1].id, f"duplicate variable name: {one}")
    return (one, two) if one and two else None


def _all(make: _Expander, target: Node, arguments: list[Node]) -> Node | None:
    names = _two(make, arguments)
    if names is None:
        return None
    return make.fold(
        target,
        names,
        start=make.literal(True),
        condition=make.call("@not_strictly_false", make.accumulator()),
        step=make.call("_&&_", make.accumulator(), arguments[2]),
        result=make.accumulator(),
    )


def _exists(make: _Expander, target: Node, arguments: list[Node]) -> Node | None:
    names = _two(make, arguments)
    if names is None:
        return None
    return make.fold(
        target,
        names,
        start=make.literal(False),
        condition=make.call("@not_strictly_false", make.call("!_", make.accumulator())),
        step=make.call("_||_", make.accumulator(), arguments[2]),
        result=make.accumulator(),
    )


def _exists_one(make: _Expander, target: Node, arguments: list[Node]) -> Node | None:
    names = _two(make, arguments) if len(arguments) == 3 else (make.name(arguments[0]), "")
    if names is None or not names[0]:
        return None
    more = make.call("_+_", make.accumulator(), make.literal(1))
    return make.fold(
        target,
        names,
        start=make.literal(0),
        condition=make.literal(True),
        step=make.call("_?_:_", arguments[-1], more, make.accumulator()),
        result=make.call("_==_", make.accumulator(), make.literal(1)),
    )


def _gathered(
    make: _Expander, target: Node, arguments: list[Node], start: Node, add: Callable[[str], Node]
) -> Node | None:
    """A loop that adds something to its result, for all or only those that the filter lets through."""
    names = _two(make, arguments)
    if names is None:
        return None
    step = add(names[0])
    if len(arguments) == 4:
        step = make.call("_?_:_", arguments[2], step, make.accumulator())
    condition = make.literal(True)
    return make.fold(target, names, start=start, condition=condition, step=step, result=make.accumulator())


def _transform_list(make: _Expander, target: Node, arguments: list[Node]) -> Node | None:
    def add(_: str) -> Node:
        return make.call("_+_", make.accumulator(), ListNode(make.new(), [arguments[-1]]))

    return _gathered(make, target, arguments, ListNode(make.new(), []), add)


def _transform_map(make: _Expander, target: Node, arguments: list[Node]) -> Node | None:
    def add(key: str) -> Node:
        return make.call("cel.@mapInsert", make.accumulator(), Ident(make.new(), key), arguments[-1])

    return _gathered(make, target, arguments, MapNode(make.new(), []), add)


def _transform_map_entry(make: _Expander, target: Node, arguments: list[Node]) -> Node | None:
    def add(_: str) -> Node:
        return make.call("cel.@mapInsert", make.accumulator(), arguments[-1])

    return _gathered(make, target, arguments, MapNode(make.new(), []), add)


def _sort_by(make: _Expander, target: Node, arguments: list[Node]) -> Node | None:
    """Bind the list to a name, make the keys with a loop, and sort by them."""
    if not isinstance(target, ListNode | Select | Ident | Fold | Call):
        message = "sortBy can only be applied to a list, identifier, comprehension, call or select expression"
        make.complaints.add(target.id, message)
        return None
    name = make.name(arguments[0], "argument is not an identifier")
    if not name:
        return None
    keys = Fold(
        make.new(),
        Ident(make.new(), _SORTED),
        name,
        "",
        ACCUMULATOR,
        ListNode(make.new(), []),
        make.literal(True),
        make.call("_+_", make.accumulator(), ListNode(make.new(), [arguments[1]])),
        make.accumulator(),
    )
    result = Call(make.new(), Ident(make.new(), _SORTED), "@sortByAssociatedKeys", [keys])
    unused = ListNode(make.new(), [])
    bound = Ident(make.new(), _SORTED)
    return Fold(make.new(), unused, "#unused", "", _SORTED, target, make.literal(False), bound, result)


_MACROS: Final[dict[tuple[str, int], _Macro]] = {
    ("all", 3): _all,
    ("exists", 3): _exists,
    ("existsOne", 2): _exists_one,
    ("existsOne", 3): _exists_one,
    ("exists_one", 3): _exists_one,
    ("transformList", 3): _transform_list,
    ("transformList", 4): _transform_list,
    ("transformMap", 3): _transform_map,
    ("transformMap", 4): _transform_map,
    ("transformMapEntry", 3): _transform_map_entry,
    ("transformMapEntry", 4): _transform_map_entry,
    ("sortBy", 2): _sort_by,
}
