"""Loops. ``all`` and ``exists`` stop at the item that decides, whatever failed before; ``map`` makes one list.

Source: cel-go, interpreter/interpretable.go (evalFold).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .errors import CostExceeded, EvaluationError
from .frame import Frame, Run
from .logic import absorbable
from .syntax import Call, Fold, Ident, ListNode, Node
from .values import type_name


@dataclass(frozen=True, slots=True)
class FoldSlots:
    """Where in the frame a loop has its variables."""

    accumulator: int
    first: int
    second: int | None
    """None for loops over one variable."""


def _items(frame: Frame, slots: FoldSlots, whole: Run) -> Iterable[tuple[Any, Any]]:
    """The values of the one or two variables."""
    values = whole(frame)
    if isinstance(values, list):
        return enumerate(values) if slots.second is not None else ((item, None) for item in values)
    if isinstance(values, dict):
        return values.items() if slots.second is not None else ((key, None) for key in values)
    raise EvaluationError(f"got '{type_name(values)}', expected iterable type")


def added_item(node: Fold) -> Node | None:
    """What each round of the loop adds to the list that it makes; None if it does something else."""
    if not isinstance(node.start, ListNode) or node.start.items or not isinstance(node.step, Call):
        return None
    step = node.step
    if step.function == "_?_:_":
        yes, no = step.arguments[1:]
        if not isinstance(yes, Call) or not _is_accumulator(no, node):
            return None
        step = yes
    if step.function != "_+_" or not _is_accumulator(step.arguments[0], node):
        return None
    added = step.arguments[1]
    if not isinstance(added, ListNode) or added.optional or len(added.items) != 1:
        return None
    return added.items[0]


def _is_accumulator(node: Node, fold: Fold) -> bool:
    return isinstance(node, Ident) and node.name == fold.accumulator


def quantifier(slots: FoldSlots, whole: Run, body: Run, *, price: int, check_price: int, decisive: bool) -> Run:
    """``exists`` if true is `decisive`, otherwise ``all``; `check_price` is that of seeing that it is decided."""
    first, second, other = slots.first, slots.second, not decisive

    def run(frame: Frame) -> bool:
        variables, limit = frame.slots, frame.limit
        failure: EvaluationError | None = None
        decided = False
        for one, two in _items(frame, slots, whole):
            if decided:
                frame.cost += check_price
                break
            variables[first] = one
            if second is not None:
                variables[second] = two
            frame.cost += price
            if frame.cost > limit:
                raise CostExceeded
            try:
                answer = body(frame)
            except EvaluationError as error:
                failure = failure or absorbable(error)
                continue
            if answer is decisive:
                decided = True
            elif answer is not other:
                failure = failure or EvaluationError("no such overload")
        if failure is not None and not decided:
            raise failure
        return decisive if decided else other

    return run


def lister(
    slots: FoldSlots, whole: Run, item: Run, question: Run | None, result: Run, *, price: int, question_price: int
) -> Run:
    """``map`` and ``filter``"""
    first, second = slots.first, slots.second

    def run(frame: Frame) -> Any:
        variables, limit = frame.slots, frame.limit
        found: list[Any] = []
        for one, two in _items(frame, slots, whole):
            variables[first] = one
            if second is not None:
                variables[second] = two
            frame.cost += question_price
            if frame.cost > limit:
                raise CostExceeded
            if question is not None:
                answer = question(frame)
                if answer is False:
                    continue
                if answer is not True:
                    raise EvaluationError("no such overload")
            frame.cost += price
            found.append(item(frame))
        frame.slots[slots.accumulator] = found
        return result(frame)

    return run


def gatherer(slots: FoldSlots, whole: Run, start: Run, step: Run, result: Run, *, price: int) -> Run:
    """Any other loop over everything."""
    first, second, accumulator = slots.first, slots.second, slots.accumulator

    def run(frame: Frame) -> Any:
        variables, limit = frame.slots, frame.limit
        found = start(frame)
        found = dict(found) if isinstance(found, dict) else found
        for one, two in _items(frame, slots, whole):
            variables[first] = one
            if second is not None:
                variables[second] = two
            variables[accumulator] = found
            frame.cost += price
            if frame.cost > limit:
                raise CostExceeded
            found = step(frame)
        variables[accumulator] = found
        return result(frame)

    return run


def binder(slots: FoldSlots, start: Run, result: Run) -> Run:
    """A name for a value."""

    def run(frame: Frame) -> Any:
        frame.slots[slots.accumulator] = start(frame)
        return result(frame)

    return run
