"""The matchConditions of a policy: whether a request that fits its rules is looked at.

Source: k8s.io/apiserver, pkg/admission/plugin/webhook/matchconditions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pykube.api.admissionregistration_v1 import MatchCondition

from ...cel.cost import MATCH_CONDITIONS_LIMIT, Budget
from ...cel.errors import BudgetExceeded, CompileError
from ...cel.program import Program
from ...cel.types import BOOL
from .expressions import Compiler, Expression, Group


class ConditionError(Exception):
    """Nobody can tell whether the request is to be looked at, and the failurePolicy is Fail."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """Compiled match conditions; `ignoring` stands for the failurePolicy Ignore."""

    expressions: Sequence[Expression]
    ignoring: bool

    def match(self, inputs: Mapping[str, Any], composed: Mapping[str, Program | CompileError]) -> bool:
        """Whether all hold. One that does not decides, whatever became of the others.

        Raises:
            ConditionError: none is false and some have failed.
        """
        if not self.expressions:
            return True
        group = Group(inputs, composed, Budget(MATCH_CONDITIONS_LIMIT))
        errors: list[str] = []
        try:
            outcomes = [group.evaluate(expression) for expression in self.expressions]
        except BudgetExceeded as error:
            return self._failed(str(error))
        for outcome in outcomes:
            if outcome.error:
                errors.append(outcome.error)
            elif outcome.value is False:
                return False
        return self._failed(_joined(errors)) if errors else True

    def _failed(self, message: str) -> bool:
        if self.ignoring:
            return False
        raise ConditionError(message)


def compile_conditions(compiler: Compiler, found: Sequence[MatchCondition], failure_policy: str | None) -> Conditions:
    """The conditions of a policy."""
    return Conditions([compiler.compile(condition.expression, BOOL) for condition in found], failure_policy == "Ignore")


def _joined(errors: Sequence[str]) -> str:
    """Several errors in one line: the same text never twice."""
    texts = list(dict.fromkeys(errors))
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
