"""Checking objects against the rules of their schema.

What has not changed is not blamed: a broken rule whose value is as it was before becomes a warning, unless the rule
compares with the old value (ratcheting).

Source: apiextensions-apiserver, pkg/apiserver/schema/cel/validation.go.
"""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from pykube.api.field_errors import OMITTED, ErrorType, FieldError

from ..cel.cost import MAX_MESSAGE_BYTES, RUNTIME_LIMIT, Budget
from ..cel.errors import BudgetExceeded, CostExceeded, EvaluationError
from ..cel.values import NONE, some
from .list_types import by_keys, key_of
from .rules import Rule, RuleTree

_log = logging.getLogger(__name__)

_REASONS: Final = {
    "FieldValueForbidden": ErrorType.FORBIDDEN,
    "FieldValueRequired": ErrorType.REQUIRED,
    "FieldValueDuplicate": ErrorType.DUPLICATE,
}
ROOT_NAME: Final = "<nil>"
"""The path of whole objects, as Go prints it."""
_OUT_OF_BUDGET: Final = "validation failed due to running out of cost budget, no further validation rules will be run"


class _Pair(NamedTuple):
    """A value and what it was before the change."""

    new: Any
    old: Any


@dataclass(frozen=True, slots=True)
class _Ratchet:
    """What a value is compared with to see whether it has changed: itself, or the nearest level that can be."""

    current: _Pair | None
    nearest: _Pair | None = None

    @property
    def unchanged(self) -> bool:
        pair = self.current if self.current is not None else self.nearest
        return pair is not None and pair.new is not None and bool(pair.new == pair.old)

    def below(self, pair: _Pair | None) -> _Ratchet:
        return self if self.current is None else _Ratchet(pair, self.current)


class _Stop(Exception):
    """No more rules are to be checked."""


def check(tree: RuleTree, new: dict[str, Any], old: dict[str, Any] | None, warnings: list[str]) -> list[FieldError]:
    """What rules say about a whole object; what ratcheting forgives goes into `warnings`."""
    return _checked(tree, new, old, _Ratchet(_Pair(new, old) if old is not None else None), warnings)


def check_default(tree: RuleTree, value: Any) -> list[FieldError]:
    """What rules say about a default: it counts as having been there before, but nothing is forgiven."""
    return _checked(tree, value, value, _Ratchet(None), [])


def _checked(tree: RuleTree, new: Any, old: Any, ratchet: _Ratchet, warnings: list[str]) -> list[FieldError]:
    checker = _Checker(warnings)
    with contextlib.suppress(_Stop):
        checker.level(tree, new, old, "", ratchet)
    return checker.errors


