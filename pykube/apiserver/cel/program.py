"""A compiled expression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .cost import PER_CALL_LIMIT, Budget
from .types import Type


class Program:
    """Compiled once, evaluated often; immutable and free of state between evaluations."""

    text: str
    return_type: Type

    def estimated_cost(self) -> int:
        """The most that an evaluation can cost, from the sizes that the types of the variables declare."""
        raise NotImplementedError

    def evaluate(
        self, variables: Mapping[str, Any], budget: Budget | None = None, *, limit: int = PER_CALL_LIMIT
    ) -> Any:
        """The value for these variables, as plain JSON data (dict, list, str, int, float, bool, None).

        A variable is plain JSON data, or a callable without arguments that makes it, called at most once per evaluation
        and only if the expression looks at it; what that callable raises comes out unless the expression ignores it
        (``true || x``). ``authorizer`` is an `authorizer.Authorizer`. Timestamps and durations come back as
        `values.Timestamp` and `values.Duration`, ``Object{}`` as dict, ``JSONPatch{}`` as dict with op, path, from, value.
        A missing optional comes back as None.

        Raises:
            EvaluationError: the expression failed, with cel-go's text.
            CostExceeded: this evaluation cost more than `limit`.
            BudgetExceeded: `budget` is used up by it.
        """
        raise NotImplementedError
