"""What a validating policy says of a request: its expressions evaluated for one binding and one set of parameters.

Source: k8s.io/apiserver, pkg/admission/plugin/policy/validating/validator.go.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pykube.api.admissionregistration_v1 import AuditAnnotation, ValidatingAdmissionPolicy, Validation

from ...cel.cost import MAX_MESSAGE_BYTES, RUNTIME_LIMIT, Budget
from ...cel.errors import BudgetExceeded, CompileError
from ...cel.program import Program
from ...cel.types import BOOL, NULL, STRING
from .conditions import ConditionError, Conditions, compile_conditions
from .expressions import Compiler, Expression, Group, Outcome
from .inputs import Inputs

log = logging.getLogger(__name__)

INVALID: Final = "Invalid"
ANNOTATION_TYPES: Final = (STRING, NULL)


@dataclass(frozen=True, slots=True)
class Denial:
    """Why a request is not to pass: `index` is that of the validation, `reason` that of the answer.

    `seconds` is how long the evaluation took that has come to this.
    """

    message: str
    reason: str = ""
    index: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Verdict:
    """What came out of one evaluation.

    `broken` are annotations that failed: these deny whatever the actions are. `ignored` are errors that mean nothing
    under the failurePolicy Ignore.
    """

    denials: list[Denial] = field(default_factory=list)
    annotations: list[tuple[str, str]] = field(default_factory=list)
    broken: list[Denial] = field(default_factory=list)
    ignored: list[Denial] = field(default_factory=list)

    def failed(self, message: str, *, ignoring: bool, index: int = 0, seconds: float = 0.0) -> None:
        """A validation came to no value."""
        (self.ignored if ignoring else self.denials).append(Denial(message, index=index, seconds=seconds))


@dataclass(frozen=True, slots=True)
class Rule:
    """A validation, compiled; `message` is that of its messageExpression."""

    validation: Validation
    expression: Expression
    message: Expression | None


@dataclass(frozen=True, slots=True)
class Compiled:
    """A validating policy, compiled. With the failurePolicy Ignore, `ignoring`, errors are no denials."""

    composed: Mapping[str, Program | CompileError]
    conditions: Conditions
    rules: Sequence[Rule]
    annotations: Sequence[tuple[AuditAnnotation, Expression]]
    ignoring: bool

    def judge(self, inputs: Inputs, params: Any) -> Verdict:
        """Evaluate all of it."""
        try:
            if not self.conditions.match(inputs.without_namespace(params), self.composed):
                return Verdict()
            verdict = Verdict()
            self._judge_rules(inputs, params, verdict)
            self._annotate(inputs, params, verdict)
        except (BudgetExceeded, ConditionError) as error:
            verdict = Verdict()
            verdict.failed(str(error), ignoring=self.ignoring)
        return verdict

    def _judge_rules(self, inputs: Inputs, params: Any, verdict: Verdict) -> None:
        group = Group(inputs.values(params), self.composed, Budget(RUNTIME_LIMIT))
        outcomes, took = [], []
        for rule in self.rules:
            began = time.perf_counter()
            outcomes.append(group.evaluate(rule.expression))
            took.append(time.perf_counter() - began)
        broken = [index for index, outcome in enumerate(outcomes) if not outcome.error and outcome.value is not True]
        messages, spent = self._messages(inputs, params, group.budget) if broken else ({}, "")
        for index, outcome in enumerate(outcomes):
            if outcome.error:
                verdict.failed(outcome.error, ignoring=self.ignoring, index=index, seconds=took[index])
            elif spent:
                text = f"failed messageExpression: {spent}"
                verdict.failed(text, ignoring=self.ignoring, index=index, seconds=took[index])
            elif outcome.value is not True:
                validation = self.rules[index].validation
                message = _message(validation, messages.get(index))
                verdict.denials.append(Denial(message, validation.reason or INVALID, index, took[index]))

    def _messages(self, inputs: Inputs, params: Any, budget: Budget) -> tuple[dict[int, Outcome], str]:
        """What the messageExpressions say, and why they could not be evaluated to the end, if so.

        They are only evaluated when a validation has failed. All of them are then, as they share what is left of the
        budget.
        """
        group = Group(inputs.values(params, authorizer=False), self.composed, budget)
        try:
            return {i: group.evaluate(rule.message) for i, rule in enumerate(self.rules) if rule.message}, ""
        except BudgetExceeded as error:
            return {}, str(error)

    def _annotate(self, inputs: Inputs, params: Any, verdict: Verdict) -> None:
        if not self.annotations:
            return
        group = Group(inputs.values(params, authorizer=False), self.composed, Budget(RUNTIME_LIMIT))
        for annotation, expression in self.annotations:
            outcome = group.evaluate(expression)
            if outcome.error and not self.ignoring:
                verdict.broken.append(Denial(outcome.error))
            elif isinstance(outcome.value, str) and (value := outcome.value.strip()):
                verdict.annotations.append((annotation.key, value))


def compile_policy(policy: ValidatingAdmissionPolicy) -> Compiled:
    """Compile all expressions; what is wrong with one is said when it is evaluated."""
    spec = policy.spec
    compiler = Compiler.of_policy(params=spec.param_kind is not None)
    compiler.add_all(spec.variables)
    return Compiled(
        compiler.variables,
        compile_conditions(compiler, spec.match_conditions, spec.failure_policy),
        [_rule(compiler, validation) for validation in spec.validations],
        [(one, compiler.compile(one.value_expression, ANNOTATION_TYPES)) for one in spec.audit_annotations],
        spec.failure_policy == "Ignore",
    )


def _rule(compiler: Compiler, validation: Validation) -> Rule:
    text = validation.message_expression
    message = compiler.compile(text, STRING, authorizer=False) if text else None
    return Rule(validation, compiler.compile(validation.expression, BOOL), message)


def _message(validation: Validation, made: Outcome | None) -> str:
    """The words of a denial: what the messageExpression made if usable, else the message, else the expression."""
    if made is not None:
        if made.error:
            log.debug("a messageExpression failed: %s", made.error)
        elif isinstance(made.value, str):
            text = made.value.strip()
            if text and len(text.encode()) <= MAX_MESSAGE_BYTES and "\n" not in text:
                return text
            log.debug("a messageExpression made no usable message")
    return validation.message.strip() or f"failed expression: {validation.expression.strip()}"