class _Checker:
    """One object's check, with the budget that all of its rules share."""

    def __init__(self, warnings: list[str]) -> None:
        self.errors: list[FieldError] = []
        self._warnings = warnings
        self._budget = Budget(RUNTIME_LIMIT)

    def level(self, tree: RuleTree, new: Any, old: Any, path: str, ratchet: _Ratchet) -> None:
        """The rules at one place and below it. Nothing is asked of null."""
        if new is None:
            return
        if tree.rules:
            self._rules(tree, new, old, path, ratchet)
        for one in tree.all_of:
            self.level(one, new, old, path, _Ratchet(None, ratchet.nearest))
        if isinstance(new, dict):
            self._members(tree, new, old if isinstance(old, dict) else {}, path, ratchet)
        elif isinstance(new, list) and tree.items is not None:
            self._items(tree, tree.items, new, old if isinstance(old, list) else [], path, ratchet)

    def _members(self, tree: RuleTree, new: dict[str, Any], old: dict[str, Any], path: str, ratchet: _Ratchet) -> None:
        for name, value in new.items():
            below, place = tree.properties.get(name), f"{path}.{name}" if path else name
            if below is None and tree.additional is not None:
                below, place = tree.additional, f"{path}[{name}]"
            if below is None:
                continue
            if ratchet.nearest is None and name in ("apiVersion", "kind"):
                narrowed = _Ratchet(None)
            else:
                narrowed = ratchet.below(_Pair(value, old[name]) if name in old else None)
            self.level(below, value, old.get(name), place, narrowed)

    def _items(
        self, tree: RuleTree, below: RuleTree, new: list[Any], old: list[Any], path: str, ratchet: _Ratchet
    ) -> None:
        keys = tuple(tree.schema.x_kubernetes_list_map_keys) if tree.schema.x_kubernetes_list_type == "map" else ()
        known = by_keys(old, keys) if keys else {}
        for index, item in enumerate(new):
            before = known.get(key_of(item, keys)) if known else None
            self.level(below, item, before, f"{path}[{index}]", ratchet.below(_Pair(item, before) if before else None))

    def _rules(self, tree: RuleTree, new: Any, old: Any, path: str, ratchet: _Ratchet) -> None:
        view = tree.type.view
        seen = new if view is None else view(new)
        before = old if view is None or old is None else view(old)
        for rule in tree.rules:
            if rule.error:
                self._invalid(tree, path, f"rule compile error: {rule.error}")
            if rule.program is None or (rule.uses_old and old is None and not rule.optional_old):
                continue
            variables = {"self": seen, "oldSelf": before}
            if rule.optional_old:
                variables["oldSelf"] = NONE if old is None else some(before)
            if not self._holds(rule, tree, variables, path):
                self._broken(rule, tree, new, variables, path, ratchet)

    def _invalid(self, tree: RuleTree, path: str, detail: str) -> None:
        self.errors.append(FieldError(path or ROOT_NAME, ErrorType.INVALID, tree.schema.type, detail))

    def _holds(self, rule: Rule, tree: RuleTree, variables: dict[str, Any], path: str) -> bool:
        """Whether a rule holds; one that fails has its error noted and counts as holding."""
        assert rule.program is not None
        try:
            return rule.program.value(variables, self._budget) is True
        except BudgetExceeded:
            self._invalid(tree, path, _OUT_OF_BUDGET)
            raise _Stop from None
        except CostExceeded as error:
            text = f"'{error}': no further validation rules will be run due to call cost exceeds limit for rule: "
            self._invalid(tree, path, text + rule.text)
            raise _Stop from None
        except EvaluationError as error:
            text = f"{error} evaluating rule: {rule.text}"
            if str(error).startswith("no such overload"):
                what = "call arguments did not match a supported operator, function or macro signature"
                text = f"'{error}': {what} for rule: {rule.text}"
            self._invalid(tree, path, text)
            return True

    def _broken(
        self, rule: Rule, tree: RuleTree, value: Any, variables: dict[str, Any], path: str, ratchet: _Ratchet
    ) -> None:
        if rule.path:
            path = f"{path}.{rule.path}" if path else rule.path
        path = path or ROOT_NAME
        try:
            detail = self._message(rule, variables)
        except (BudgetExceeded, CostExceeded) as error:
            text = "messageExpression evaluation failed due to running out of cost budget, no further validation rules "
            text += "will be run"
            if isinstance(error, CostExceeded):
                text = "no further validation rules will be run due to call cost exceeds limit for messageExpression: "
                text += f'"{rule.source.message_expression}"'
            self._add(FieldError(path, ErrorType.INVALID, tree.schema.type, text), rule, ratchet)
            raise _Stop from None
        shown = OMITTED if tree.schema.type in ("object", "array") else value
        kind = _REASONS.get(rule.source.reason or "", ErrorType.INVALID)
        self._add(FieldError(path, kind, shown, detail), rule, ratchet)

    def _add(self, error: FieldError, rule: Rule, ratchet: _Ratchet) -> None:
        if not rule.uses_old and ratchet.unchanged:
            self._warnings.append(str(error))
        else:
            self.errors.append(error)

    def _message(self, rule: Rule, variables: dict[str, Any]) -> str:
        """What is said about a broken rule."""
        if rule.message is not None:
            text = self._made_message(rule, variables)
            if text and len(text.encode()) <= MAX_MESSAGE_BYTES and "\n" not in text:
                return text
            _log.debug("the messageExpression of rule %s gives no usable text", rule.text)
        return rule.source.message.strip() or f"failed rule: {rule.text}"

    def _made_message(self, rule: Rule, variables: dict[str, Any]) -> str:
        assert rule.message is not None
        try:
            made = rule.message.value(variables, self._budget)
        except (BudgetExceeded, CostExceeded):
            raise
        except EvaluationError as error:
            _log.debug("messageExpression evaluation failed due to: %s", error)
            return ""
        return made.strip() if isinstance(made, str) else ""
