"""A compiled expression."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from .cost import PER_CALL_LIMIT, Budget
from .errors import CostExceeded, EvaluationError
from .frame import Frame, Run
from .ranges import CostRange
from .types import Type
from .values import to_json

_log = logging.getLogger(__name__)


class Program:
    """Compiled once, evaluated often; immutable and free of state between evaluations."""

    def __init__(
        self,
        text: str,
        return_type: Type,
        run: Run,
        *,
        cost: int,
        slots: int,
        names: frozenset[str],
        estimate: Callable[[], CostRange],
    ) -> None:
        """`cost` is what `run` does not take by itself, and `names` are the variables that it refers to."""
        self.text = text
        self.return_type = return_type
        self._run = run
        self._cost = cost
        self._slots = slots
        self._names = names
        self._estimate = estimate

    def uses(self, variable: str) -> bool:
        """Whether the expression refers to a variable."""
        return variable in self._names

    def estimated_cost(self) -> CostRange:
        """The least and the most that an evaluation can cost, from the sizes that types of variables declare."""
        return self._estimate()

    def evaluate(
        self, variables: Mapping[str, Any], budget: Budget | None = None, *, limit: int = PER_CALL_LIMIT
    ) -> Any:
        """The value for these variables, as plain JSON data (dict, list, str, int, float, bool, None).

        A variable is plain JSON data, or a callable without arguments that makes it, called at most once per
        evaluation and only if the expression looks at it; an EvaluationError of that callable is the expression's
        unless the expression ignores it (``true || x``). ``authorizer`` is an `authorizer.Authorizer`. Timestamps and
        durations come back as `values.Timestamp` and `values.Duration`, ``Object{}`` and ``JSONPatch{}`` as
        `values.Object` (a dict). A missing optional comes back as None.

        Raises:
            EvaluationError: the expression failed, with cel-go's text.
            CostExceeded: this evaluation cost more than `limit`.
            BudgetExceeded: `budget` is used up by it.
        """
        return to_json(self.value(variables, budget, limit=limit))

    def value(self, variables: Mapping[str, Any], budget: Budget | None = None, *, limit: int = PER_CALL_LIMIT) -> Any:
        """As `evaluate`, but the value as expressions see it: what becomes a variable of another expression."""
        frame = Frame(variables, self._slots, limit)
        try:
            frame.cost = self._cost
            result = self._run(frame)
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            # Values of other types than the schema has promised.
            _log.debug("CEL expression %r", self.text, exc_info=True)
            raise EvaluationError(f"internal error: {error}") from error
        finally:
            if budget is not None:
                budget.spend(frame.cost)
        if frame.cost > limit:
            raise CostExceeded
        return result

    def cost(self, variables: Mapping[str, Any]) -> int:
        """What one evaluation costs."""
        budget = Budget()
        start = budget.left
        self.value(variables, budget)
        return start - budget.left
