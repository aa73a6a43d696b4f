"""The expressions of one policy, compiled, and evaluating them together.

The variables of a policy are composed: each sees those before it as ``variables.name``, and all other expressions see
them all. A variable is evaluated when the first expression asks for it, and no more than once for each group of
expressions. Source: k8s.io/apiserver, pkg/admission/plugin/cel/composition.go, condition.go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pykube.api.admissionregistration_v1 import Variable

from ...cel.cost import Budget
from ...cel.environment import Environment
from ...cel.errors import BudgetExceeded, CompileError, EvaluationError
from ...cel.program import Program
from ...cel.types import DYN, Kind, Type, list_of, map_of, object_of
from . import environment as environments

VARIABLES: Final = "variables"
_VARIABLES_TYPE = "kubernetes.variables"
_WITHOUT_TYPE = (Kind.OBJECT, Kind.OPAQUE, Kind.TYPE, Kind.PARAMETER, Kind.ERROR)

Environments = Callable[[bool, bool], Environment]
"""The environment for expressions with or without an authorizer, with or without patch types."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A text and what became of it."""

    text: str
    program: Program | CompileError


class Compiler:
    """Compiles the expressions of one policy; the variables first, in their order."""

    def __init__(self, environments: Environments) -> None:
        self._environments = environments
        self._types: dict[str, Type] = {}
        self.variables: dict[str, Program | CompileError] = {}

    @classmethod
    def of_policy(cls, *, params: bool) -> Compiler:
        """For a policy that has parameters or not."""

        def choose(authorizer: bool, patches: bool) -> Environment:
            return environments.environment(params=params, authorizer=authorizer, patches=patches)

        return cls(choose)

    def add(self, variable: Variable) -> CompileError | None:
        """Compile a variable for the use of those after it; answers what is wrong with it."""
        program = self.compile(variable.expression).program
        self.variables[variable.name] = program
        if isinstance(program, CompileError):
            self._types[variable.name] = DYN
            return program
        self._types[variable.name] = _seen(program.return_type)
        return None

    def add_all(self, variables: Iterable[Variable]) -> None:
        """Compile variables; what is wrong with one shows when it is used."""
        for variable in variables:
            self.add(variable)

    def compile(
        self,
        text: str,
        returns: Type | Sequence[Type] = DYN,
        *,
        authorizer: bool = True,
        patches: bool = False,
    ) -> Expression:
        """An expression that must be of one of the types `returns`; DYN allows all."""
        base = self._environments(authorizer, patches)
        if self._types:
            whole = object_of(_VARIABLES_TYPE, dict(self._types))
            base = base.extend({VARIABLES: whole, **{f"{VARIABLES}.{name}": t for name, t in self._types.items()}})
        try:
            return Expression(text, base.compile(text, returns=returns))
        except CompileError as error:
            return Expression(text, error)


def _seen(found: Type) -> Type:
    """The type that a variable has for others: objects are taken as they come."""
    if found.kind is Kind.LIST:
        return list_of(_seen(found.parameters[0]))
    if found.kind is Kind.MAP:
        return map_of(_seen(found.parameters[0]), _seen(found.parameters[1]))
    return DYN if found.kind in _WITHOUT_TYPE else found


@dataclass(slots=True)
class Outcome:
    """What became of an evaluation: a value as expressions see it, or what went wrong."""

    value: Any = None
    error: str = ""


@dataclass(slots=True)
class Group:
    """Expressions that are evaluated one after the other over the same values, sharing a budget and the variables."""

    inputs: Mapping[str, Any]
    composed: Mapping[str, Program | CompileError]
    budget: Budget
    _values: dict[str, Outcome] = field(default_factory=dict)
    _all: dict[str, Any] | None = None

    def evaluate(self, expression: Expression) -> Outcome:
        """The value of an expression.

        Raises:
            BudgetExceeded: what the group may cost is used up; nothing more of it may be evaluated.
        """
        if isinstance(expression.program, CompileError):
            return Outcome(error=f"compilation error: {expression.program}")
        try:
            return Outcome(expression.program.value(self._bound(), self.budget))
        except BudgetExceeded:
            raise
        except EvaluationError as error:
            return Outcome(error=f"expression '{expression.text}' resulted in error: {error}")
        finally:
            if self.budget.left < 0:
                raise BudgetExceeded

    def _bound(self) -> Mapping[str, Any]:
        if self._all is None:
            found = dict(self.inputs)
            if self.composed:
                for name in self.composed:
                    found[f"{VARIABLES}.{name}"] = self._lazily(name)
                found[VARIABLES] = self._as_map
            self._all = found
        return self._all

    def _lazily(self, name: str) -> Callable[[], Any]:
        return lambda: self._variable(name)

    def _variable(self, name: str) -> Any:
        outcome = self._values.get(name)
        if outcome is None:
            outcome = self._values[name] = self._evaluate_variable(name)
        if outcome.error:
            raise EvaluationError(outcome.error)
        return outcome.value

    def _evaluate_variable(self, name: str) -> Outcome:
        program = self.composed[name]
        if isinstance(program, CompileError):
            return Outcome(error=f'composited variable "{name}" fails to compile: {program}')
        try:
            return Outcome(program.value(self._bound(), self.budget))
        except BudgetExceeded:
            raise
        except EvaluationError as error:
            return Outcome(error=f'composited variable "{name}" fails to evaluate: {error}')

    def _as_map(self) -> dict[str, Any]:
        """All variables at once, for expressions that look at ``variables`` itself; those that fail are not in it."""
        found = {}
        for name in self.composed:
            try:
                found[name] = self._variable(name)
            except BudgetExceeded:
                raise
            except EvaluationError:
                continue
        return found
