"""What an evaluation may cost, in cel-go's units: about one per step, a tenth per character looked at.

Source: k8s.io/apiserver/pkg/apis/cel/config.go and cel-go, common/cost.go.
"""

from __future__ import annotations

from typing import Final

from .errors import BudgetExceeded

PER_CALL_LIMIT: Final = 1_000_000
"""Most that one evaluation of one expression may cost (about 0.1 s in upstream's implementation)."""
RUNTIME_LIMIT: Final = 10_000_000
"""Most that all rules together may cost for one custom object, or all expressions of one policy binding."""
MATCH_CONDITIONS_LIMIT: Final = 2_500_000
"""Most that the match conditions of one webhook or one policy binding may cost for one request."""
MAX_MESSAGE_BYTES: Final = 5 * 1024
"""Longest text that a messageExpression may make."""


class Budget:
    """What is left for all evaluations that share it. Not shared between requests."""

    __slots__ = ("left",)

    def __init__(self, limit: int = RUNTIME_LIMIT) -> None:
        self.left = limit

    def spend(self, cost: int) -> None:
        """Take `cost` away.

        Raises:
            BudgetExceeded: there was not so much left.
        """
        if cost > self.left:
            self.left = -1
            raise BudgetExceeded
        self.left -= cost
