"""The state of one evaluation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .errors import CostExceeded, EvaluationError

Run = Callable[["Frame"], Any]
"""A compiled part of an expression."""


class Frame:
    """Variables, loops' variables in numbered slots, and what has been spent."""

    __slots__ = ("cost", "known", "limit", "slots", "variables")

    def __init__(self, variables: Mapping[str, Any], slots: int, limit: int) -> None:
        self.variables = variables
        self.known: dict[str, Any] = {}
        self.slots: list[Any] = [None] * slots
        self.cost = 0
        self.limit = limit

    def load(self, name: str, view: Callable[[Any], Any] | None) -> Any:
        """The value of a variable that is looked at for the first time."""
        if name not in self.variables:
            raise EvaluationError(f"no such attribute(s): {name}")
        value = self.variables[name]
        if callable(value):
            value = value()
        if view is not None:
            value = view(value)
        self.known[name] = value
        return value

    def spend(self, cost: int) -> None:
        """
        Raises:
            CostExceeded: that is more than one evaluation may cost.
        """
        self.cost += cost
        if self.cost > self.limit:
            raise CostExceeded
