"""Mistakes in literals that can be seen before anything is evaluated.

Source: cel-go, cel/validator.go and the validator in ext/formatting.go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from pykube.api.regexp import compiled

from .checker import Checked
from .complaints import Complaints
from .errors import CompileError, EvaluationError
from .moments import parse_duration, parse_timestamp, timestamp
from .syntax import Call, Fold, ListNode, Literal, MapNode, Node, Select, StructNode
from .types import Kind, Type

_EXEMPT: Final = "format"
"""Literals in calls of this function may be of mixed types."""


def validate(checked: Checked) -> None:
    """
    Raises:
        CompileError: a literal is wrong.
    """
    complaints = Complaints(checked.parsed.text, checked.parsed.offsets)
    for node, exempt in _walk(checked.root, exempt=False):
        if isinstance(node, Call):
            _check_argument(node, complaints)
        elif not exempt and isinstance(node, ListNode):
            types = [_unwrapped(checked.type_of(item), index in node.optional) for index, item in enumerate(node.items)]
            _check_same(list(zip(node.items, types, strict=True)), complaints)
        elif not exempt and isinstance(node, MapNode):
            keys = [entry.key for entry in node.entries if isinstance(entry.key, Node)]
            _check_same([(key, checked.type_of(key)) for key in keys], complaints)
            values = [(entry.value, _unwrapped(checked.type_of(entry.value), entry.optional)) for entry in node.entries]
            _check_same(values, complaints)
    if complaints:
        raise CompileError(f"compilation failed: {complaints}")


def _walk(node: Node, *, exempt: bool) -> Iterator[tuple[Node, bool]]:
    yield node, exempt
    children: list[Node] = []
    match node:
        case Select():
            children = [node.operand]
        case Call():
            exempt = exempt or node.function == _EXEMPT
            children = [*([node.target] if node.target is not None else []), *node.arguments]
        case ListNode():
            children = node.items
        case MapNode() | StructNode():
            children = [part for entry in node.entries for part in (entry.key, entry.value) if isinstance(part, Node)]
        case Fold():
            children = [node.range, node.start, node.condition, node.step, node.result]
    for child in children:
        yield from _walk(child, exempt=exempt)


def _is_regex(text: Any) -> bool:
    try:
        compiled(text)
    except ValueError:
        return False
    return True


def _is_duration(value: Any) -> bool:
    return not isinstance(value, str) or parse_duration(value) is not None


def _is_timestamp(value: Any) -> bool:
    try:
        found = parse_timestamp(value) if isinstance(value, str) else timestamp(int(value) * 1_000_000_000)
    except EvaluationError:
        return False
    return found is not None


_CHECKS: Final[dict[str, Callable[[Any], bool]]] = {
    "duration": _is_duration,
    "timestamp": _is_timestamp,
    "matches": lambda text: not isinstance(text, str) or _is_regex(text),
}


def _check_argument(node: Call, complaints: Complaints) -> None:
    check = _CHECKS.get(node.function)
    if check is None or not node.arguments:
        return
    argument = node.arguments[0]
    if isinstance(argument, Literal) and not check(argument.value):
        complaints.add(argument.id, f"invalid {node.function} argument")


def _unwrapped(kind: Type, optional: bool) -> Type:
    return kind.parameters[0] if optional and kind.parameters else kind


def _check_same(parts: list[tuple[Node, Type]], complaints: Complaints) -> None:
    for node, kind in parts[1:]:
        first = parts[0][1]
        if not _equivalent(first, kind):
            complaints.add(node.id, f"expected type '{first}' but found '{kind}'")
            return


def _equivalent(one: Type, two: Type) -> bool:
    """The same, where a placeholder may be anything but dyn is only dyn."""
    if Kind.PARAMETER in (one.kind, two.kind):
        return True
    if one.kind is not two.kind or one.name != two.name or len(one.parameters) != len(two.parameters):
        return False
    return all(_equivalent(a, b) for a, b in zip(one.parameters, two.parameters, strict=True))
