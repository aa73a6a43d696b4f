"""``&&``, ``||`` and ``?:``: what need not be evaluated is not, and one side makes up for the failure of the other."""

from __future__ import annotations

from typing import Any

from .errors import BudgetExceeded, CostExceeded, EvaluationError
from .frame import Frame, Run


def and_runner(one: Run, two: Run, price: int) -> Run:
    """``one && two``; `price` is what the second costs."""
    return _logic(one, two, price, decisive=False)


def or_runner(one: Run, two: Run, price: int) -> Run:
    """``one || two``; `price` is what the second costs."""
    return _logic(one, two, price, decisive=True)


def _logic(one: Run, two: Run, price: int, *, decisive: bool) -> Run:
    """A side that is `decisive` decides, even if the other one fails."""
    other = not decisive

    def run(frame: Frame) -> Any:
        failure: EvaluationError | None = None
        try:
            left = one(frame)
            if left is decisive:
                return decisive
            if left is not other:
                failure = EvaluationError("no such overload")
        except EvaluationError as error:
            failure = absorbable(error)
        frame.cost += price
        try:
            right = two(frame)
        except EvaluationError as error:
            last = absorbable(error)
            raise failure or last from None
        if right is decisive:
            return decisive
        if failure is not None:
            raise failure
        if right is not other:
            raise EvaluationError("no such overload")
        return other

    return run


def conditional_runner(question: Run, yes: Run, yes_price: int, no: Run, no_price: int) -> Run:
    """``question ? yes : no`` with what the branches cost."""

    def run(frame: Frame) -> Any:
        answer = question(frame)
        if answer is True:
            frame.cost += yes_price
            return yes(frame)
        if answer is False:
            frame.cost += no_price
            return no(frame)
        raise EvaluationError("no such overload")

    return run


def absorbable(error: EvaluationError) -> EvaluationError:
    """The error, if an expression may get over it.

    Raises:
        CostExceeded, BudgetExceeded: nothing gets over that.
    """
    if isinstance(error, CostExceeded | BudgetExceeded):
        raise error
    return error
